/// A model of the objective: what it believes at any point, in transformed units, smaller is better.
protocol Surrogate: Sendable {
    /// Means and standard deviations at many points.
    ///
    /// - Parameter features: `[points · featureCount]`.
    func posterior(features: [Double]) -> (means: [Double], deviations: [Double])

    /// The belief at one point with its derivatives by feature; nil for a model that has none.
    func posterior(
        at features: [Double], meanGradient: inout [Double], deviationGradient: inout [Double]
    ) -> Posterior?
}

/// What a model believes of the objective at a point.
struct Posterior: Sendable, Hashable {
    var mean: Double
    /// Of the objective without noise.
    var deviation: Double
}

extension GaussianProcess: Surrogate {}
