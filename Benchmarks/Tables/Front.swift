import AttuneCore

/// The points of two metrics that no other point beats in both.
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
        let points = zip(columns[0], columns[1]).map { ($0 * signs[0], $1 * signs[1]) }
        let front = Front.nondominated(points)
        let last = front[front.count - 1]
        let reference = (
            last.0 + 0.1 * max(last.0 - front[0].0, .leastNormalMagnitude),
            front[0].1 + 0.1 * max(front[0].1 - last.1, .leastNormalMagnitude)
        )
        referencePoint = [reference.0 * signs[0], reference.1 * signs[1]]
        var area = 0.0
        var ceiling = reference.1
        for point in front {
            area += (reference.0 - point.0) * (ceiling - point.1)
            ceiling = point.1
        }
        hypervolume = area
    }

    /// The points, both coordinates to be small, that no other beats: the first coordinate rises, the second falls.
    private static func nondominated(_ points: [(Double, Double)]) -> [(Double, Double)] {
        var front: [(Double, Double)] = []
        for point in points.sorted(by: <) where front.last.map({ point.1 < $0.1 }) ?? true { front.append(point) }
        return front
    }
}
