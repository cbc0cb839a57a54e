import Foundation

/// A distribution over a numeric range, by its cumulative and quantile functions.
///
/// On a grid every value owns the cell half a step either side of it, so the range is widened by half a step at both
/// ends: under a uniform law all values are then equally likely. Where a logarithmic law's lowest cell would reach zero,
/// the cell is as wide below its value as above it on the logarithmic scale.
struct Law {
    private let isLogarithmic: Bool
    private let range: ClosedRange<Double>
    /// Ends of the widened range, on the logarithmic scale for a logarithmic law.
    private let ends: ClosedRange<Double>
    private let normal: TruncatedNormal?

    init(_ distribution: Distribution, over range: ClosedRange<Double>, grid: Grid?) {
        isLogarithmic = distribution.isLogarithmic
        let scale: (Double) -> Double = distribution.isLogarithmic ? { log($0) } : { $0 }
        let declared = scale(range.lowerBound)...scale(range.upperBound)
        let widened = grid.map { Law.widened(range, grid: $0, logarithmic: distribution.isLogarithmic) } ?? range
        self.range = widened
        ends = scale(widened.lowerBound)...scale(widened.upperBound)
        let deviation = (declared.upperBound - declared.lowerBound) / 6
        normal =
            distribution.isNormal && deviation > 0
            ? TruncatedNormal(
                mean: (declared.lowerBound + declared.upperBound) / 2, deviation: deviation, in: ends)
            : nil
    }

    private static func widened(_ range: ClosedRange<Double>, grid: Grid, logarithmic: Bool) -> ClosedRange<Double> {
        let low = grid.cell(around: range.lowerBound)
        let high = grid.cell(around: range.upperBound)
        guard logarithmic, low.lowerBound <= 0 else { return low.lowerBound...high.upperBound }
        return range.lowerBound * range.lowerBound / low.upperBound...high.upperBound
    }

    /// The value below which a share `u` of the probability lies.
    func quantile(_ u: Double) -> Double {
        let t = normal?.quantile(u) ?? ends.lowerBound + u * (ends.upperBound - ends.lowerBound)
        // exp(log(x)) may miss x by an ulp, and so leave the range.
        return min(max(isLogarithmic ? exp(t) : t, range.lowerBound), range.upperBound)
    }

    /// The probability of a value at most `x`.
    func cumulative(_ x: Double) -> Double {
        let t = isLogarithmic ? log(max(x, .leastNormalMagnitude)) : x
        guard ends.upperBound > ends.lowerBound else { return 0.5 }
        let u = normal?.cumulative(t) ?? (t - ends.lowerBound) / (ends.upperBound - ends.lowerBound)
        return min(max(u, 0), 1)
    }
}
