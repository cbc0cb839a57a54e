import AttuneCore
import AttuneMath

/// The variance of a forest's mean prediction over the cube, and the part of it that each axis has a hand in.
///
/// Boxes of different trees overlap in too many ways for their products to be added up, so both are averages over
/// points of a Sobol' sequence.
struct ForestVariance {
    let total: Double
    /// For each axis, the variance that is left when all other coordinates are known: its own with all interactions
    /// (Jansen 1999, as in Saltelli et al. 2010, table 2 f).
    let withInteractions: [Double]

    /// - Parameter points: a power of two.
    /// - Complexity: O(points · trees · axes · depth).
    init(of trees: [RegressionTree], _ space: CellSpace, points: Int, using random: inout RandomSource) {
        let width = space.dimensions
        let cube = ForestVariance.cube(dimensions: 2 * width, points: points, using: &random)
        let values = ForestVariance.predictions(of: trees, space, at: cube.map { $0[..<width] })
        let mean = values.reduce(0, +) / Double(points)
        total = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(points)
        withInteractions = (0..<width).map { axis in
            let moved = cube.map { point in
                var point = point
                point[axis] = point[width + axis]
                return point[..<width]
            }
            let others = ForestVariance.predictions(of: trees, space, at: moved)
            return zip(values, others).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(2 * points)
        }
    }

    /// Points of the cube; coordinates beyond what the sequence has are independent.
    private static func cube(dimensions: Int, points: Int, using random: inout RandomSource) -> [[Double]] {
        let seed = random.next()
        let even = min(dimensions, SobolSequence.mostDimensions)
        do {
            let sequence = try SobolSequence(dimensions: even, seed: seed)
            return (0..<points).map { sequence.point($0) + (even..<dimensions).map { _ in random.uniform() } }
        } catch {
            preconditionFailure("the sequence has \(even) dimensions: \(error)")
        }
    }

    private static func predictions(
        of trees: [RegressionTree], _ space: CellSpace, at points: [ArraySlice<Double>]
    ) -> [Double] {
        let columns = space.columns(of: points.map { space.cells(at: $0) })
        var sums = [Double](repeating: 0, count: points.count)
        for tree in trees {
            for (row, leaf) in tree.leaves(of: columns).enumerated() { sums[row] += tree.means[Int(leaf)] }
        }
        return sums.map { $0 / Double(trees.count) }
    }
}
