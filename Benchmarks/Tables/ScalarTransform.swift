import AttuneCore
import Foundation

/// A chain of simple functions of one number, applied in order.
struct ScalarTransform: Sendable {
    private enum Step: Sendable {
        case add(Double)
        case subtract(Double)
        case multiply(Double)
        case divide(Double)
        case log, exp, negate
    }

    private let steps: [Step]

    /// Reads a list such as `[["add", 1e-12], ["log"], ["div", 3.9]]`.
    init(_ json: JSON?, of file: DataFile) throws(AttuneError) {
        var steps: [Step] = []
        for item in json?.array ?? [] {
            guard let step = ScalarTransform.step(item[0]?.string, item[1]?.double) else {
                throw file.problem(
                    "transform: found \(item); give add, sub, mul or div with a number, or log, exp or neg")
            }
            steps.append(step)
        }
        self.steps = steps
    }

    private static func step(_ name: String?, _ operand: Double?) -> Step? {
        switch (name, operand) {
        case ("add", let x?): .add(x)
        case ("sub", let x?): .subtract(x)
        case ("mul", let x?): .multiply(x)
        case ("div", let x?): .divide(x)
        case ("log", nil): .log
        case ("exp", nil): .exp
        case ("neg", nil): .negate
        default: nil
        }
    }

    func callAsFunction(_ x: Double) -> Double {
        steps.reduce(x) { x, step in
            switch step {
            case .add(let y): x + y
            case .subtract(let y): x - y
            case .multiply(let y): x * y
            case .divide(let y): x / y
            case .log: Foundation.log(x)
            case .exp: Foundation.exp(x)
            case .negate: -x
            }
        }
    }
}
