import AttuneCore
import Foundation

/// How wide kernels are, by axis, for one of the two mixtures.
///
/// On a numeric axis it is Scott's rule, σ = f s n^(−1 / (d + 4)), with the spread s of the mixture's own trials, into
/// which the prior enters as a fraction of a trial. So the good mixture tightens as good trials gather, axis by axis, and
/// stays wide along those that do not matter. The floor falls with the number of trials n (magic clipping, Bergstra et
/// al. 2011, with an exponent as in Watanabe 2023) and is never less than half a cell of a grid, so that neighbours
/// remain within reach.
struct KernelWidth: Sendable {
    /// f.
    let factor: Double
    /// The floor is (1 + n)^−exponent, and at least `least`.
    let clipExponent: Double
    let least: Double
    /// On a categorical axis a kernel gives each other category `smoothing` n^−`smoothingExponent` as much as its own has
    /// beyond that.
    let smoothing: Double
    let smoothingExponent: Double

    static let good = KernelWidth(
        factor: 0.7, clipExponent: 1.5, least: 0.003, smoothing: 0.3, smoothingExponent: 1)
    static let bad = KernelWidth(
        factor: 0.48, clipExponent: 1.5, least: 0.03, smoothing: 2, smoothingExponent: 0.5)

    /// What the prior weighs in the spread.
    private static let priorShare = 0.1

    /// - Parameters:
    ///   - centres: where the kernels stand, negative where a kernel has no value.
    ///   - weights: of the kernels.
    ///   - axes: how many axes a kernel has values on, on average (d).
    /// - Returns: a deviation, at most 1, or on a categorical axis the mass off the own category.
    func callAsFunction(_ axis: ParzenAxis, _ centres: ArraySlice<Float>, _ weights: [Double], axes: Double) -> Double {
        let moments = Moments(centres, weights, prior: KernelWidth.priorShare)
        if axis.isCategorical { return massElsewhere(categories: axis.count ?? 1, trials: moments.trials) }
        let scott = factor * moments.spread * pow(moments.trials, -1 / (axes + 4))
        let floor = max(pow(1 + moments.trials, -clipExponent), least, axis.meanCell / 2)
        return min(max(scott, floor), 1)
    }

    private func massElsewhere(categories: Int, trials: Double) -> Double {
        let each = smoothing / pow(trials, smoothingExponent)
        return Double(categories - 1) * each / (1 + Double(categories) * each)
    }

    /// The number and the spread of trials on an axis, together with a prior that is uniform on [0, 1].
    private struct Moments {
        /// Weight of the trials that have a value, at least 1.
        let trials: Double
        /// Standard deviation.
        let spread: Double

        init(_ centres: ArraySlice<Float>, _ weights: [Double], prior: Double) {
            var weight = 0.0
            var sum = 0.5 * prior
            var squares = prior / 3
            for (centre, own) in zip(centres, weights) where centre >= 0 {
                weight += own
                sum += own * Double(centre)
                squares += own * Double(centre) * Double(centre)
            }
            let mean = sum / (weight + prior)
            trials = max(weight, 1)
            spread = max(squares / (weight + prior) - mean * mean, 0).squareRoot()
        }
    }
}
