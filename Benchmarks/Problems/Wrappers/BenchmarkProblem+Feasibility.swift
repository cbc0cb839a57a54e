import AttuneCore

extension BenchmarkProblem {
    /// Only assignments that satisfy expressions over the parameters may be tried.
    ///
    /// - Precondition: one of the optimizers is among them.
    public func constrained(to expressions: String...) -> BenchmarkProblem {
        var constrained = self
        constrained.space = SearchSpace(
            trusted: space.parameters, constraints: space.constraints.map(\.source) + expressions)
        constrained.optimizers = optimizers.filter(constrained.space.isFeasible)
        precondition(
            optimizers.isEmpty || !constrained.optimizers.isEmpty, "the constraints of \(name) exclude its optimum")
        return constrained
    }

    /// Attempts in a region that nobody is told of fail: their values are not a number.
    ///
    /// - Precondition: one of the optimizers lies outside of it.
    public func failing(where isBad: @escaping @Sendable (Assignment) -> Bool) -> BenchmarkProblem {
        var failing = self
        failing.optimizers = optimizers.filter { !isBad($0) }
        precondition(optimizers.isEmpty || !failing.optimizers.isEmpty, "the optimum of \(name) would fail")
        failing.evaluate = { [evaluate, metrics] assignment in
            let evaluation = evaluate(assignment)
            guard isBad(assignment) else { return evaluation }
            return Evaluation(Array(repeating: .nan, count: metrics.count), seconds: evaluation.seconds)
        }
        return failing
    }

    /// Attempts fail on the far side of a plane near the first optimizer, in a direction given by the seed.
    ///
    /// - Parameter margin: distance of the plane from the optimizer, in the unit cube. The cube's centre does not fail.
    public func failing(beyond margin: Double, seed: UInt64) -> BenchmarkProblem {
        precondition(!optimizers.isEmpty, "the plane stands near an optimizer")
        let best = space.point(of: optimizers[0]).map { $0 ?? 0.5 }
        var random = RandomSource(seed: seed, stream: 5)
        let direction = orthogonalMatrix(space.dimensions, using: &random)[0]
        let towardsCentre = sum(best.indices) { direction[$0] * (0.5 - best[$0]) }
        let normal = towardsCentre > 0 ? direction.map { -$0 } : direction
        return failing { [space] assignment in
            let point = space.point(of: assignment)
            return sum(best.indices) { normal[$0] * ((point[$0] ?? best[$0]) - best[$0]) } > margin
        }
    }
}
