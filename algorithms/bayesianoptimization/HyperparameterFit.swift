import AttuneMath
import Foundation

extension Hyperparameters {
    /// The likeliest hyperparameters given observations and the prior: the best of six starts, improved by L-BFGS-B.
    ///
    /// A function of its arguments alone: it does not go on from an earlier fit, so that a replay needs only the last.
    ///
    /// - Parameters:
    ///   - features: `[count · featureCount]`; at least one observation.
    ///   - targets: standardised, `[count]`.
    ///   - knownNoise: the noise's variance in units of the targets', where it is known.
    /// - Complexity: some hundred times O(count³).
    static func fitted(
        to space: ModelSpace, _ kernel: Kernel, features: [Double], targets: [Double], knownNoise: Double? = nil
    ) -> (hyperparameters: Hyperparameters, negativeLogPosterior: Double) {
        let prior = HyperparameterPrior(of: space)
        var likelihood = MarginalLikelihood(space, kernel, prior: prior, features: features, targets: targets)
        func evaluate(_ vector: [Double], _ gradient: inout [Double]) -> Double {
            likelihood.negativeLogPosterior(of: Hyperparameters(vector), gradient: &gradient)
        }
        var scratch = [Double](repeating: 0, count: space.lengthCount + 2)
        let starts = starts(space, prior, knownNoise: knownNoise)
            .map { (vector: $0, value: evaluate($0, &scratch)) }
        guard let start = starts.min(by: { $0.value < $1.value }) else { preconditionFailure("there are six starts") }
        let minimizer = BoundedMinimizer(
            bounds: bounds(space.lengthCount, knownNoise: knownNoise), maximumIterations: 50, gradientTolerance: 1e-3,
            relativeDecrease: 1e-5)
        let minimum = minimizer.minimize(from: start.vector, evaluate)
        guard minimum.value < start.value else { return (Hyperparameters(start.vector), start.value) }
        return (Hyperparameters(minimum.point), minimum.value)
    }

    /// - Parameter vector: log ℓ by length scale, log variance, log noise.
    private init(_ vector: [Double]) {
        self.init(
            logLengths: Array(vector.dropLast(2)), logVariance: vector[vector.count - 2],
            logNoise: vector[vector.count - 1])
    }

    private static func starts(
        _ space: ModelSpace, _ prior: HyperparameterPrior, knownNoise: Double?
    ) -> [[Double]] {
        let root = 0.5 * log(Double(max(space.dimensions, 1)))
        let noise = knownNoise.map { log(max($0, leastNoise)) }
        return [prior.logLengthMode, root - 0.7, root + 0.7].flatMap { length in
            [log(1e-5), log(0.03)].map { guess in
                Array(repeating: length, count: space.lengthCount) + [0, noise ?? guess]
            }
        }
    }

    private static func bounds(_ lengthCount: Int, knownNoise: Double?) -> [ClosedRange<Double>] {
        let noise = knownNoise.map { log(max($0, leastNoise)) }
        return Array(repeating: log(0.005)...log(200), count: lengthCount)
            + [log(0.01)...log(100), noise.map { $0...$0 } ?? log(leastNoise)...0]
    }
}

/// The smallest variance of noise, of a standardised objective: what keeps a covariance well conditioned.
private let leastNoise = 1e-9
