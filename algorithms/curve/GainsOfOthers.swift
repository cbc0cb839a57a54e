import Foundation

/// Where a learning curve will end, by what others still gained from the same step on: those that stood where it stands
/// count most.
struct GainsOfOthers: Sendable {
    /// What each other changed by from here to its end, to be added, and its weight.
    private let gains: [(gain: Double, weight: Double)]
    private let present: Double
    private let bandwidth: Double

    /// - Parameters:
    ///   - value: where the curve stands, finite, to be made small.
    ///   - others: where completed curves stood at the same step, and where they ended; finite here, the end possibly
    ///     infinite.
    init(from value: Double, others: [(here: Double, end: Double)]) {
        present = value
        let middle = GainsOfOthers.median(others.map(\.here))
        let spread = max(GainsOfOthers.median(others.map { abs($0.here - middle) }), 1e-12 * max(abs(middle), 1e-300))
        gains = others.map { other in
            let distance = (other.here - value) / (GainsOfOthers.reach * spread)
            return (other.end - other.here, exp(-distance * distance / 2))
        }
        let finite = gains.filter { $0.gain.isFinite }
        let weight = finite.reduce(1e-300) { $0 + $1.weight }
        let mean = finite.reduce(0) { $0 + $1.weight / weight * $1.gain }
        let variance = finite.reduce(0) { $0 + $1.weight / weight * ($1.gain - mean) * ($1.gain - mean) }
        bandwidth = max(0.15 * (variance.squareRoot() + 1e-3 * spread), .leastNormalMagnitude)
    }

    /// How near a trial must stand to count, in median absolute deviations.
    private static let reach = 0.6

    /// The probability that the curve ends below a value. Where few stood near, it tends to the share of all gains that
    /// would do; and where there are few at all, to the chance of the next of a random sequence being its best, 1/(n + 1).
    func probability(below value: Double) -> Double {
        var (near, weights, all) = (0.0, 1.0, 1 / Double(gains.count + 1))
        for (gain, weight) in gains {
            let margin = (value - present - gain) / bandwidth
            let chance = erfc(-margin / 2.squareRoot()) / 2
            (near, weights, all) = (near + weight * chance, weights + weight, all + chance)
        }
        return (near + all / Double(gains.count + 1)) / weights
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        return sorted[sorted.count / 2] / 2 + sorted[(sorted.count - 1) / 2] / 2
    }
}
