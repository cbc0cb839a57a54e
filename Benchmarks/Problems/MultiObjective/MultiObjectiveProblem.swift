import AttuneCore

extension BenchmarkProblem {
    /// Several metrics, all to be made small, of real parameters `x1`, `x2`, ….
    static func multiObjective(
        _ name: String, _ summary: String, box: [ClosedRange<Double>], reference: [Double], hypervolume: Double,
        values: @escaping @Sendable ([Double]) -> [Double]
    ) -> BenchmarkProblem {
        let names = (1...box.count).map { "x\($0)" }
        return BenchmarkProblem(
            name: name, summary: summary,
            space: SearchSpace(trusted: zip(names, box).map { ParameterSpec($0, .double($1)) }),
            metrics: reference.indices.map { Metric("f\($0 + 1)") }, referencePoint: reference,
            frontHypervolume: hypervolume
        ) { assignment in Evaluation(values(names.map(assignment.number))) }
    }
}
