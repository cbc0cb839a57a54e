import AttuneCore
import Foundation

/// How an evaluation approaches its final value.
public struct LearningCurve: Sendable, Hashable {
    /// Resource after which the distance to go has fallen to a third, in units of the resource.
    public var pace: Double
    /// Seconds for one unit of resource.
    public var secondsPerUnit: Double
    /// Size of the wobble on the way, which dies out towards the end; in units of the way from start to floor.
    public var wobble: Double

    public init(pace: Double, secondsPerUnit: Double = 1, wobble: Double = 0) {
        self.pace = pace
        self.secondsPerUnit = secondsPerUnit
        self.wobble = wobble
    }
}

extension BenchmarkProblem {
    /// The problem as one of training: a loss that falls from 1 towards a floor that says how good the assignment is.
    ///
    /// The loss at full resource is 0.1 at the optimum, and 0.1 + 0.8 · (1 − e^(−regret / scale)) elsewhere. On the way
    /// the distance falls as 1 / (1 + 2·t / pace), stretched to begin at 1 and to end at that value exactly.
    ///
    /// - Parameters:
    ///   - scale: the regret that counts as poor.
    ///   - law: pace and cost of an assignment, given its regret over `scale`.
    public func learning(
        _ maxResource: Int, scale: Double, law: @escaping @Sendable (Assignment, Double) -> LearningCurve
    ) -> BenchmarkProblem {
        precondition(
            metrics.map(\.direction) == [.minimize] && maxResource > 1, "a loss is one metric, to be made small")
        guard let optimum else { preconditionFailure("the regret of \(name) is not known") }
        var learning = self
        learning.metrics = [Metric("loss")]
        learning.optimum = 0.1
        learning.maxResource = maxResource
        learning.evaluate = { [evaluate] assignment in
            let regret = (evaluate(assignment).values[0] - optimum) / scale
            let law = law(assignment, regret)
            let final = 0.1 + 0.8 * (1 - exp(-max(regret, 0)))
            let curve = law.losses(endingAt: final, after: maxResource, seed: assignment.fingerprint)
            return Evaluation([final], curve: curve, seconds: law.secondsPerUnit * Double(maxResource))
        }
        return learning
    }
}

extension LearningCurve {
    /// The loss after 1, 2, … `resource` units; the last is `final`.
    fileprivate func losses(endingAt final: Double, after resource: Int, seed: UInt64) -> [Double] {
        let rest = remaining(resource)
        var random = RandomSource(seed: seed, stream: 7)
        return (1...resource).map { unit in
            let share = (remaining(unit) - rest) / (1 - rest)
            let calm = 1 - Double(unit) / Double(resource)
            return final + (1 - final) * share + 0.9 * wobble * calm * random.normal()
        }
    }

    private func remaining(_ unit: Int) -> Double { 1 / (1 + 2 * Double(unit) / pace) }
}
