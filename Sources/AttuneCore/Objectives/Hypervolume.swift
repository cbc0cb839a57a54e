/// The volume of what a set of points dominates, up to a reference point: the measure of how good a front is that grows
/// with every improvement of it (Zitzler & Thiele 1998).
///
/// Exact in any number of objectives. Points that do not better the reference point in every objective, or are not finite
/// somewhere, count nothing; so do those that others dominate, and all but one of equal ones.
public enum Hypervolume {
    /// The volume that the points dominate.
    ///
    /// - Parameters:
    ///   - points: `[n][objectives]`, in any order.
    ///   - reference: `[objectives]`, the worst that counts.
    ///   - directions: `[objectives]`; empty where all are to be made small.
    /// - Complexity: O(n log n) for two and three objectives, O(n² log n) for four, exponential in the number of
    ///   objectives beyond.
    public static func of(
        _ points: [[Double]], reference: [Double], directions: [Objective.Direction] = []
    ) -> Double {
        let gains = points.map { gain(of: $0, over: reference, directions) }.filter(counts)
        return volume(ofBoxes: gains, dimensions: reference.count)
    }

    /// By how much the volume would shrink without each point, `[n]`: the volume that it alone dominates.
    ///
    /// Zero for a point that counts nothing, one that another dominates, and each of several equal ones.
    ///
    /// - Complexity: O(n log n) for two objectives, n times that of the volume for more.
    public static func contributions(
        of points: [[Double]], reference: [Double], directions: [Objective.Direction] = []
    ) -> [Double] {
        var contributions = [Double](repeating: 0, count: points.count)
        let gains = points.map { gain(of: $0, over: reference, directions) }
        let counting = points.indices.filter { counts(gains[$0]) }
        let shares = exclusiveVolumes(ofBoxes: counting.map { gains[$0] }, dimensions: reference.count)
        for (index, share) in zip(counting, shares) { contributions[index] = share }
        return contributions
    }

    /// How much better than the reference point, by objective: from here on all is to be made large, measured from zero.
    private static func gain(
        of point: [Double], over reference: [Double], _ directions: [Objective.Direction]
    ) -> [Double] {
        reference.indices.map { index in
            let gain = reference[index] - point[index]
            return directions.isEmpty || directions[index] == .minimize ? gain : -gain
        }
    }

    private static func counts(_ gain: [Double]) -> Bool { gain.allSatisfy { $0 > 0 && $0.isFinite } }
}

// Boxes between zero and a corner whose coordinates are all positive.
extension Hypervolume {
    /// The volume of the union of boxes.
    static func volume(ofBoxes corners: [[Double]], dimensions: Int) -> Double {
        guard dimensions > 0 else { return 0 }
        let sorted = corners.sorted { $0[dimensions - 1] > $1[dimensions - 1] }
        return BoxUnion.volume(BoxUnion(dimensions: dimensions, corners: sorted.flatMap { $0 }))
    }

    /// What each box has to itself.
    private static func exclusiveVolumes(ofBoxes corners: [[Double]], dimensions: Int) -> [Double] {
        if dimensions == 2 { return exclusiveAreas(ofBoxes: corners) }
        let front = Set(Pareto.nondominated(of: corners.map { $0.map { -$0 } }))
        return corners.indices.map { index in
            guard front.contains(index) else { return 0 }
            let others = corners[..<index] + corners[(index + 1)...]
            return exclusiveVolume(ofBox: corners[index], beside: others)
        }
    }

    /// The part of a box that lies in none of the others: itself less what they share with it (While, Bradstreet & Barone
    /// 2012, section III).
    static func exclusiveVolume(ofBox box: [Double], beside others: some Sequence<[Double]>) -> Double {
        let shared = others.map { other in zip(box, other).map { min($0, $1) } }
        return max(box.reduce(1, *) - volume(ofBoxes: shared, dimensions: box.count), 0)
    }

    /// Between its two neighbours on the front a rectangle has a corner to itself, less what lower boxes reach of it.
    private static func exclusiveAreas(ofBoxes corners: [[Double]]) -> [Double] {
        let front = Pareto.nondominated(of: corners.map { [-$0[0], -$0[1]] })
            .sorted { (corners[$0][0], $0) < (corners[$1][0], $1) }  // widths ascend, heights descend
        var areas = [Double](repeating: 0, count: corners.count)
        var inside = [[[Double]]](repeating: [], count: front.count)
        let (isOnFront, widths) = (Set(front), front.map { corners[$0][0] })
        for index in corners.indices where !isOnFront.contains(index) {
            inside[place(of: corners[index][0], in: widths)].append(corners[index])
        }
        for (place, index) in front.enumerated() {
            let left = place > 0 ? corners[front[place - 1]][0] : 0
            let below = place + 1 < front.count ? corners[front[place + 1]][1] : 0
            let size = [corners[index][0] - left, corners[index][1] - below]
            let rest = inside[place].map { [$0[0] - left, $0[1] - below] }.filter { $0[1] > 0 }
            areas[index] = size[0] * size[1] - volume(ofBoxes: rest, dimensions: 2)
        }
        return areas
    }

    /// The position of the first width that is not less.
    private static func place(of width: Double, in ascending: [Double]) -> Int {
        var (low, high) = (0, ascending.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if ascending[middle] < width { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
