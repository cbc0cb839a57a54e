import Foundation

/// A normal distribution restricted to a range.
///
/// It keeps its accuracy where the range lies so far in a tail that its probability underflows, and where it is so
/// narrow that the probabilities of its ends agree in every digit.
public struct TruncatedNormal: Sendable, Hashable {
    /// The mean before truncation.
    public let mean: Double
    /// The standard deviation before truncation, positive.
    public let deviation: Double
    /// What values are restricted to; its ends may be infinite.
    public let range: ClosedRange<Double>

    public init(mean: Double, deviation: Double, in range: ClosedRange<Double>) {
        precondition(mean.isFinite, "a truncated normal distribution needs a finite mean")
        precondition(deviation > 0 && deviation.isFinite, "a truncated normal distribution needs a positive deviation")
        self.mean = mean
        self.deviation = deviation
        self.range = range
    }

    /// The logarithm of the probability that the distribution has in `range` before truncation.
    ///
    /// −∞ for a range of one point, and for one that begins at an infinite distance from the mean.
    public var logMass: Double {
        let (lower, upper) = standardEnds
        return NormalDistribution.logMass(from: lower, to: upper)
    }

    /// The logarithm of the density at `x`, −∞ outside the range.
    public func logDensity(_ x: Double) -> Double {
        guard range.contains(x) else { return -.infinity }
        return NormalDistribution.logDensity((x - mean) / deviation) - log(deviation) - logMass
    }

    /// The probability of a value up to `x`; 0 up to the lower end of the range and 1 from the upper end on.
    public func cumulative(_ x: Double) -> Double {
        if x >= range.upperBound { return 1 }
        if x <= range.lowerBound { return 0 }
        let (lower, upper) = standardEnds
        if lower >= 0 {
            return NormalTail(from: lower, width: upper - lower).cumulative((x - range.lowerBound) / deviation)
        }
        if upper <= 0 {
            return 1 - NormalTail(from: -upper, width: upper - lower).cumulative((range.upperBound - x) / deviation)
        }
        let below = massBeyondMean(-lower)
        return (below + massBeyondMean((x - mean) / deviation)) / (below + massBeyondMean(upper))
    }

    /// The value in the range that `cumulative` takes to `probability`.
    ///
    /// - Parameter probability: from 0, which gives the lower end, to 1, which gives the upper.
    public func quantile(_ probability: Double) -> Double {
        precondition((0...1).contains(probability), "a probability lies from 0 to 1")
        if probability == 0 || range.lowerBound == range.upperBound { return range.lowerBound }
        if probability == 1 { return range.upperBound }
        return min(max(interiorQuantile(probability), range.lowerBound), range.upperBound)
    }

    private func interiorQuantile(_ probability: Double) -> Double {
        let (lower, upper) = standardEnds
        if lower >= 0 {
            let tail = NormalTail(from: lower, width: upper - lower)
            return range.lowerBound + deviation * tail.quantile(probability, rest: 1 - probability)
        }
        if upper <= 0 {
            let tail = NormalTail(from: -upper, width: upper - lower)
            return range.upperBound - deviation * tail.quantile(1 - probability, rest: probability)
        }
        return mean + deviation * quantileAroundMean(probability, lower: lower, upper: upper)
    }

    /// The quantile in deviations from the mean, for a range that reaches from below the mean to above.
    ///
    /// Each of its probability's three forms is a sum whose terms do not cancel where that form is used.
    private func quantileAroundMean(_ probability: Double, lower: Double, upper: Double) -> Double {
        func mix(_ atLower: Double, _ atUpper: Double) -> Double { (1 - probability) * atLower + probability * atUpper }
        return NormalDistribution.quantile(
            lower: mix(NormalDistribution.cumulative(lower), NormalDistribution.cumulative(upper)),
            upper: mix(NormalDistribution.cumulative(-lower), NormalDistribution.cumulative(-upper)),
            beyondMedian: mix(-massBeyondMean(-lower), massBeyondMean(upper)))
    }

    /// The ends of the range, in deviations from the mean.
    private var standardEnds: (lower: Double, upper: Double) {
        ((range.lowerBound - mean) / deviation, (range.upperBound - mean) / deviation)
    }
}

/// The probability from the mean to `x` deviations above it, negative for negative `x`.
private func massBeyondMean(_ x: Double) -> Double {
    erf(x * 0.5.squareRoot()) / 2
}
