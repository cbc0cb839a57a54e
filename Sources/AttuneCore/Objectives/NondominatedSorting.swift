extension Pareto {
    /// The positions, ascending, of the points that no other point dominates; of equal ones all.
    ///
    /// Points that are not a number somewhere are never among them.
    ///
    /// - Parameter points: `[n][objectives]`.
    /// - Complexity: O(n log n) for two objectives, O(n · front) for more.
    public static func nondominated(of points: [[Double]]) -> [Int] {
        var front = SortedFront()
        for index in lexicographicOrder(of: points) where !front.dominates(points[index], in: points) {
            front.members.append(index)
        }
        return front.members.sorted()
    }

    /// The rank of each point: 0 where no point dominates it, 1 where only points of rank 0 do, and so on (Deb et al.
    /// 2002). Points that are not a number somewhere share the last rank.
    ///
    /// By the efficient sort with binary search (Zhang, Tian, Cheng & Jin 2015, "An efficient approach to nondominated
    /// sorting for evolutionary multiobjective optimization"): in lexicographic order no point is dominated by a later
    /// one, so each joins the first front that has none to dominate it, and dominated by one front means dominated by
    /// all before it.
    ///
    /// - Parameter points: `[n][objectives]`.
    /// - Complexity: O(n log n) for two objectives, O(n²) comparisons at worst for more.
    public static func ranks(of points: [[Double]]) -> [Int] {
        var fronts: [SortedFront] = []
        var ranks = [Int](repeating: -1, count: points.count)
        for index in lexicographicOrder(of: points) {
            let rank = firstFront(of: fronts, open: points[index], in: points)
            if rank == fronts.count { fronts.append(SortedFront()) }
            fronts[rank].members.append(index)
            ranks[index] = rank
        }
        return ranks.map { $0 < 0 ? fronts.count : $0 }
    }

    /// The points' positions by rank: `fronts(of: points)[0]` is the front. Positions ascend within each.
    public static func fronts(of points: [[Double]]) -> [[Int]] {
        let ranks = ranks(of: points)
        var fronts = [[Int]](repeating: [], count: (ranks.max() ?? -1) + 1)
        for (index, rank) in ranks.enumerated() { fronts[rank].append(index) }
        return fronts
    }

    /// The points that are numbers, so ordered that none is dominated by a later one; of equal ones the first first.
    private static func lexicographicOrder(of points: [[Double]]) -> [Int] {
        points.indices.filter { isComparable(points[$0]) }.sorted { a, b in
            for (x, y) in zip(points[a], points[b]) where x != y { return x < y }
            return a < b
        }
    }

    /// How many fronts, from the first, dominate the point.
    private static func firstFront(of fronts: [SortedFront], open point: [Double], in points: [[Double]]) -> Int {
        var (low, high) = (0, fronts.count)
        while low < high {
            let middle = (low + high) / 2
            if fronts[middle].dominates(point, in: points) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// A front that is filled in lexicographic order.
private struct SortedFront {
    var members: [Int] = []

    /// Whether some member dominates a point that comes after all of them.
    func dominates(_ point: [Double], in points: [[Double]]) -> Bool {
        // In two objectives the latest member is the lowest in the second, so it dominates if any does.
        if point.count <= 2 { return members.last.map { points[$0].precedes(point) } ?? false }
        return members.reversed().contains { points[$0].precedes(point) }
    }
}

extension [Double] {
    /// Whether this point, which is not lexicographically after the other, dominates it.
    fileprivate func precedes(_ other: [Double]) -> Bool {
        Pareto.weaklyDominates(self, other) && self != other
    }
}
