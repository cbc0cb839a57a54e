import COpenBLAS
import Foundation

/// The lower triangular L with L Lᵀ = A, for a symmetric positive definite A.
///
/// It grows by a row at a time in O(size²), and shrinks for nothing, so that points can be tried and taken back.
public struct Cholesky: Sendable {
    /// How many rows A has.
    public private(set) var size: Int
    /// What was added to A's diagonal to make it positive definite, perhaps 0.
    public let jitter: Double
    /// L row by row, each row taking `stride` places; what stands right of the diagonal means nothing.
    private var factor: [Double]
    /// How many rows there is room for, at least 1.
    private var stride: Int

    /// - Parameter matrix: square; only the part on and below its diagonal is read.
    /// - Returns: nil if it is not positive definite, which includes any number that is not finite.
    /// - Complexity: O(size³).
    public init?(_ matrix: Matrix) {
        self.init(matrix, adding: 0)
    }

    /// Factors A + εI with the first ε that makes it positive definite, from 0, `jitter`, 10 `jitter`, 100 `jitter`, …
    ///
    /// - Parameters:
    ///   - matrix: square; only the part on and below its diagonal is read.
    ///   - jitter: the first positive ε.
    ///   - upTo: the largest ε that may be tried.
    /// - Returns: nil if none of them does.
    public init?(_ matrix: Matrix, jitter: Double, upTo largest: Double) {
        precondition(jitter > 0 && largest < .infinity, "jitter is positive and has a limit")
        let rising = sequence(first: jitter) { $0 * 10 }.prefix { $0 <= largest * (1 + 1e-12) }
        for addition in [0] + rising {
            guard let factored = Cholesky(matrix, adding: addition) else { continue }
            self = factored
            return
        }
        return nil
    }

    private init?(_ matrix: Matrix, adding jitter: Double) {
        precondition(matrix.rows == matrix.columns, "only a square matrix has a Cholesky factor")
        BLAS.useOneThread()
        size = matrix.rows
        stride = max(matrix.rows, 1)
        self.jitter = jitter
        factor = matrix.elements.isEmpty ? [0] : matrix.elements
        for index in 0..<size { factor[index * stride + index] += jitter }
        // Row by row and lower is the same memory as column by column and upper, which spares a transposition.
        let status = LAPACKE_dpotrf(LAPACK_COL_MAJOR, upper, Int32(size), &factor, Int32(stride))
        guard status == 0, (0..<size).allSatisfy({ factor[$0 * (stride + 1)].isFinite }) else { return nil }
    }

    /// The natural logarithm of A's determinant.
    public var logDeterminant: Double {
        (0..<size).reduce(0) { $0 + 2 * log(factor[$1 * (stride + 1)]) }
    }

    /// L, with zeros right of the diagonal.
    public var lower: Matrix {
        var matrix = Matrix(rows: size, columns: size)
        for row in 0..<size {
            for column in 0...row { matrix[row, column] = factor[row * stride + column] }
        }
        return matrix
    }
}

// MARK: - Growing and shrinking

extension Cholesky {
    /// Gives A one more row and column.
    ///
    /// - Parameters:
    ///   - column: the new column above the new diagonal element, `[size]`.
    ///   - diagonal: the new diagonal element; `jitter` is not added to it.
    /// - Returns: false, and nothing has changed, if that matrix is not positive definite.
    /// - Complexity: O(size²).
    public mutating func append(_ column: [Double], diagonal: Double) -> Bool {
        let row = halfSolve(column)
        let rest = diagonal - row.reduce(0) { $0 + $1 * $1 }
        guard rest > 0, rest.isFinite else { return false }
        if size == stride { makeRoom(for: size + max(size / 2, 16)) }
        let start = size * stride
        for (offset, element) in row.enumerated() { factor[start + offset] = element }
        factor[start + size] = rest.squareRoot()
        size += 1
        return true
    }

    /// Takes the last rows and columns of A away.
    ///
    /// - Complexity: O(1).
    public mutating func removeLast(_ count: Int) {
        precondition((0...size).contains(count), "there are \(size) rows to remove, not \(count)")
        size -= count
    }

    private mutating func makeRoom(for rows: Int) {
        var roomy = [Double](repeating: 0, count: rows * rows)
        for row in 0..<size {
            for column in 0...row { roomy[row * rows + column] = factor[row * stride + column] }
        }
        (factor, stride) = (roomy, rows)
    }
}

// MARK: - Solving

extension Cholesky {
    /// A⁻¹ b.
    ///
    /// - Complexity: O(size²).
    public func solve(_ b: [Double]) -> [Double] {
        var solution = b
        divide(&solution, by: CblasNoTrans)
        divide(&solution, by: CblasTrans)
        return solution
    }

    /// L⁻¹ b, whose squared length is bᵀ A⁻¹ b.
    ///
    /// - Complexity: O(size²).
    public func halfSolve(_ b: [Double]) -> [Double] {
        var solution = b
        divide(&solution, by: CblasNoTrans)
        return solution
    }

    /// L⁻ᵀ b.
    ///
    /// - Complexity: O(size²).
    public func halfSolveTransposed(_ b: [Double]) -> [Double] {
        var solution = b
        divide(&solution, by: CblasTrans)
        return solution
    }

    /// Replaces B, `size` rows and any number of columns, by A⁻¹ B.
    public func solve(_ b: inout Matrix) {
        divide(&b, by: CblasNoTrans)
        divide(&b, by: CblasTrans)
    }

    /// Replaces B, `size` rows and any number of columns, by L⁻¹ B.
    public func halfSolve(_ b: inout Matrix) {
        divide(&b, by: CblasNoTrans)
    }

    /// Replaces B, `size` rows and any number of columns, by L⁻ᵀ B.
    public func halfSolveTransposed(_ b: inout Matrix) {
        divide(&b, by: CblasTrans)
    }

    /// A⁻¹ in full, both halves.
    ///
    /// - Complexity: O(size³), twice that of factoring.
    public func inverse() -> Matrix {
        var inverse = lower
        guard size > 0 else { return inverse }
        let status = LAPACKE_dpotri(LAPACK_COL_MAJOR, upper, Int32(size), &inverse.elements, Int32(size))
        precondition(status == 0, "a Cholesky factor has a positive diagonal")
        for row in 0..<size {
            for column in 0..<row { inverse[column, row] = inverse[row, column] }
        }
        return inverse
    }

    private func divide(_ b: inout [Double], by transposition: CBLAS_TRANSPOSE) {
        precondition(b.count == size, "a right-hand side has \(size) numbers, not \(b.count)")
        cblas_dtrsv(
            CblasRowMajor, CblasLower, transposition, CblasNonUnit, blasint(size), factor, blasint(stride), &b, 1)
    }

    private func divide(_ b: inout Matrix, by transposition: CBLAS_TRANSPOSE) {
        precondition(b.rows == size, "a right-hand side has \(size) rows, not \(b.rows)")
        let columns = blasint(b.columns)
        guard size > 0, columns > 0 else { return }
        cblas_dtrsm(
            CblasRowMajor, CblasLeft, CblasLower, transposition, CblasNonUnit, blasint(size), columns, 1,
            factor, blasint(stride), &b.elements, columns)
    }
}

/// LAPACK's name of the upper triangle.
private let upper = CChar(UInt8(ascii: "U"))
