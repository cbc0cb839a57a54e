import COpenBLAS

/// The shortest x of those for which |A x − b| is least, by A's singular values.
///
/// - Parameters:
///   - a: of any shape and rank; singular values below 10⁻¹² of the largest count as zero.
///   - b: `[a.rows]`.
/// - Returns: `[a.columns]`; nil if a number is not finite.
/// - Complexity: O(rows · columns · min(rows, columns)).
public func leastSquares(_ a: Matrix, _ b: [Double]) -> [Double]? {
    precondition(b.count == a.rows, "a right-hand side has \(a.rows) numbers, not \(b.count)")
    guard a.elements.allSatisfy(\.isFinite), b.allSatisfy(\.isFinite) else { return nil }
    guard a.rows > 0, a.columns > 0 else { return [Double](repeating: 0, count: a.columns) }
    BLAS.useOneThread()
    var byColumns = a.transposed.elements
    var solution = b + [Double](repeating: 0, count: max(a.columns - a.rows, 0))
    var singularValues = [Double](repeating: 0, count: min(a.rows, a.columns))
    var rank: Int32 = 0
    let status = LAPACKE_dgelsd(
        LAPACK_COL_MAJOR, Int32(a.rows), Int32(a.columns), 1, &byColumns, Int32(a.rows), &solution,
        Int32(solution.count), &singularValues, 1e-12, &rank)
    return status == 0 ? Array(solution.prefix(a.columns)) : nil
}
