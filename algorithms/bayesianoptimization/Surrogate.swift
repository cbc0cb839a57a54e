import AttuneCore

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

    /// The values of a function drawn from the belief at many points: `[points]`.
    func draw(features: [Double], using random: inout RandomSource) -> [Double]
}

/// What a model believes of the objective at a point.
struct Posterior: Sendable, Hashable {
    var mean: Double
    /// Of the objective without noise.
    var deviation: Double
}

extension Surrogate {
    /// Nil: what is made of steps, as trees are, is constant nearly everywhere.
    func posterior(
        at features: [Double], meanGradient: inout [Double], deviationGradient: inout [Double]
    ) -> Posterior? { nil }

    /// A draw of each point by itself.
    func draw(features: [Double], using random: inout RandomSource) -> [Double] {
        let (means, deviations) = posterior(features: features)
        return zip(means, deviations).map { $0 + $1 * random.normal() }
    }
}

extension GaussianProcess: Surrogate {}
