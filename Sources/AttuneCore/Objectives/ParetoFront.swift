/// The points so far that no other dominates, each with what it belongs to; everything is to be made small.
///
/// Of equal points only the first is a member, as a value is as good whoever reached it first. A point that is not a
/// number somewhere never is. Members are in the order of their coordinates, so that the front does not depend on the
/// order of insertion but among equals.
public struct ParetoFront<Element: Sendable>: Sendable {
    public struct Member: Sendable {
        /// `[objectives]`.
        public let point: [Double]
        public let element: Element
    }

    /// In lexicographic order of their points: with two objectives the first rises and the second falls.
    public private(set) var members: [Member] = []

    public init() {}

    public var points: [[Double]] { members.map(\.point) }
    public var elements: [Element] { members.map(\.element) }
    public var isEmpty: Bool { members.isEmpty }
    public var count: Int { members.count }

    /// Whether the point would become a member: no member dominates or equals it.
    ///
    /// - Complexity: O(log members) for two objectives, O(members) for more.
    public func accepts(_ point: [Double]) -> Bool { !isCovered(point, from: place(of: point)) }

    /// Takes a point in.
    ///
    /// - Returns: the members it dominates, which leave; nil where it is not a member itself.
    /// - Complexity: O(log members + leaving) comparisons for two objectives, O(members) for more.
    @discardableResult
    public mutating func insert(_ element: Element, at point: [Double]) -> [Member]? {
        let place = place(of: point)
        guard !isCovered(point, from: place) else { return nil }
        let leaving = leaving(for: point, from: place)
        let removed = leaving.map { members[$0] }
        for index in leaving.reversed() { members.remove(at: index) }
        members.insert(Member(point: point, element: element), at: place)
        return removed
    }

    /// How many members come before the point, an equal one not among them.
    private func place(of point: [Double]) -> Int {
        var (low, high) = (0, members.count)
        while low < high {
            let middle = (low + high) / 2
            if members[middle].point.lexicographicallyPrecedes(point) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func isCovered(_ point: [Double], from place: Int) -> Bool {
        guard Pareto.isComparable(point) else { return true }
        if place < members.count, members[place].point == point { return true }
        let earlier = members[..<place]
        if point.count == 2 { return earlier.last.map { $0.point[1] <= point[1] } ?? false }
        return earlier.contains { Pareto.weaklyDominates($0.point, point) }
    }

    /// The positions of the members that the point dominates: all stand after it, and with two objectives side by side.
    private func leaving(for point: [Double], from place: Int) -> [Int] {
        let later = place..<members.count
        if point.count == 2 { return Array(later.prefix { members[$0].point[1] >= point[1] }) }
        return later.filter { Pareto.weaklyDominates(point, members[$0].point) }
    }
}
