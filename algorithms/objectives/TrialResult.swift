import AttuneCore

/// What a trial brought, where all counts: its losses, to be made small, and by how much it breaks each constraint.
struct TrialResult: Sendable, Hashable {
    /// `[targets]`, finite.
    let losses: [Double]
    /// `[constraints]`, 0 where one is kept.
    let violations: [Double]

    var isFeasible: Bool { violations.allSatisfy { $0 == 0 } }
}

extension Trial {
    /// What it brought so far; nil where a value is missing.
    ///
    /// A stopped trial's values bound what it would have reached, so that they rank it fairly, or badly.
    func result(of objective: Objective) -> TrialResult? {
        guard let losses = losses(of: objective), let violations = violations(of: objective) else { return nil }
        return TrialResult(losses: losses, violations: violations)
    }
}

/// Deb's rules of who is better among several trials, of which some break constraints (Deb et al. 2002, section VI).
enum ConstrainedDomination {
    /// The rank of each: first the feasible ones by non-domination, then the others by how much they break constraints.
    static func ranks(of results: [TrialResult]) -> [Int] {
        let totals = totalViolations(of: results)
        let feasible = results.indices.filter { results[$0].isFeasible }
        var ranks = [Int](repeating: 0, count: results.count)
        let inner = Pareto.ranks(of: feasible.map { results[$0].losses })
        for (index, rank) in zip(feasible, inner) { ranks[index] = rank }
        let first = (inner.max() ?? -1) + 1
        let broken = results.indices.filter { !results[$0].isFeasible }
        let levels = Set(broken.map { totals[$0] }).sorted()
        let places = Dictionary(uniqueKeysWithValues: zip(levels, levels.indices))
        for index in broken {
            ranks[index] = first + (places[totals[index]] ?? 0)
        }
        return ranks
    }

    /// By how much each breaks all constraints together, every constraint in units of its own mean violation.
    static func totalViolations(of results: [TrialResult]) -> [Double] {
        guard let constraints = results.first?.violations.count, constraints > 0 else {
            return [Double](repeating: 0, count: results.count)
        }
        let scales = (0..<constraints).map { constraint in
            let broken = results.map { $0.violations[constraint] }.filter { $0 > 0 }
            // The parts first: large violations must not add up to infinity.
            return broken.reduce(0) { $0 + $1 / Double(broken.count) }
        }
        return results.map { result in
            zip(result.violations, scales).reduce(0) { $0 + ($1.1 > 0 ? $1.0 / $1.1 : 0) }
        }
    }
}
