import AttuneBench
import Foundation

/// What a reader should know before believing the numbers, as far as the results themselves show it.
func caveats(of comparison: Comparison) -> [String] {
    let results = comparison.results
    return [
        seedCaveat(results), lengthCaveat(results), optimumCaveat(results), impossibleCaveat(results),
        resourceCaveat(results), fewProblemsCaveat(comparison), failureCaveat(results),
    ].compactMap { $0 }
}

private func seedCaveat(_ results: Results) -> String? {
    let counts = results.problems.flatMap { $0.runs.filter { !$0.isEmpty }.map(\.count) }
    guard let fewest = counts.min(), let most = counts.max() else { return nil }
    if most == 1 { return "One seed: nothing here tells luck from skill. Run more seeds before choosing." }
    if fewest < most { return "Not every combination has as many runs: \(fewest) to \(most) seeds." }
    return fewest < 10
        ? "\(fewest) seeds: intervals are rough, and tests within a problem rarely find a difference." : nil
}

private func lengthCaveat(_ results: Results) -> String? {
    let runs = results.problems.flatMap(\.allRuns)
    let short = runs.count { $0.count < results.budget }
    guard short > 0 else { return nil }
    return "\(short) of \(runs.count) runs have fewer than \(results.budget) evaluations; they keep their last best."
}

private func optimumCaveat(_ results: Results) -> String? {
    let unknown = results.problems.count { $0.ideal == nil }
    guard unknown > 0 else { return nil }
    return """
        The optimum of \(unknown) of \(results.problems.count) problems is not known: their normalised regret is measured from \
        the best of all runs here, and changes when an algorithm is added.
        """
}

private func impossibleCaveat(_ results: Results) -> String? {
    let names = results.problems.filter { problem in
        guard let ideal = problem.ideal.map(problem.loss) else { return false }
        return problem.allRuns.contains { $0.best.contains { problem.loss($0) < ideal - 1e-9 * max(1, abs(ideal)) } }
    }.map(\.facts.name)
    guard !names.isEmpty else { return nil }
    return "Values better than the stated optimum were found, so it is not one: \(names.joined(separator: ", "))."
}

private func resourceCaveat(_ results: Results) -> String? {
    let names = results.problems.filter { problem in
        let used = problem.runs.compactMap { runs in runs.isEmpty ? nil : median(runs.compactMap(\.resource.last)) }
        guard let least = used.min(), let most = used.max() else { return false }
        return most > 1.1 * least
    }.map(\.facts.name)
    guard !names.isEmpty else { return nil }
    return """
        Algorithms used different amounts of resource for the same number of evaluations on \(names.count) of \
        \(results.problems.count) problems; there, ranks by evaluations favour those that spend more on each. See the curves \
        against resource: \(names.joined(separator: ", ")).
        """
}

private func fewProblemsCaveat(_ comparison: Comparison) -> String? {
    guard comparison.isPossible, comparison.shared.count < 10 else { return nil }
    let count = comparison.shared.count
    return "Ranks rest on \(count) \(count == 1 ? "problem" : "problems"): too few to speak of problems in general."
}

private func failureCaveat(_ results: Results) -> String? {
    let runs = results.problems.flatMap(\.allRuns)
    let failures = runs.reduce(0) { $0 + $1.failures }
    guard failures > 0 else { return nil }
    let hopeless = runs.count { $0.best.last?.isNaN ?? true }
    return "\(failures) evaluations failed."
        + (hopeless > 0 ? " Runs that never found a value: \(hopeless); they count as worse than any that did." : "")
}
