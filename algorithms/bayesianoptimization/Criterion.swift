import AttuneCore

/// What a search makes most of, beside the chance of success and the cost: larger is better.
protocol Criterion: Sendable {
    /// - Parameter features: `[points · featureCount]`.
    /// - Returns: `[points]`.
    func scores(features: [Double]) -> [Double]

    /// The score at one point.
    ///
    /// - Parameter gradient: set to its derivatives by feature.
    /// - Returns: nil for a model that has no gradients.
    func score(at features: [Double], gradient: inout [Double]) -> Double?
}

/// An acquisition of one objective.
struct Improvement: Criterion {
    let surrogate: any Surrogate
    let acquisition: Acquisition
    /// The best value so far, in the model's units.
    let best: Double

    func scores(features: [Double]) -> [Double] {
        let (means, deviations) = surrogate.posterior(features: features)
        return zip(means, deviations).map {
            acquisition.value(mean: $0, deviation: $1, best: best).value
        }
    }

    func score(at features: [Double], gradient: inout [Double]) -> Double? {
        var byDeviation = gradient
        guard
            let belief = surrogate.posterior(
                at: features, meanGradient: &gradient, deviationGradient: &byDeviation)
        else { return nil }
        let score = acquisition.value(mean: belief.mean, deviation: belief.deviation, best: best)
        for index in gradient.indices {
            gradient[index] = score.byMean * gradient[index] + score.byDeviation * byDeviation[index]
        }
        return score.value
    }
}

/// The logarithm of the expected growth of the volume that a front of several objectives dominates.
///
/// Volumes are those of the objectives' own units, whatever the warp that models see them through: they would be others.
struct FrontImprovement: Criterion {
    /// By objective.
    let surrogates: [any Surrogate]
    let transforms: [OutputTransform]
    /// In units of `OutputTransform.scaled`.
    let improvement: ExpectedHypervolumeImprovement

    func scores(features: [Double]) -> [Double] {
        let beliefs = zip(surrogates, transforms).map { surrogate, transform in
            let (means, deviations) = surrogate.posterior(features: features)
            return zip(means, deviations).map { transform.unwarped(Posterior(mean: $0, deviation: $1)).belief }
        }
        return improvement.logValues(
            means: beliefs.map { $0.map(\.mean) }, deviations: beliefs.map { $0.map(\.deviation) })
    }

    func score(at features: [Double], gradient: inout [Double]) -> Double? {
        var beliefs: [OutputTransform.Unwarped] = []
        var byMean = surrogates.map { _ in gradient }
        var byDeviation = byMean
        for (index, surrogate) in surrogates.enumerated() {
            guard
                let belief = surrogate.posterior(
                    at: features, meanGradient: &byMean[index], deviationGradient: &byDeviation[index])
            else { return nil }
            beliefs.append(transforms[index].unwarped(belief))
        }
        var means = beliefs.map { _ in 0.0 }
        var deviations = means
        let value = improvement.logValue(
            means: beliefs.map(\.belief.mean), deviations: beliefs.map(\.belief.deviation), meanGradient: &means,
            deviationGradient: &deviations)
        for feature in gradient.indices { gradient[feature] = 0 }
        for (index, belief) in beliefs.enumerated() {
            let mean = means[index] * belief.slope + deviations[index] * (belief.slope - belief.slopeBelow)
            let deviation = deviations[index] * belief.slopeBelow
            for feature in gradient.indices {
                gradient[feature] += mean * byMean[index][feature] + deviation * byDeviation[index][feature]
            }
        }
        return value
    }
}

extension OutputTransform {
    /// A belief before the warp, and how it changes with the warped one.
    struct Unwarped {
        let belief: Posterior
        /// Of the unwarped value at the mean, and a deviation below it.
        let slope: Double
        let slopeBelow: Double
    }

    /// About the median; as wide as a deviation is on the better side, where improvement lies.
    func unwarped(_ belief: Posterior) -> Unwarped {
        let (middle, below) = (scaled(undoing: belief.mean), scaled(undoing: belief.mean - belief.deviation))
        return Unwarped(
            belief: Posterior(mean: middle.value, deviation: middle.value - below.value), slope: middle.slope,
            slopeBelow: below.slope)
    }
}

/// Nothing but what else counts: while no trial has kept the constraints, there is nothing to improve on.
struct Indifference: Criterion {
    let featureCount: Int

    func scores(features: [Double]) -> [Double] {
        Array(repeating: 0, count: features.count / featureCount)
    }

    func score(at features: [Double], gradient: inout [Double]) -> Double? {
        for index in gradient.indices { gradient[index] = 0 }
        return 0
    }
}
