import AttuneCore
import Foundation

/// Settings near those of a trial that did well (Jaderberg et al. 2017, section 4.1.1: perturb, or resample).
///
/// A number goes up or down by a fifth, on a logarithmic scale by as much as makes up for the other; where that is too
/// little to matter, near zero and in wide ranges, by a fiftieth of the range. What has steps goes to the nearest one, and
/// where all of that is less than half a step, and in lists, to a neighbour or nowhere, each as likely: always to move
/// would keep children away from the best value there is.
struct Exploration {
    /// The probability that a parameter is drawn anew instead, by its own law.
    let resampling: Double

    /// A feasible neighbour; the same settings again where 100 attempts find none.
    func neighbour(of assignment: Assignment, in space: SearchSpace, using random: inout RandomSource) -> Assignment {
        for _ in 0..<100 {
            let candidate = space.assignment { spec, _ in
                value(of: spec, from: assignment[spec.name], using: &random)
            }
            if space.isFeasible(candidate) { return candidate }
        }
        return assignment
    }

    /// - Parameter value: the parent's; nil where the parameter was inactive there.
    private func value(
        of spec: ParameterSpec, from value: ParameterValue?, using random: inout RandomSource
    ) -> ParameterValue {
        guard let value, random.uniform() >= resampling else { return spec.domain.value(at: random.uniform()) }
        return spec.domain.neighbour(of: value, using: &random)
    }
}

extension Domain {
    /// A value near another of this domain.
    func neighbour(of value: ParameterValue, using random: inout RandomSource) -> ParameterValue {
        switch self {
        case .double(let range, let step, let law):
            guard let x = value.number else { return value }
            let moved = Domain.moved(x, in: range, by: law, up: random.below(2) == 1)
            return step == nil
                ? .double(moved) : neighbour(of: x, towards: moved, from: range.lowerBound, using: &random)
        case .int(let range, _, let law):
            guard let x = value.number else { return value }
            let bounds = Double(range.lowerBound)...Double(range.upperBound)
            let moved = Domain.moved(x, in: bounds, by: law, up: random.below(2) == 1)
            return neighbour(of: x, towards: moved, from: bounds.lowerBound, using: &random)
        case .discrete(let list), .categorical(let list):
            guard let place = unit(of: value) else { return value }
            let step = Double(random.below(3) - 1) / Double(list.count)
            return 0...1 ~= place + step ? self.value(at: place + step) : value
        }
    }

    private static func moved(_ x: Double, in range: ClosedRange<Double>, by law: Distribution, up: Bool) -> Double {
        let moved: Double
        switch law {
        case .uniform, .normal:
            let way = max(abs(x) / 5, (range.upperBound - range.lowerBound) / 50)
            moved = up ? x + way : x - way
        case .logUniform, .logNormal:
            let way = max(log(1.25), log(range.upperBound / range.lowerBound) / 50)
            moved = x * exp(up ? way : -way)
        }
        return min(max(moved, range.lowerBound), range.upperBound)
    }

    /// The value of a grid nearest `moved`; where that is `x` itself, it or the one before or behind.
    private func neighbour(
        of x: Double, towards moved: Double, from first: Double, using random: inout RandomSource
    ) -> ParameterValue {
        guard let count, count > 1, let second = value(number: 1).number else { return value(number: 0) }
        func index(_ x: Double) -> Int { min(max(Int(((x - first) / (second - first)).rounded()), 0), count - 1) }
        guard index(moved) == index(x) else { return value(number: index(moved)) }
        return value(number: min(max(index(x) + random.below(3) - 1, 0), count - 1))
    }
}
