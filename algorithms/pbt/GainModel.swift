import AttuneCore
import AttuneMath
import Foundation

/// What one generation of training gained under some settings.
struct Gain {
    var assignment: Assignment
    var generation: Int
    /// By how much the objective became better.
    var amount: Double
}

/// A Gaussian process of what settings gain, over settings and time, and the settings of largest upper confidence bound:
/// the bandit of PB2 (Parker-Holder et al. 2020, section 4).
///
/// Gains count by their rank, as normal scores, so that one leap or one collapse does not drown the others.
struct GainModel {
    /// How many gains are learned from, the latest.
    static let capacity = 120
    /// Below this many a model says nothing.
    static let fewest = 4

    private let space: ModelSpace
    private let inputs: Matrix
    private let times: [Double]
    private let kernel: GainKernel
    /// (K + σ²I)⁻¹ z.
    private let weights: [Double]

    /// - Parameter gains: finite, the latest last.
    /// - Returns: nil where they are too few.
    /// - Complexity: 48 factorings, O(count³) each.
    init?(_ gains: [Gain], in space: ModelSpace) {
        let gains = gains.suffix(GainModel.capacity)
        guard gains.count >= GainModel.fewest else { return nil }
        self.space = space
        inputs = Matrix(rows: gains.map { space.features(of: space.point(of: $0.assignment)) })
        times = gains.map { Double($0.generation) }
        let scores = GainModel.normalScores(gains.map(\.amount))
        guard let (kernel, factor) = GainKernel.fitted(to: scores, at: inputs, times) else { return nil }
        self.kernel = kernel
        weights = factor.solve(scores)
    }

    /// Of these settings those that may gain most in a generation, the first among equals; nil where that cannot be said.
    ///
    /// - Parameter pending: what else is tried in that generation; there is nothing to learn near it.
    func best(of candidates: [Assignment], in generation: Int, pending: [Assignment]) -> Assignment? {
        let time = Double(generation)
        let others = pending.map { space.features(of: space.point(of: $0)) }
        let known = Matrix(
            rows: inputs.rows + others.count, columns: inputs.columns, inputs.elements + others.flatMap(\.self))
        let knownTimes = times + others.map { _ in time }
        guard let factor = Cholesky(kernel.withNoise(kernel.covariance(known, knownTimes, known, knownTimes)))
        else { return nil }
        let bounds = candidates.map { candidate in
            let at = Matrix(rows: [space.features(of: space.point(of: candidate))])
            let covariances = kernel.covariance(at, [time], known, knownTimes).elements
            let mean = zip(covariances, weights).reduce(0) { $0 + $1.0 * $1.1 }
            let explained = factor.halfSolve(covariances).reduce(0) { $0 + $1 * $1 }
            return mean + (kernel.amplitude * max(1 - explained, 0)).squareRoot()
        }
        let best = bounds.indices.reduce(nil) { best, index in
            best.map { bounds[index] > bounds[$0] ? index : $0 } ?? (bounds[index].isFinite ? index : nil)
        }
        return best.map { candidates[$0] }
    }

    /// Φ⁻¹ of each number's rank, equal ones in their order.
    static func normalScores(_ numbers: [Double]) -> [Double] {
        let order = numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
        var scores = numbers
        for (rank, index) in order.enumerated() {
            scores[index] = NormalDistribution.quantile((Double(rank) + 0.5) / Double(numbers.count))
        }
        return scores
    }
}

/// exp(−d²/2ℓ²) (1 − ε)^(|t − t'|/2), and the noise beside it: what was gained long ago says less (PB2, section 4.1).
struct GainKernel {
    /// ℓ, in units of a parameter's range.
    let length: Double
    /// ε, from 0 to below 1.
    let forgetting: Double
    /// σ², as a share of the amplitude.
    let noise: Double
    /// The variance of what is learned.
    var amplitude = 1.0

    /// The kernel of largest marginal likelihood on a grid, with its factor of K + σ²I; the amplitude follows in closed
    /// form.
    static func fitted(to scores: [Double], at inputs: Matrix, _ times: [Double]) -> (GainKernel, Cholesky)? {
        var best: (likelihood: Double, kernel: GainKernel, factor: Cholesky)?
        for length in [0.15, 0.3, 0.6, 1.2] {
            for forgetting in [0, 0.05, 0.15, 0.4] {
                let shape = GainKernel(length: length, forgetting: forgetting, noise: 0)
                let covariance = shape.covariance(inputs, times, inputs, times)
                for noise in [0.01, 0.1, 0.5] {
                    var kernel = GainKernel(length: length, forgetting: forgetting, noise: noise)
                    guard let factor = Cholesky(kernel.withNoise(covariance)) else { continue }
                    let white = factor.halfSolve(scores)
                    kernel.amplitude = white.reduce(0) { $0 + $1 * $1 } / Double(scores.count)
                    let likelihood = -Double(scores.count) * log(kernel.amplitude) - factor.logDeterminant
                    if likelihood > best?.likelihood ?? -.infinity { best = (likelihood, kernel, factor) }
                }
            }
        }
        return best.map { ($0.kernel, $0.factor) }
    }

    /// Correlations of rows with rows, `[a.rows, b.rows]`.
    func covariance(_ a: Matrix, _ aTimes: [Double], _ b: Matrix, _ bTimes: [Double]) -> Matrix {
        // Distances grow with the number of features, and so does what counts as near.
        let scale = length * length * max(1, Double(a.columns) / 2)
        var result = a.squaredDistances(to: b, weights: Array(repeating: 1 / scale, count: a.columns))
        let decay = log(1 - forgetting) / 2
        for row in 0..<a.rows {
            for column in 0..<b.rows {
                let apart = abs(aTimes[row] - bTimes[column])
                result[row, column] = exp(-0.5 * result[row, column] + decay * apart)
            }
        }
        return result
    }

    func withNoise(_ covariance: Matrix) -> Matrix {
        var result = covariance
        for index in 0..<covariance.rows { result[index, index] += noise }
        return result
    }
}
