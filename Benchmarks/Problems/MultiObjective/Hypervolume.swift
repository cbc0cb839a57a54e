import AttuneCore

/// The volume of what a set of points dominates, up to a reference point: how much of the true front is covered.
public enum Hypervolume {
    /// The exact hypervolume of any points; those that do not better the reference point in every metric, or are not a
    /// number somewhere, count nothing.
    ///
    /// By a sweep for two and three metrics, O(n log n) and O(n²), and by the recursion of While, Bradstreet and Barone
    /// (2012, "A fast way of calculating exact hypervolumes") for more, which is exponential at worst.
    ///
    /// - Parameters:
    ///   - points: `[n][metrics]`.
    ///   - reference: `[metrics]`.
    ///   - directions: `[metrics]`; empty where all are to be made small.
    public static func of(
        _ points: [[Double]], reference: [Double], directions: [Objective.Direction] = []
    ) -> Double {
        // The gains over the reference point: all to be made large, and measured from zero.
        let gains = points.map { point in
            reference.indices.map { index in
                let gain = reference[index] - point[index]
                return directions.isEmpty || directions[index] == .minimize ? gain : -gain
            }
        }
        return volume(gains.filter { gain in gain.allSatisfy { $0 > 0 } })
    }

    /// The volume of the union of the boxes between zero and each point.
    private static func volume(_ boxes: [[Double]]) -> Double {
        guard let dimensions = boxes.first?.count else { return 0 }
        return switch dimensions {
        case 0: 0
        case 1: boxes.map { $0[0] }.max() ?? 0
        case 2: area(boxes)
        case 3: slices(boxes)
        default: exclusiveSum(boxes)
        }
    }

    /// From the widest box to the narrowest, each adds what it is higher than all before.
    private static func area(_ boxes: [[Double]]) -> Double {
        var (area, height) = (0.0, 0.0)
        for box in boxes.sorted(by: { $0[0] > $1[0] }) where box[1] > height {
            area += box[0] * (box[1] - height)
            height = box[1]
        }
        return area
    }

    /// From the tallest box down: between one height and the next, the area of all boxes that reach so high.
    private static func slices(_ boxes: [[Double]]) -> Double {
        let descending = boxes.sorted { $0[2] > $1[2] }
        var (volume, area) = (0.0, 0.0)
        var stairs = Stairs()
        for (index, box) in descending.enumerated() {
            area += stairs.add(width: box[0], height: box[1])
            let next = index + 1 < descending.count ? descending[index + 1][2] : 0
            volume += area * (box[2] - next)
        }
        return volume
    }

    /// Each box less what it shares with those after it (While et al. 2012, fig. 2).
    private static func exclusiveSum(_ boxes: [[Double]]) -> Double {
        let sorted = undominated(boxes).sorted { $0[0] < $1[0] }
        return sum(sorted.indices) { index in
            let box = sorted[index]
            // The rest are at least as long in the first dimension, so all that is shared is as long as the box.
            let shared = undominated(sorted[(index + 1)...].map { other in zip(box, other).map { min($0, $1) } })
            let exclusive = box.dropFirst().reduce(1, *) - volume(shared.map { Array($0.dropFirst()) })
            return box[0] * exclusive
        }
    }

    /// The points that no other one is as large as everywhere; of equal ones the first.
    static func undominated(_ points: [[Double]]) -> [[Double]] {
        points.indices.filter { candidate in
            !points.indices.contains { other in
                guard other != candidate, zip(points[other], points[candidate]).allSatisfy({ $0 >= $1 }) else {
                    return false
                }
                return points[other] != points[candidate] || other < candidate
            }
        }.map { points[$0] }
    }
}

/// The outline of boxes that stand on one axis and lean on the other.
private struct Stairs {
    /// Widths ascending, heights descending.
    private var steps: [(width: Double, height: Double)] = []

    /// Adds a box, and returns by how much the area has grown. O(steps).
    mutating func add(width: Double, height: Double) -> Double {
        let next = steps.firstIndex { $0.width >= width } ?? steps.count
        guard next == steps.count || steps[next].height < height else { return 0 }
        let first = steps[..<next].firstIndex { $0.height <= height } ?? next
        var left = first > 0 ? steps[first - 1].width : 0
        var growth = 0.0
        for step in steps[first..<next] {
            growth += (step.width - left) * (height - step.height)
            left = step.width
        }
        growth += (width - left) * (height - (next < steps.count ? steps[next].height : 0))
        // A step as wide and lower is hidden by the new one.
        let end = next < steps.count && steps[next].width == width ? next + 1 : next
        steps.replaceSubrange(first..<end, with: [(width, height)])
        return growth
    }
}
