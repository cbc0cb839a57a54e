import AttuneCore

extension BenchmarkProblem {
    /// A problem whose first parameter chooses among others.
    ///
    /// A parameter that all branches have is always active, any other only in the branches that have it; parameters of
    /// one name must have one domain. The optimum is that of the best branch.
    ///
    /// - Parameters:
    ///   - parameter: the name of the categorical parameter that chooses.
    ///   - branches: its levels, and the problem of one metric, to be made small, that each leads to.
    public static func branching(
        _ name: String, _ summary: String, on parameter: String,
        _ branches: [(level: String, problem: BenchmarkProblem)]
    ) -> BenchmarkProblem {
        precondition(branches.allSatisfy { $0.problem.space.constraints.isEmpty }, "constrain the whole, not a branch")
        precondition(
            branches.allSatisfy { $0.problem.metrics.map(\.direction) == [.minimize] }, "branches make one metric small"
        )
        let choice = ParameterSpec(parameter, .categorical(branches.map(\.level)))
        let space = SearchSpace(trusted: [choice] + merged(branches, under: parameter))
        let problems = Dictionary(uniqueKeysWithValues: branches.map { (ParameterValue.text($0.level), $0.problem) })
        let best = branches.compactMap(\.problem.optimum).min()
        return BenchmarkProblem(
            name: name, summary: summary, space: space, optimum: best,
            optimizers: branches.filter { $0.problem.optimum == best }.flatMap { branch in
                branch.problem.optimizers.map {
                    space.assignment(trusted: $0.valuesByName.merging([parameter: .text(branch.level)]) { $1 })
                }
            },
            evaluate: { assignment in
                assignment[parameter].flatMap { problems[$0] }?.evaluate(assignment) ?? Evaluation([.nan])
            })
    }

    /// The parameters of all branches, each once, with the branches in which it is active as condition.
    private static func merged(
        _ branches: [(level: String, problem: BenchmarkProblem)], under parameter: String
    ) -> [ParameterSpec] {
        var merged: [ParameterSpec] = []
        for spec in branches.flatMap(\.problem.space.parameters) where !merged.contains(where: { $0.name == spec.name })
        {
            let levels = branches.filter { $0.problem.space[spec.name] == spec }.map(\.level)
            let owners = branches.count { $0.problem.space[spec.name] != nil }
            precondition(levels.count == owners, "branches differ in what \(spec.name) is")
            var shared = spec
            if spec.condition == nil, levels.count < branches.count {
                shared.condition = Condition(parameter, .oneOf(levels.map(ParameterValue.text)))
            }
            merged.append(shared)
        }
        return merged
    }
}

extension Landscape {
    /// This landscape at one level of a categorical parameter; at the others it is moved, turned where it may be, and
    /// raised by `gap`, `2 · gap`, …
    ///
    /// - Parameter seed: says which level is best, and how the others are moved.
    public func problem(
        _ name: String, choosing parameter: String, from levels: [String], gap: Double, seed: UInt64,
        as coordinate: (Int) -> Coordinate = { _ in .real }
    ) -> BenchmarkProblem {
        precondition(gap > 0, "levels other than the best must be worse")
        var random = RandomSource(seed: seed, stream: 4)
        var heights = Array(levels.indices)
        random.shuffle(&heights)
        let branches = zip(levels, heights).map { level, height in
            let moved = height == 0 ? self : variant(seed: random.next()).raised(by: Double(height) * gap)
            return (level, moved.problem(level, as: coordinate))
        }
        return .branching(name, summary + ", at the best of \(levels.count) levels", on: parameter, branches)
    }

    private func variant(seed: UInt64) -> Landscape {
        let moved = shifted(seed: seed)
        return holdsEverywhere ? moved.rotated(seed: seed) : moved
    }
}
