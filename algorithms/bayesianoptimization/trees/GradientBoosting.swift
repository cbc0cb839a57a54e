import AttuneCore

/// Three quantiles of the objective, each a sum of small trees: the median is the mean believed in, and half of the
/// way from the 16 % to the 84 % quantile the deviation, as it would be for a normal law.
///
/// Where the curves cross they are put in order, which brings them no further from the true ones (Chernozhukov,
/// Fernández-Val & Galichon 2010).
struct GradientBoosting: Surrogate {
    private let layout: TreeLayout
    private let scale: TargetScale
    private let curves: [QuantileCurve]

    static let quantiles = [0.16, 0.5, 0.84]

    /// - Parameters:
    ///   - features: `[count · featureCount]`, observation by observation; at least one.
    ///   - targets: `[count]`, finite.
    /// - Complexity: O(trees · parameters · count).
    init(
        _ space: ModelSpace, _ rules: QuantileCurve.Rules = .init(), features: [Double], targets: [Double],
        using random: inout RandomSource
    ) {
        let scale = TargetScale(targets)
        let layout = TreeLayout(space)
        let sample = TreeSample(layout, features: features)
        let standardized = targets.map { scale.standardized($0) }
        self.layout = layout
        self.scale = scale
        curves = GradientBoosting.quantiles.map {
            QuantileCurve($0, rules, sample, targets: standardized, using: &random)
        }
    }

    /// - Parameter features: `[points · featureCount]`.
    /// - Complexity: O(points · trees).
    func posterior(features: [Double]) -> (means: [Double], deviations: [Double]) {
        let quantiles = self.quantiles(features: features)
        return (
            quantiles.map { $0[1] },
            quantiles.map { max($0[2] / 2 - $0[0] / 2, scale.leastDeviation) }
        )
    }

    /// The three quantiles at each point, in order.
    func quantiles(features: [Double]) -> [[Double]] {
        let columns = layout.columns(of: features)
        let values = curves.map { $0.values(at: columns) }
        return (0..<columns.rows).map { row in values.map { scale.mean(of: $0[row]) }.sorted() }
    }
}
