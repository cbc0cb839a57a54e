import AttuneCore

/// Points of the unit cube on a grid; few levels make ties and equal points.
func randomPoints(_ count: Int, _ dimensions: Int, seed: UInt64, levels: Int = 1 << 30) -> [[Double]] {
    var random = RandomSource(seed: seed)
    return (0..<count).map { _ in (0..<dimensions).map { _ in Double(random.below(levels)) / Double(levels) } }
}

/// Points of the unit sphere's positive part: all on the front.
func spherePoints(_ count: Int, _ dimensions: Int, seed: UInt64) -> [[Double]] {
    randomPoints(count, dimensions, seed: seed).map { point in
        let length = point.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return point.map { $0 / length }
    }
}
