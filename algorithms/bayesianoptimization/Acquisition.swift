import AttuneCore
import AttuneMath
import Foundation

/// What makes a point worth trying, given a model's belief about it: larger is better, objectives are minimised.
enum Acquisition: Sendable, Hashable {
    /// log E[max(best − f, 0)], computed so that it and its gradient never vanish (Ament et al. 2023, eq. 9).
    case logExpectedImprovement
    /// log P(f < best) (Kushner 1964).
    case logProbabilityOfImprovement
    /// κ σ − μ (Cox & John 1992).
    case confidenceBound(Double)

    /// Its value, and its derivatives by mean and deviation.
    func value(mean: Double, deviation: Double, best: Double) -> (value: Double, byMean: Double, byDeviation: Double) {
        let z = (best - mean) / deviation
        switch self {
        case .logExpectedImprovement:
            let (logH, slope) = AttuneMath.logExpectedImprovement(standardized: z)
            // d log h/dz = Φ/h, and σ h is the expected improvement.
            return (logH + log(deviation), -slope / deviation, (1 - z * slope) / deviation)
        case .logProbabilityOfImprovement:
            let logCumulative = NormalDistribution.logCumulative(z)
            let slope = exp(NormalDistribution.logDensity(z) - logCumulative)
            return (logCumulative, -slope / deviation, -slope * z / deviation)
        case .confidenceBound(let κ): return (κ * deviation - mean, -1, κ)
        }
    }

    /// The name that settings and records use.
    var name: String {
        switch self {
        case .logExpectedImprovement: "logEI"
        case .logProbabilityOfImprovement: "logPI"
        case .confidenceBound: "LCB"
        }
    }

    /// How much of the score the deviation brings: 1 when the mean promises nothing.
    static func exploration(mean: Double, deviation: Double, best: Double) -> Double {
        let z = (best - mean) / deviation
        let byDeviation = NormalDistribution.density(z)
        let byMean = max(z, 0) * NormalDistribution.cumulative(z)
        return byDeviation + byMean > 0 ? byDeviation / (byDeviation + byMean) : 1
    }
}
