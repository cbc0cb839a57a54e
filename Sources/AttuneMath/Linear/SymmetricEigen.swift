import COpenBLAS

/// The eigenvalues and eigenvectors of a symmetric matrix: A = Σ λᵢ vᵢ vᵢᵀ.
public struct SymmetricEigen: Sendable {
    /// In rising order.
    public let values: [Double]
    /// Row i is the eigenvector of `values[i]`; rows are orthogonal and of length 1.
    public let vectors: Matrix

    /// - Parameter matrix: square; only the part on and below its diagonal is read.
    /// - Returns: nil if a number read is not finite.
    /// - Complexity: O(rows³).
    public init?(_ matrix: Matrix) {
        precondition(matrix.rows == matrix.columns, "only a square matrix has eigenvectors")
        BLAS.useOneThread()
        let size = matrix.rows
        guard Self.isFinite(matrix) else { return nil }
        var values = [Double](repeating: 0, count: size)
        var vectors = matrix
        // Row by row and lower is the same memory as column by column and upper; so eigenvectors, LAPACK's columns, are
        // rows here.
        let (withVectors, upper) = (CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "U")))
        let order = Int32(size)
        guard
            LAPACKE_dsyevd(
                LAPACK_COL_MAJOR, withVectors, upper, order, &vectors.elements, max(order, 1), &values) == 0
        else { return nil }
        self.values = values
        self.vectors = vectors
    }

    private static func isFinite(_ matrix: Matrix) -> Bool {
        (0..<matrix.rows).allSatisfy { row in matrix[row: row].prefix(row + 1).allSatisfy(\.isFinite) }
    }
}
