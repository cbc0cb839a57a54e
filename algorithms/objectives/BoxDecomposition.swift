import AttuneCore

/// What lies below a reference point and is dominated by no point of a front, as disjoint boxes; everything is to be
/// made small.
///
/// By a sweep along the last objective. Between one point's value there and the next, the section is the same region in
/// one objective less, of the points passed so far; a box of it lasts for as long as no new point cuts it. With two
/// objectives that gives one box more than the front has points, n + 1, and with three 2n + 1, as few as there can be
/// (Yang, Emmerich, Deutz & Bäck 2019, "Efficient computation of expected hypervolume improvement using box
/// decomposition algorithms"). With more it takes the sections anew at every point, and boxes are O(n²) for four
/// objectives.
struct BoxDecomposition: Sendable {
    /// The part of an objective's axis that a box takes up, ends as places in `edges`; the lower end is −∞ at place 0.
    struct Interval: Sendable, Hashable {
        let lower: Int
        let upper: Int
    }

    let objectives: Int
    /// For each objective in rising order −∞, the front's values, and the reference.
    let edges: [[Double]]
    /// For each objective, every interval that some box has.
    let intervals: [[Interval]]
    /// For each box and objective the place in `intervals`, `[boxes · objectives]`.
    let boxes: [Int]

    var count: Int { boxes.count / objectives }

    /// - Parameters:
    ///   - front: `[n][objectives]`. Points that are dominated or not below the reference everywhere change nothing.
    ///   - reference: `[objectives]`.
    init(below reference: [Double], front: [[Double]]) {
        objectives = reference.count
        let inside = front.filter { point in zip(point, reference).allSatisfy { $0 < $1 && $0.isFinite } }
        let points = Pareto.nondominated(of: inside).map { inside[$0] }
        edges = reference.indices.map { objective in
            [-.infinity] + Set(points.map { $0[objective] }).sorted() + [reference[objective]]
        }
        let places = edges.map { Dictionary(uniqueKeysWithValues: zip($0, $0.indices)) }
        let sections = Section.boxes(
            of: points.map { point in zip(point, places).map { $1[$0] ?? 0 } }, below: edges.map { $0.count - 1 })
        (intervals, boxes) = BoxDecomposition.indexed(sections, objectives: objectives)
    }

    /// Every interval once, and the boxes by the places of theirs.
    private static func indexed(
        _ sections: [[Interval]], objectives: Int
    ) -> (intervals: [[Interval]], boxes: [Int]) {
        var intervals = [[Interval]](repeating: [], count: objectives)
        var known = [[Interval: Int]](repeating: [:], count: objectives)
        var boxes: [Int] = []
        for section in sections {
            for (objective, interval) in section.enumerated() {
                let place = known[objective][interval] ?? intervals[objective].count
                if place == intervals[objective].count { intervals[objective].append(interval) }
                known[objective][interval] = place
                boxes.append(place)
            }
        }
        return (intervals, boxes)
    }
}

/// The sweep, in which coordinates are places among the edges: 0 is −∞.
private enum Section {
    typealias Interval = BoxDecomposition.Interval

    /// - Parameters:
    ///   - front: `[n][objectives]`.
    ///   - top: `[objectives]`, the place of the reference.
    static func boxes(of front: [[Int]], below top: [Int]) -> [[Interval]] {
        switch top.count {
        case 1: [[Interval(lower: 0, upper: front.map { $0[0] }.min() ?? top[0])]]
        case 2: strips(of: front, below: top)
        case 3: slabs(of: front, below: top)
        default: sections(of: front, below: top)
        }
    }

    private static func strips(of front: [[Int]], below top: [Int]) -> [[Interval]] {
        var outline = Outline(below: top)
        for point in front { _ = outline.insert(point, at: 0) }
        return outline.strips.indices.map { outline.box($0) }
    }

    private static func slabs(of front: [[Int]], below top: [Int]) -> [[Interval]] {
        var outline = Outline(below: top)
        var boxes: [[Interval]] = []
        for point in front.sorted(by: { $0[2] < $1[2] }) { boxes += outline.insert(point, at: point[2]) }
        return boxes + outline.strips.indices.map { outline.box($0, upTo: top[2]) }
    }

    private static func sections(of front: [[Int]], below top: [Int]) -> [[Interval]] {
        let last = top.count - 1
        let sorted = front.sorted { $0[last] < $1[last] }
        var passed: [[Int]] = []
        var closed: [[Interval]] = []
        var open = boxes(of: [], below: Array(top[..<last])).map { (box: $0, since: 0) }
        for (index, point) in sorted.enumerated() {
            passed.append(Array(point[..<last]))
            let isLevelDone = index + 1 == sorted.count || sorted[index + 1][last] > point[last]
            guard isLevelDone else { continue }
            let next = boxes(of: passed, below: Array(top[..<last]))
            let staying = Set(next)
            for (box, since) in open where !staying.contains(box) {
                closed.append(box + [Interval(lower: since, upper: point[last])])
            }
            let since = Dictionary(uniqueKeysWithValues: open)
            open = next.map { ($0, since[$0] ?? point[last]) }
        }
        return closed + open.map { $0.box + [Interval(lower: $0.since, upper: top[last])] }
    }
}

/// The region of two objectives that no point dominates, as strips side by side, while a third objective rises.
private struct Outline {
    typealias Interval = BoxDecomposition.Interval

    struct Strip {
        let left: Int
        /// In the second objective, from −∞.
        let height: Int
        /// The third objective at which it took this form.
        let since: Int
    }

    /// From left to right, each lower than the one before.
    private(set) var strips: [Strip]
    private let right: Int

    init(below top: [Int]) {
        right = top[0]
        strips = [Strip(left: 0, height: top[1], since: 0)]
    }

    /// Cuts off what a point dominates.
    ///
    /// - Returns: the boxes that end here.
    /// - Complexity: O(strips).
    mutating func insert(_ point: [Int], at level: Int) -> [[Interval]] {
        let first = (strips.firstIndex { $0.left > point[0] } ?? strips.count) - 1
        guard strips[first].height > point[1] else { return [] }
        let end = strips[first...].firstIndex { $0.height <= point[1] } ?? strips.count
        let ending = (first..<end).filter { strips[$0].since < level }.map { box($0, upTo: level) }
        let rest =
            strips[first].left < point[0]
            ? [Strip(left: strips[first].left, height: strips[first].height, since: level)] : []
        strips.replaceSubrange(first..<end, with: rest + [Strip(left: point[0], height: point[1], since: level)])
        return ending
    }

    /// A strip, up to a value of the third objective where there is one.
    func box(_ index: Int, upTo level: Int? = nil) -> [Interval] {
        let end = index + 1 < strips.count ? strips[index + 1].left : right
        return [Interval(lower: strips[index].left, upper: end), Interval(lower: 0, upper: strips[index].height)]
            + (level.map { [Interval(lower: strips[index].since, upper: $0)] } ?? [])
    }
}
