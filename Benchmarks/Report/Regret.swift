import AttuneBench
import Foundation

/// What makes results on problems of different units comparable: 0 is the ideal, 1 what a single evaluation gives.
///
/// The ideal is the known optimum (or hypervolume of the front), else the best of all runs; a single evaluation gives the
/// median over all runs of all algorithms.
struct RegretScale: Sendable, Hashable {
    /// As a loss: small is good.
    var ideal: Double
    var single: Double
    /// The ideal is the known one, not merely the best found.
    var isKnown: Bool

    init(_ problem: ProblemResults) {
        let runs = problem.allRuns
        let best = runs.flatMap(\.best).lazy.map(problem.loss).min() ?? .nan
        isKnown = problem.ideal != nil
        ideal = problem.ideal.map(problem.loss) ?? best
        single = median(runs.map { problem.loss($0.best(after: 1)) }.filter(\.isFinite))
    }

    /// The normalised regret of a best-so-far given as loss: at least 0, infinite for an infinite loss.
    func regret(ofLoss loss: Double) -> Double {
        let scale = single - ideal
        guard scale > 0 else { return loss <= ideal ? 0 : loss.isFinite ? 1 : .infinity }
        return max(0, loss - ideal) / scale
    }
}

extension ProblemResults {
    /// Normalised regret of each run of an algorithm after so many evaluations.
    func regrets(of algorithm: Int, after evaluations: Int, on scale: RegretScale) -> [Double] {
        runs[algorithm].map { scale.regret(ofLoss: loss($0.best(after: evaluations))) }
    }

    /// The median over runs of the loss of the best so far; not a number where the algorithm did not run.
    func medianLoss(of algorithm: Int, after evaluations: Int) -> Double {
        median(runs[algorithm].map { loss($0.best(after: evaluations)) })
    }
}
