import AttuneCore

extension Landscape {
    /// The problem of finding the minimum of this landscape.
    ///
    /// - Parameters:
    ///   - name: of the problem, family first.
    ///   - prefix: of the parameters' names: `x` gives `x1`, `x2`, …
    ///   - coordinate: how each coordinate, from 0, is declared. Where one has finitely many values, they are laid out
    ///     so that one of them stands at the first minimiser, and the optimum stays what it was.
    public func problem(
        _ name: String, prefix: String = "x", as coordinate: (Int) -> Coordinate = { _ in .real }
    ) -> BenchmarkProblem {
        let names = (1...dimensions).map { "\(prefix)\($0)" }
        let axes = box.indices.map { Axis(coordinate($0), over: box[$0], minimizer: minimizers[0][$0]) }
        let space = SearchSpace(trusted: zip(names, axes).map { ParameterSpec($0, $1.domain) })
        let best = minimizers.filter { minimizer in zip(axes, minimizer).allSatisfy { $0.represents($1) } }
        return BenchmarkProblem(
            name: name, summary: summary, space: space, optimum: optimum,
            optimizers: best.map { minimizer in
                let values = zip(axes, minimizer).map { $0.value(at: $1) }
                return space.assignment(trusted: Dictionary(uniqueKeysWithValues: zip(names, values)))
            },
            evaluate: { [value] assignment in
                Evaluation([value(zip(names, axes).map { name, axis in assignment[name].map(axis.position) ?? .nan })])
            })
    }
}

extension Axis {
    /// Whether a value of the parameter stands at a coordinate, rounding aside.
    fileprivate func represents(_ position: Double) -> Bool {
        abs(self.position(of: value(at: position)) - position) <= 1e-9 * range.width
    }
}
