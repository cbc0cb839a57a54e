/// The volume between a reference point and the front of the points seen so far, everything to be made small.
///
/// A point adds what it dominates exclusively: its own box less the volume that the others dominate within it, by the same
/// recursion in fewer and fewer points (While, Bradstreet & Barone 2012, "A fast way of calculating exact hypervolumes").
/// O(front²) per point in two dimensions, exponential in the number of metrics at worst.
struct DominatedVolume: Sendable {
    private let reference: [Double]
    private var front: [[Double]] = []
    private(set) var value = 0.0

    init(below reference: [Double]) { self.reference = reference }

    /// Takes a point in: `[reference.count]`. One that is not below the reference everywhere adds nothing.
    mutating func insert(_ point: [Double]) {
        guard zip(point, reference).allSatisfy({ $0 < $1 }), !front.contains(where: { weaklyDominates($0, point) })
        else { return }
        value += exclusiveVolume(of: point, beside: front)
        front = front.filter { !weaklyDominates(point, $0) }
        front.append(point)
    }

    private func volume(of points: [[Double]]) -> Double {
        points.indices.reduce(0) { $0 + exclusiveVolume(of: points[$1], beside: points[..<$1]) }
    }

    private func exclusiveVolume(of point: [Double], beside others: some Sequence<[Double]>) -> Double {
        let box = zip(reference, point).reduce(1) { $0 * ($1.0 - $1.1) }
        let limited = others.map { zip($0, point).map { max($0, $1) } }
        return box - volume(of: nondominated(limited))
    }

    private func nondominated(_ points: [[Double]]) -> [[Double]] {
        points.reduce(into: []) { kept, point in
            guard !kept.contains(where: { weaklyDominates($0, point) }) else { return }
            kept.removeAll { weaklyDominates(point, $0) }
            kept.append(point)
        }
    }

    private func weaklyDominates(_ a: [Double], _ b: [Double]) -> Bool { zip(a, b).allSatisfy { $0 <= $1 } }
}
