import AttuneCore
import AttuneMath
import Foundation
import Testing

struct CholeskyTests {
    /// The sum of products of a row of one matrix and a column of another, for all of both.
    static func product(_ a: Matrix, _ b: Matrix) -> Matrix {
        var product = Matrix(rows: a.rows, columns: b.columns)
        for row in 0..<a.rows {
            for column in 0..<b.columns {
                for inner in 0..<a.columns { product[row, column] += a[row, inner] * b[inner, column] }
            }
        }
        return product
    }

    static func transposed(_ a: Matrix) -> Matrix {
        var transposed = Matrix(rows: a.columns, columns: a.rows)
        for row in 0..<a.rows {
            for column in 0..<a.columns { transposed[column, row] = a[row, column] }
        }
        return transposed
    }

    static func append(_ row: Int, of matrix: Matrix, to factored: inout Cholesky) throws {
        let isAppended = factored.append((0..<row).map { matrix[row, $0] }, diagonal: matrix[row, row])
        try #require(isAppended)
    }

    @Test(arguments: 0..<8)
    func `the factor times its transpose is the matrix`(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        for size in [1, 2, 5, 33] {
            let matrix = Samples.positiveDefinite(size, using: &random)
            let lower = try #require(Cholesky(matrix)).lower
            let again = Self.product(lower, Self.transposed(lower))
            #expect(largestDifference(again.elements, matrix.elements) < 1e-11, "seed \(seed), size \(size)")
        }
    }

    @Test(arguments: 0..<8)
    func `solving undoes multiplying`(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        let matrix = Samples.positiveDefinite(12, using: &random)
        let factored = try #require(Cholesky(matrix))
        let x = Matrix(rows: 12, columns: 1, Samples.vector(12, using: &random))
        let lower = factored.lower
        let tolerance = 1e-9
        #expect(largestDifference(factored.solve(Self.product(matrix, x).elements), x.elements) < tolerance)
        #expect(largestDifference(factored.halfSolve(Self.product(lower, x).elements), x.elements) < tolerance)
        let upper = Self.product(Self.transposed(lower), x).elements
        #expect(largestDifference(factored.halfSolveTransposed(upper), x.elements) < tolerance)
        let identity = Self.product(matrix, factored.inverse())
        #expect(largestDifference(identity.elements, Matrix.identity(12).elements) < tolerance)
    }

    @Test(arguments: 0..<4)
    func `columns are solved as they are alone`(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        var factored = try #require(Cholesky(Samples.positiveDefinite(7, using: &random)))
        factored.removeLast(1)
        let sides = Samples.matrix(6, 3, using: &random)
        var (half, transposed, whole) = (sides, sides, sides)
        factored.halfSolve(&half)
        factored.halfSolveTransposed(&transposed)
        factored.solve(&whole)
        for column in 0..<3 {
            func own(_ matrix: Matrix) -> [Double] { (0..<6).map { matrix[$0, column] } }
            #expect(largestDifference(own(half), factored.halfSolve(own(sides))) < 1e-12)
            #expect(largestDifference(own(transposed), factored.halfSolveTransposed(own(sides))) < 1e-12)
            #expect(largestDifference(own(whole), factored.solve(own(sides))) < 1e-12)
        }
    }

    @Test(arguments: 0..<4)
    func `a factor grown row by row is that of the whole matrix`(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        let matrix = Samples.positiveDefinite(40, using: &random)
        let whole = try #require(Cholesky(matrix))
        var grown = try #require(Cholesky(Matrix(rows: 0, columns: 0)))
        for row in 0..<40 {
            try Self.append(row, of: matrix, to: &grown)
            guard row % 7 == 6 else { continue }  // Taking rows back leaves no trace.
            grown.removeLast(3)
            for back in (row - 2)...row { try Self.append(back, of: matrix, to: &grown) }
        }
        #expect(largestDifference(grown.lower.elements, whole.lower.elements) < 1e-11, "seed \(seed)")
        #expect(abs(grown.logDeterminant - whole.logDeterminant) < 1e-10)
        #expect(largestDifference(grown.inverse().elements, whole.inverse().elements) < 1e-10)
    }

    @Test func `the determinant and the inverse of a known matrix`() throws {
        let factored = try #require(Cholesky(Matrix(rows: [[4, 2], [2, 3]])))
        #expect(abs(factored.logDeterminant - log(8)) < 1e-15)
        #expect(largestDifference(factored.inverse().elements, [0.375, -0.25, -0.25, 0.5]) < 1e-15)
    }

    @Test func `only the lower half is read`() throws {
        let factored = try #require(Cholesky(Matrix(rows: [[4, .nan], [2, 3]])))
        #expect(largestDifference(factored.lower.elements, [2, 0, 1, 2.0.squareRoot()]) < 1e-15)
    }

    @Test(arguments: [
        [[1, 2], [2, 1]], [[0]], [[1, 1], [1, 1]], [[.nan]], [[1, 0], [.nan, 1]], [[.infinity]],
        [[1, 0], [.infinity, 1]], [[-1, 0], [0, 1]],
    ])
    func `what is not positive definite has no factor`(rows: [[Double]]) {
        #expect(Cholesky(Matrix(rows: rows)) == nil)
    }

    @Test func `a row that would make the matrix singular is refused and nothing changes`() throws {
        var factored = try #require(Cholesky(Matrix(rows: [[4, 2], [2, 3]])))
        for (column, diagonal) in [
            ([4.0, 2.0], 4.0), ([.nan, 0], 1), ([0, 0], .nan), ([0, 0], .infinity), ([0, 0], 0),
        ] {
            let isAppended = factored.append(column, diagonal: diagonal)
            #expect(!isAppended)
            #expect(factored.size == 2)
        }
        let isAppended = factored.append([1, 1], diagonal: 2)
        #expect(isAppended)
    }

    @Test func `jitter is the first that suffices`() throws {
        let ones = Matrix(rows: 3, columns: 3, repeating: 1)
        #expect(try #require(Cholesky(ones, jitter: 1e-8, upTo: 1e-4)).jitter == 1e-8)
        #expect(try #require(Cholesky(.identity(3), jitter: 1e-8, upTo: 1e-4)).jitter == 0)
        let negative = Matrix(rows: [[-0.5]])
        let jitter = try #require(Cholesky(negative, jitter: 0.01, upTo: 1)).jitter
        #expect(abs(jitter - 1) < 1e-12)
        #expect(Cholesky(negative, jitter: 0.01, upTo: 0.2) == nil)
        #expect(Cholesky(Matrix(rows: [[.nan]]), jitter: 1e-8, upTo: 1) == nil)
    }

    @Test func `an empty matrix has an empty factor`() throws {
        var empty = try #require(Cholesky(Matrix(rows: 0, columns: 0)))
        #expect(empty.logDeterminant == 0)
        #expect(empty.solve([]).isEmpty)
        #expect(empty.inverse().elements.isEmpty)
        var none = Matrix(rows: 0, columns: 4)
        empty.halfSolve(&none)
        let isAppended = empty.append([], diagonal: 9)
        #expect(isAppended)
        #expect(empty.lower.elements == [3])
    }
}
