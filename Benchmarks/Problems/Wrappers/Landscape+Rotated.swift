import AttuneCore

extension Landscape {
    /// Turned about its first minimiser by a random rotation or reflection, so that coordinates can no longer be
    /// searched one by one. Ranges of different width count as equally wide.
    ///
    /// - Precondition: the optimum is one outside the box too, as turning brings in what was there.
    public func rotated(seed: UInt64) -> Landscape {
        precondition(holdsEverywhere, "\(name) may be lower outside its box, and turning would bring that in")
        let (centre, widths) = (minimizers[0], box.map(\.width))
        var random = RandomSource(seed: seed, stream: 3)
        let matrix = orthogonalMatrix(dimensions, using: &random)
        let transpose = (0..<dimensions).map { column in matrix.map { $0[column] } }
        @Sendable func turned(_ x: [Double], by matrix: [[Double]]) -> [Double] {
            let offsets = x.indices.map { (x[$0] - centre[$0]) / widths[$0] }
            return x.indices.map { row in centre[row] + widths[row] * sum(x.indices) { matrix[row][$0] * offsets[$0] } }
        }
        var rotated = self
        rotated.minimizers = minimizers.map { turned($0, by: transpose) }.filter(contains)
        rotated.minimizers[0] = centre
        rotated.value = { [value] in value(turned($0, by: matrix)) }
        return rotated
    }
}

/// A matrix from the uniform distribution over orthogonal ones: Gram–Schmidt on normal rows (Stewart 1980), twice for
/// the sake of rounding.
func orthogonalMatrix(_ size: Int, using random: inout RandomSource) -> [[Double]] {
    var rows: [[Double]] = []
    for _ in 0..<size {
        var row = (0..<size).map { _ in random.normal() }
        for earlier in rows + rows {
            let overlap = sum(0..<size) { row[$0] * earlier[$0] }
            for column in 0..<size { row[column] -= overlap * earlier[column] }
        }
        let length = sum(row) { $0 * $0 }.squareRoot()
        rows.append(row.map { $0 / length })
    }
    return rows
}
