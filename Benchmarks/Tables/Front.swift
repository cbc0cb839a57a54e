import AttuneCore

/// What the points of two metrics that no other point beats in both are measured by.
struct Front {
    /// Worse than all of the front by a tenth of its extent, in the metrics' own directions.
    let referencePoint: [Double]
    /// The area between the front and the reference point.
    let hypervolume: Double

    /// - Parameters:
    ///   - columns: two columns of finite values, `[2][points]`, at least one point.
    ///   - directions: of each metric.
    init(_ columns: [[Double]], directions: [Objective.Direction]) {
        precondition(columns.count == 2 && directions.count == 2, "a front of two metrics needs two columns")
        let signs = directions.map { $0 == .minimize ? 1.0 : -1.0 }
        let points = zip(columns[0], columns[1]).map { [$0 * signs[0], $1 * signs[1]] }
        let front = Pareto.nondominated(of: points).map { points[$0] }
        let reference = (0..<2).map { metric in
            let values = front.map { $0[metric] }
            let (best, worst) = (values.min() ?? 0, values.max() ?? 0)
            return worst + 0.1 * max(worst - best, .leastNormalMagnitude)
        }
        referencePoint = zip(reference, signs).map { $0 * $1 }
        hypervolume = Hypervolume.of(front, reference: reference)
    }
}
