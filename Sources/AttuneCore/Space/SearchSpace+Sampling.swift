extension SearchSpace {
    /// How often sampling tries before it calls the constraints unsatisfiable in practice.
    static let feasibilityTries = 10_000

    /// A feasible assignment by the space's own law: draws until the constraints hold.
    ///
    /// - Throws: `AttuneError` naming the constraints when 10,000 draws, and for a finite space a look at up to a million
    ///   of its points, find no feasible one.
    public func sample(using random: inout RandomSource) throws(AttuneError) -> Assignment {
        for _ in 0..<SearchSpace.feasibilityTries {
            let assignment = assignment(at: (0..<dimensions).map { _ in random.uniform() })
            if isFeasible(assignment) { return assignment }
        }
        if let last = firstFeasible() { return last }
        throw infeasible
    }

    var infeasible: AttuneError {
        AttuneError(
            "no assignment satisfies \(restrictions.joined(separator: " and "))"
                + " in \(SearchSpace.feasibilityTries) draws; loosen them or narrow the ranges")
    }

    private func firstFeasible() -> Assignment? {
        guard isFinite else { return nil }
        // A cell takes longer to look at.
        return enumeration(limit: limitedCells == nil ? 1_000_000 : 20_000).first { _ in true }
    }
}
