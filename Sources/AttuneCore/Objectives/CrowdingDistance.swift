extension Pareto {
    /// How much room each point of a front has about it: the sum over objectives of the distance between its two
    /// neighbours there, in units of the front's extent (Deb et al. 2002, section III-B). Infinite for the first and the
    /// last in an objective, so that these are kept.
    ///
    /// An objective in which all are equal, or whose extent is not finite, adds nothing beyond its ends. Among equal
    /// values the earlier point comes first.
    ///
    /// - Parameter points: `[n][objectives]`, without NaN.
    /// - Complexity: O(objectives · n log n).
    public static func crowdingDistances(of points: [[Double]]) -> [Double] {
        var distances = [Double](repeating: 0, count: points.count)
        for objective in 0..<(points.first?.count ?? 0) {
            addCrowding(of: points.map { $0[objective] }, to: &distances)
        }
        return distances
    }

    private static func addCrowding(of values: [Double], to distances: inout [Double]) {
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        guard let first = order.first, let last = order.last else { return }
        distances[first] = .infinity
        distances[last] = .infinity
        let extent = values[last] - values[first]
        guard extent > 0, extent.isFinite else { return }
        for place in order.indices.dropFirst().dropLast() {
            distances[order[place]] += (values[order[place + 1]] - values[order[place - 1]]) / extent
        }
    }
}
