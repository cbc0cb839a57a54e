/// The hypervolume of the points seen so far, which grows with each that improves on them; everything is to be made small.
public struct DominatedVolume: Sendable {
    /// `[objectives]`: the worst that counts.
    public let reference: [Double]
    public private(set) var front = ParetoFront<Int>()
    public private(set) var value = 0.0
    private var inserted = 0

    public init(below reference: [Double]) { self.reference = reference }

    /// Takes a point in.
    ///
    /// - Parameter point: `[reference.count]`. One that is not below the reference everywhere, or not finite, adds nothing.
    /// - Returns: by how much the volume has grown.
    /// - Complexity: that of the volume of the front.
    @discardableResult
    public mutating func insert(_ point: [Double]) -> Double {
        let gain = gain(of: point)
        inserted += 1
        if gain > 0 { front.insert(inserted, at: point) }
        value += gain
        return gain
    }

    /// By how much the volume would grow: the box of the point less what the front dominates within it.
    public func gain(of point: [Double]) -> Double {
        guard zip(point, reference).allSatisfy({ $0 < $1 && $0.isFinite }), front.accepts(point) else { return 0 }
        let box = box(of: point)
        // Where values differ by more than a number can say there is nothing to measure.
        guard box.reduce(1, *).isFinite else { return 0 }
        return Hypervolume.exclusiveVolume(ofBox: box, beside: front.members.map { self.box(of: $0.point) })
    }

    private func box(of point: [Double]) -> [Double] { zip(reference, point).map { $0 - $1 } }
}
