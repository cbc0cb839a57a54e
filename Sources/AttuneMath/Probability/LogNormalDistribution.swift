import AttuneCore
import Foundation

/// The distribution of e^x for a normally distributed x.
///
/// Functions keep their relative accuracy into the far tails, as those of `NormalDistribution`, on which they rest.
public struct LogNormalDistribution: Sendable, Hashable {
    /// The mean of the logarithm.
    public let logMean: Double
    /// The standard deviation of the logarithm, positive.
    public let logDeviation: Double

    public init(logMean: Double, logDeviation: Double) {
        precondition(logMean.isFinite, "a log-normal distribution needs a finite mean")
        precondition(logDeviation > 0 && logDeviation.isFinite, "a log-normal distribution needs a positive deviation")
        self.logMean = logMean
        self.logDeviation = logDeviation
    }

    /// The density at `x`, zero for numbers that are not positive.
    public func density(_ x: Double) -> Double {
        x > 0 && x < .infinity ? NormalDistribution.density(standardized(x)) / (x * logDeviation) : 0
    }

    /// The logarithm of the density, −∞ for numbers that are not positive.
    public func logDensity(_ x: Double) -> Double {
        guard x > 0, x < .infinity else { return -.infinity }
        return NormalDistribution.logDensity(standardized(x)) - log(x) - log(logDeviation)
    }

    /// The probability of a value up to `x`.
    public func cumulative(_ x: Double) -> Double { x > 0 ? NormalDistribution.cumulative(standardized(x)) : 0 }

    /// The logarithm of the probability of a value up to `x`.
    public func logCumulative(_ x: Double) -> Double {
        x > 0 ? NormalDistribution.logCumulative(standardized(x)) : -.infinity
    }

    /// The value that `cumulative` takes to `probability`, from 0 to ∞.
    public func quantile(_ probability: Double) -> Double {
        exp(logMean + logDeviation * NormalDistribution.quantile(probability))
    }

    private func standardized(_ x: Double) -> Double { (log(x) - logMean) / logDeviation }
}
