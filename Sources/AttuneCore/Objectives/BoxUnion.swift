/// Boxes between zero and a corner each, from the longest in the last dimension to the shortest, and the volume of their
/// union.
///
/// A box adds its length in the last dimension times what it covers anew in the others: itself there less what the boxes
/// before it, which are as long, share with it, a union in one dimension less (While, Bradstreet & Barone 2012, "A fast
/// way of calculating exact hypervolumes", with their slicing). Three dimensions end the recursion by a sweep over a
/// staircase (Beume et al. 2009, "On the complexity of computing the hypervolume indicator").
struct BoxUnion {
    let dimensions: Int
    /// `[boxes · dimensions]`, the last coordinate descending.
    var corners: [Double] = []

    var count: Int { corners.count / dimensions }

    static func volume(_ boxes: BoxUnion) -> Double {
        switch boxes.dimensions {
        case 1: boxes.corners.first ?? 0
        case 2: boxes.area
        case 3: boxes.sweptVolume
        default: boxes.slicedVolume
        }
    }

    /// From the highest box to the lowest, each adds what it is wider than all before.
    private var area: Double {
        var (area, width) = (0.0, 0.0)
        for box in stride(from: 0, to: corners.count, by: 2) where corners[box] > width {
            area += (corners[box] - width) * corners[box + 1]
            width = corners[box]
        }
        return area
    }

    /// From the tallest box down, each adds its height times by how much it widens the outline.
    private var sweptVolume: Double {
        var stairs = Staircase()
        var volume = 0.0
        for box in stride(from: 0, to: corners.count, by: 3) {
            volume += stairs.add(width: corners[box], height: corners[box + 1]) * corners[box + 2]
        }
        return volume
    }

    private var slicedVolume: Double {
        var before = BoxUnion(dimensions: dimensions - 1)
        before.corners.reserveCapacity(count * before.dimensions)
        return stride(from: 0, to: corners.count, by: dimensions).reduce(0) { volume, start in
            let last = start + before.dimensions
            let box = corners[start..<last]
            let shared = BoxUnion.volume(before.limited(to: box))
            before.insert(box)
            return volume + max(box.reduce(1, *) - shared, 0) * corners[last]
        }
    }

    /// What the boxes share with another one; the order stays.
    private func limited(to box: ArraySlice<Double>) -> BoxUnion {
        var shared = BoxUnion(dimensions: dimensions)
        shared.corners = [Double](unsafeUninitializedCapacity: corners.count) { buffer, count in
            for start in stride(from: 0, to: corners.count, by: dimensions) {
                for axis in 0..<dimensions {
                    buffer[start + axis] = min(corners[start + axis], box[box.startIndex + axis])
                }
            }
            count = corners.count
        }
        // The sweep over a staircase passes hidden boxes by at next to no cost; a deeper recursion would not.
        return dimensions > 3 ? shared.withoutHidden : shared
    }

    /// The boxes that lie in no other one; of equal ones the first.
    private var withoutHidden: BoxUnion {
        var kept = BoxUnion(dimensions: dimensions)
        let starts = stride(from: 0, to: corners.count, by: dimensions)
        for start in starts {
            let isHidden = starts.contains { other in
                other != start && contains(other, start) && (other < start || !contains(start, other))
            }
            if !isHidden { kept.corners += corners[start..<start + dimensions] }
        }
        return kept
    }

    private func contains(_ outer: Int, _ inner: Int) -> Bool {
        for axis in 0..<dimensions where corners[outer + axis] < corners[inner + axis] { return false }
        return true
    }

    /// Puts a box where its length in the last dimension belongs.
    private mutating func insert(_ box: ArraySlice<Double>) {
        let length = box[box.endIndex - 1]
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if corners[(middle + 1) * dimensions - 1] >= length { low = middle + 1 } else { high = middle }
        }
        corners.insert(contentsOf: box, at: low * dimensions)
    }
}

/// The outline of rectangles that stand on one axis and lean on the other.
private struct Staircase {
    /// Widths ascending, heights descending.
    private var steps: [(width: Double, height: Double)] = []

    /// Adds a rectangle, and returns by how much the area has grown.
    ///
    /// - Complexity: O(log steps + hidden steps), and the moving of steps.
    mutating func add(width: Double, height: Double) -> Double {
        let next = firstStep(asWideAs: width)
        guard next == steps.count || steps[next].height < height else { return 0 }
        var first = next
        while first > 0, steps[first - 1].height <= height { first -= 1 }
        var left = first > 0 ? steps[first - 1].width : 0
        var growth = 0.0
        for step in steps[first..<next] {
            growth += (step.width - left) * (height - step.height)
            left = step.width
        }
        growth += (width - left) * (height - (next < steps.count ? steps[next].height : 0))
        // A step as wide and lower is hidden by the new one.
        let end = next < steps.count && steps[next].width == width ? next + 1 : next
        steps.replaceSubrange(first..<end, with: CollectionOfOne((width: width, height: height)))
        return growth
    }

    private func firstStep(asWideAs width: Double) -> Int {
        var (low, high) = (0, steps.count)
        while low < high {
            let middle = (low + high) / 2
            if steps[middle].width < width { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
