import AttuneBench
import AttuneCore

/// Everything a folder of results says, arranged for comparing.
struct Results: Sendable {
    /// In order of first appearance; every list by algorithm below has this order.
    var algorithms: [String] = []
    var problems: [ProblemResults] = []
    var skipped: [SkippedCombination] = []
    /// How the bench was called, where it was kept.
    var settings: JSON?

    /// The largest number of evaluations of any run; 0 without results.
    var budget: Int { problems.flatMap(\.allRuns).map(\.count).max() ?? 0 }

    /// Every seed that occurs, ascending.
    var seeds: [Int] { Set(problems.flatMap(\.allRuns).map(\.seed)).sorted() }
}

/// A combination that was asked for and not run.
struct SkippedCombination: Sendable, Hashable {
    var problem: String
    var algorithm: String
    /// Those it holds for, as written; nil for all.
    var seeds: String?
    var reason: String
}

/// One problem and every run on it.
struct ProblemResults: Sendable {
    var facts: ProblemFacts
    /// By algorithm, then in order of appearance; empty where the algorithm did not run.
    var runs: [[Run]]

    var allRuns: [Run] { runs.flatMap { $0 } }

    /// The text before the first slash: problems of one family are shown together.
    var family: String {
        facts.name.contains("/") ? String(facts.name.prefix { $0 != "/" }) : "other"
    }

    /// Larger is better: of one maximised metric, and of a hypervolume.
    var prefersLarge: Bool { facts.isMultiObjective || facts.direction == .maximize }

    /// The value nothing can be better than, where known.
    var ideal: Double? { facts.isMultiObjective ? facts.frontHypervolume : facts.optimum }

    /// The same value with small always better; infinite, the worst, for one that is not a number.
    func loss(_ best: Double) -> Double {
        best.isNaN ? .infinity : prefersLarge ? -best : best
    }

    /// What a reader knows the value as, back from `loss`; not a number for an infinite loss.
    func value(ofLoss loss: Double) -> Double {
        loss.isFinite ? (prefersLarge ? 0 - loss : loss) : .nan
    }
}

/// One algorithm on one problem with one seed, by evaluation.
struct Run: Sendable {
    var seed: Int
    /// Of the first metric, or the hypervolume, after each evaluation.
    var best: [Double] = []
    var resource: [Double] = []
    /// Simulated; never falling.
    var seconds: [Double] = []
    /// Of the evaluations whose proposal was timed.
    var askSeconds: [Double] = []
    /// Evaluations whose value is not a number.
    var failures = 0

    var count: Int { best.count }

    /// The best after `evaluations`; after all there were, where there were fewer. Not a number before the first.
    func best(after evaluations: Int) -> Double {
        evaluations < 1 || best.isEmpty ? .nan : best[min(evaluations, best.count) - 1]
    }
}
