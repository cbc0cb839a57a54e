import AttuneCore

/// Optimizers that begin in the middle of the box look better than they are on functions whose optimum is there.
extension Landscape {
    /// The optimum somewhere in the middle three fifths of every range.
    public func shifted(seed: UInt64) -> Landscape {
        var random = RandomSource(seed: seed, stream: 1)
        return moved(to: box.map { _ in 0.2 + 0.6 * random.uniform() })
    }

    /// The optimum near a corner of the box, though not in it: 8 to 16 % of each range away from one of its ends.
    public func offCentre(seed: UInt64) -> Landscape {
        var random = RandomSource(seed: seed, stream: 2)
        return moved(
            to: box.map { _ in
                let margin = 0.08 + 0.08 * random.uniform()
                return random.next() & 1 == 0 ? margin : 1 - margin
            })
    }

    /// The first minimiser where every coordinate has gone through `shares` of its range.
    ///
    /// The function is translated where its optimum is one everywhere; else each coordinate is bent, smoothly and with
    /// the ends of its range in place, so that nothing from outside the box comes into it.
    ///
    /// - Parameter shares: per coordinate, between 0 and 1.
    public func moved(to shares: [Double]) -> Landscape {
        let target = zip(box, shares).map { $0.value(at: $1) }
        let moves = (0..<dimensions).map { index in
            holdsEverywhere
                ? Move.translation(by: target[index] - minimizers[0][index])
                : Move.bend(box[index], from: minimizers[0][index], to: target[index])
        }
        var moved = self
        moved.minimizers = minimizers.map { zip(moves, $0).map { $0.image(of: $1) } }.filter(contains)
        moved.minimizers[0] = target
        moved.value = { [value] x in value(zip(moves, x).map { $0.origin(of: $1) }) }
        return moved
    }
}

/// A smooth, increasing map of one coordinate.
private enum Move {
    case translation(by: Double)
    /// Of the shares of a range, u → a·u / (1 + (a − 1)·u), a Möbius map that keeps both ends.
    case bending(ClosedRange<Double>, a: Double)

    static func bend(_ range: ClosedRange<Double>, from start: Double, to end: Double) -> Move {
        let (u, v) = (range.share(of: start), range.share(of: end))
        precondition(u > 0 && u < 1, "an optimum on the edge of the box cannot be moved off it")
        return .bending(range, a: v * (1 - u) / (u * (1 - v)))
    }

    func image(of x: Double) -> Double {
        switch self {
        case .translation(let distance): x + distance
        case .bending(let range, let a): range.value(at: Move.bent(range.share(of: x), a))
        }
    }

    func origin(of x: Double) -> Double {
        switch self {
        case .translation(let distance): x - distance
        case .bending(let range, let a): range.value(at: Move.bent(range.share(of: x), 1 / a))
        }
    }

    private static func bent(_ u: Double, _ a: Double) -> Double { a * u / (1 + (a - 1) * u) }
}

extension ClosedRange<Double> {
    var width: Double { upperBound - lowerBound }
    func value(at share: Double) -> Double { lowerBound + share * width }
    func share(of value: Double) -> Double { (value - lowerBound) / width }
}
