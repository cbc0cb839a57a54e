import AttuneCore
import AttuneMath
import Foundation

/// What a Gaussian process believes of an objective anywhere in a space, given some trials: for people to look at.
///
/// The same model as Bayesian optimisation's, fitted to the trials given: values are warped to be about normal, and noise
/// and length scales are the likeliest.
public struct ResponseSurface: Sendable {
    /// Fewer trials say nothing.
    public static let leastTrials = 5

    private let space: ModelSpace
    private let process: GaussianProcess
    private let transform: OutputTransform
    private let direction: Objective.Direction

    /// - Parameters:
    ///   - values: what each assignment brought, finite.
    /// - Throws: `AttuneError` where there are too few trials.
    /// - Complexity: some hundred times O(trials³).
    public init(
        _ space: SearchSpace, _ assignments: [Assignment], _ values: [Double], _ direction: Objective.Direction
    ) throws(AttuneError) {
        precondition(assignments.count == values.count, "a value for each assignment")
        guard values.count >= ResponseSurface.leastTrials else {
            throw AttuneError(
                "a model needs \(ResponseSurface.leastTrials) trials with a value; there are \(values.count)")
        }
        let losses = values.map(direction.loss)
        self.space = ModelSpace(space)
        self.direction = direction
        transform = OutputTransform(losses)
        let features = assignments.flatMap { [model = self.space] in model.features(of: model.point(of: $0)) }
        let targets = losses.map { [transform] in transform($0) }
        let fit = Hyperparameters.fitted(to: self.space, .matern52, features: features, targets: targets)
        process = GaussianProcess(self.space, .matern52, fit.hyperparameters, features: features, targets: targets)
    }

    /// What is believed at several groups of assignments, of each group on average: means and standard deviations in the
    /// objective's units. The deviation is that of the belief at one assignment of the group, without noise.
    ///
    /// - Complexity: O(assignments · trials²).
    public func beliefs(at groups: [[Assignment]]) -> (means: [Double], deviations: [Double]) {
        let features = groups.joined().flatMap { space.features(of: space.point(of: $0)) }
        let (means, deviations) = process.posterior(features: features)
        var start = 0
        var result: (means: [Double], deviations: [Double]) = ([], [])
        for group in groups {
            let range = start..<start + group.count
            start += group.count
            let size = Double(group.count)
            let mean = range.reduce(0) { $0 + means[$1] } / size
            let deviation = (range.reduce(0) { $0 + deviations[$1] * deviations[$1] } / size).squareRoot()
            result.means.append(value(mean))
            result.deviations.append(abs(value(mean + deviation) - value(mean - deviation)) / 2)
        }
        return result
    }

    private func value(_ transformed: Double) -> Double { direction.loss(transform.inverse(transformed)) }
}
