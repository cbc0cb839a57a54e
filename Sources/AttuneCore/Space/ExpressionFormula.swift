import Foundation

/// The part of an expression that gives a number.
///
/// Operators of one precedence share a node, so a tree is never deeper than its source is nested.
indirect enum NumberFormula: Sendable, Hashable {
    case literal(Double)
    /// A parameter, by its place among the expression's references.
    case name(Int)
    case negative(NumberFormula)
    /// Operations of equal precedence, applied from left to right.
    case chain(NumberFormula, [Step])
    case power(NumberFormula, NumberFormula)
    case function(NumberFunction, NumberFormula)
    case least([NumberFormula])
    case greatest([NumberFormula])

    struct Step: Sendable, Hashable {
        let operation: Arithmetic
        let operand: NumberFormula
    }

    func value(given values: [ExpressionValue]) -> Double {
        switch self {
        case .literal(let number): number
        case .name(let index): values[index].checkedNumber
        case .negative(let formula): -formula.value(given: values)
        case .chain(let first, let steps):
            steps.reduce(first.value(given: values)) { left, step in
                step.operation.apply(left, step.operand.value(given: values))
            }
        case .power(let base, let exponent):
            raise(base.value(given: values), to: exponent.value(given: values))
        case .function(let function, let argument): function.apply(argument.value(given: values))
        case .least(let formulas):
            formulas.reduce(.infinity) { Double.minimumOrNaN($0, $1.value(given: values)) }
        case .greatest(let formulas):
            -formulas.reduce(.infinity) { Double.minimumOrNaN($0, -$1.value(given: values)) }
        }
    }
}

/// The part of an expression that is compared without being computed with: text, truths, names of either kind.
indirect enum ValueFormula: Sendable, Hashable {
    case literal(ExpressionValue)
    case name(Int)
    case truth(TruthFormula)

    func value(given values: [ExpressionValue]) -> ExpressionValue {
        switch self {
        case .literal(let value): value
        case .name(let index): values[index]
        case .truth(let formula): .truth(formula.holds(given: values))
        }
    }
}

/// The part of an expression that is true or false.
indirect enum TruthFormula: Sendable, Hashable {
    case literal(Bool)
    case name(Int)
    case not(TruthFormula)
    case all([TruthFormula])
    case any([TruthFormula])
    case numbers(NumberFormula, [NumberLink])
    case values(ValueFormula, [ValueLink])
    case numberIn(NumberFormula, [NumberFormula])
    case valueIn(ValueFormula, [ValueFormula])

    struct NumberLink: Sendable, Hashable {
        let comparison: Comparison
        let right: NumberFormula
    }

    struct ValueLink: Sendable, Hashable {
        let equal: Bool
        let right: ValueFormula
    }

    func holds(given values: [ExpressionValue]) -> Bool {
        switch self {
        case .literal(let truth): return truth
        case .name(let index): return values[index].checkedTruth
        case .not(let formula): return !formula.holds(given: values)
        case .all(let formulas): return formulas.allSatisfy { $0.holds(given: values) }
        case .any(let formulas): return formulas.contains { $0.holds(given: values) }
        case .numbers(let first, let links):
            var left = first.value(given: values)
            return links.allSatisfy { link in
                let right = link.right.value(given: values)
                defer { left = right }
                return link.comparison.holds(left, right)
            }
        case .values(let first, let links):
            var left = first.value(given: values)
            return links.allSatisfy { link in
                let right = link.right.value(given: values)
                defer { left = right }
                return (left == right) == link.equal
            }
        case .numberIn(let formula, let list):
            let element = formula.value(given: values)
            return list.contains { $0.value(given: values) == element }
        case .valueIn(let formula, let list):
            let element = formula.value(given: values)
            return list.contains { $0.value(given: values) == element }
        }
    }
}

enum Arithmetic: String, Sendable {
    case plus = "+"
    case minus = "-"
    case times = "*"
    case over = "/"
    case remainder = "%"

    func apply(_ left: Double, _ right: Double) -> Double {
        switch self {
        case .plus: left + right
        case .minus: left - right
        case .times: left * right
        case .over: right == 0 ? .nan : left / right
        case .remainder: flooredRemainder(left, right)
        }
    }
}

enum Comparison: String, Sendable {
    case lessOrEqual = "<="
    case less = "<"
    case greaterOrEqual = ">="
    case greater = ">"
    case equal = "=="
    case unequal = "!="

    /// Whether this asks for an order, which only numbers have.
    var isOrder: Bool { self != .equal && self != .unequal }

    func holds(_ left: Double, _ right: Double) -> Bool {
        switch self {
        case .lessOrEqual: left <= right
        case .less: left < right
        case .greaterOrEqual: left >= right
        case .greater: left > right
        case .equal: left == right
        case .unequal: left < right || left > right  // false for NaN, unlike !=
        }
    }
}

/// A function of one number.
enum NumberFunction: String, Sendable, CaseIterable {
    case abs, ceil, exp, floor, log, log2, log10, round, sqrt

    func apply(_ x: Double) -> Double {
        switch self {
        case .abs: x.magnitude
        case .ceil: x.rounded(.up)
        case .exp: Foundation.exp(x)
        case .floor: x.rounded(.down)
        case .log: Foundation.log(x)
        case .log2: Foundation.log2(x)
        case .log10: Foundation.log10(x)
        case .round: x.rounded(.toNearestOrEven)
        case .sqrt: x.squareRoot()
        }
    }
}

/// The remainder with the sign of `divisor`; NaN when that is zero.
private func flooredRemainder(_ dividend: Double, _ divisor: Double) -> Double {
    let remainder = dividend.truncatingRemainder(dividingBy: divisor)
    return remainder != 0 && (remainder < 0) != (divisor < 0) ? remainder + divisor : remainder
}

/// `base` to the power `exponent`; NaN where that divides by zero.
private func raise(_ base: Double, to exponent: Double) -> Double {
    base == 0 && exponent < 0 ? .nan : pow(base, exponent)
}

extension Double {
    /// The lesser number, or NaN if either is.
    fileprivate static func minimumOrNaN(_ x: Double, _ y: Double) -> Double {
        x.isNaN || x < y ? x : y
    }
}

extension ExpressionValue {
    /// The number that `Expression.Reference.check` made sure of.
    fileprivate var checkedNumber: Double {
        guard case .number(let number) = self else { preconditionFailure("a number's kind is checked first") }
        return number
    }

    /// The truth that `Expression.Reference.check` made sure of.
    fileprivate var checkedTruth: Bool {
        guard case .truth(let truth) = self else { preconditionFailure("a truth's kind is checked first") }
        return truth
    }
}
