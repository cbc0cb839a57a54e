import AttuneCore
import AttuneMath
import Foundation
import Testing

struct LinearAlgebraTests {
    @Test(arguments: [(1, 1, 1), (2, 3, 4), (7, 5, 6), (0, 3, 2), (3, 0, 2), (2, 2, 0)])
    func `products are sums of products`(rows: Int, inner: Int, columns: Int) {
        var random = RandomSource(seed: 7)
        let (a, b) = (Samples.matrix(rows, inner, using: &random), Samples.matrix(inner, columns, using: &random))
        let expected = CholeskyTests.product(a, b)
        #expect(largestDifference((a * b).elements, expected.elements) < 1e-13)
        #expect(largestDifference(a.transposed.transposedTimes(b).elements, expected.elements) < 1e-13)
        #expect(largestDifference(a.timesTransposed(b.transposed).elements, expected.elements) < 1e-13)
        let x = Samples.vector(inner, using: &random)
        let product = CholeskyTests.product(a, Matrix(rows: inner, columns: 1, x)).elements
        #expect(largestDifference(a * x, product) < 1e-13)
        #expect(largestDifference(a.transposed.transposedTimes(x), product) < 1e-13)
    }

    @Test func `transposing twice is doing nothing`() {
        let matrix = Matrix(rows: [[1, 2, 3], [4, 5, 6]])
        #expect(matrix.transposed == Matrix(rows: [[1, 4], [2, 5], [3, 6]]))
        #expect(matrix.transposed.transposed == matrix)
    }

    // MARK: Eigenvectors

    @Test(arguments: 0..<4)
    func `a symmetric matrix is the sum of its eigenvectors' squares`(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        for size in [1, 2, 6, 40] {
            let root = Samples.matrix(size, size, using: &random)
            var matrix = root
            for i in 0..<size { for j in 0..<size { matrix[i, j] = root[i, j] + root[j, i] } }
            let eigen = try #require(SymmetricEigen(matrix))
            var scaled = eigen.vectors
            for i in 0..<size { for j in 0..<size { scaled[i, j] *= eigen.values[i] } }
            let again = eigen.vectors.transposedTimes(scaled)
            #expect(largestDifference(again.elements, matrix.elements) < 1e-11, "seed \(seed), size \(size)")
            let products = eigen.vectors.timesTransposed(eigen.vectors)
            #expect(largestDifference(products.elements, Matrix.identity(size).elements) < 1e-12)
            #expect(eigen.values == eigen.values.sorted())
        }
    }

    @Test func `eigenvalues of a known matrix, of which only the lower half is read`() throws {
        let eigen = try #require(SymmetricEigen(Matrix(rows: [[2, .nan], [1, 2]])))
        #expect(largestDifference(eigen.values, [1, 3]) < 1e-15)
        #expect(abs(abs(eigen.vectors[1, 0]) - 0.5.squareRoot()) < 1e-15)
        #expect(eigen.vectors[0, 0] * eigen.vectors[0, 1] < 0)
    }

    @Test func `a matrix that is not finite has no eigenvectors, and an empty one none`() throws {
        #expect(SymmetricEigen(Matrix(rows: [[1, 0], [.nan, 1]])) == nil)
        #expect(SymmetricEigen(Matrix(rows: [[.infinity]])) == nil)
        #expect(try #require(SymmetricEigen(Matrix(rows: 0, columns: 0))).values.isEmpty)
    }

    // MARK: Least squares

    @Test(arguments: 0..<4)
    func `what least squares leave is orthogonal to the columns`(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        for (rows, columns) in [(9, 4), (4, 4), (3, 8), (1, 1)] {
            let (a, b) = (Samples.matrix(rows, columns, using: &random), Samples.vector(rows, using: &random))
            let x = try #require(leastSquares(a, b))
            let rest = zip(a * x, b).map { $0 - $1 }
            #expect(largestDifference(a.transposedTimes(rest), [Double](repeating: 0, count: columns)) < 1e-11)
        }
    }

    @Test func `of several solutions the shortest is taken`() throws {
        let x = try #require(leastSquares(Matrix(rows: [[1, 1], [1, 1], [1, 1]]), [1, 2, 3]))
        #expect(largestDifference(x, [1, 1]) < 1e-14)
        #expect(try #require(leastSquares(Matrix(rows: 2, columns: 3), [1, 1])) == [0, 0, 0])
        #expect(try #require(leastSquares(Matrix(rows: 0, columns: 2), [])) == [0, 0])
        #expect(try #require(leastSquares(Matrix(rows: 2, columns: 0), [1, 1])) == [])
    }

    @Test func `least squares of numbers that are not finite have no solution`() {
        #expect(leastSquares(Matrix(rows: [[.nan]]), [1]) == nil)
        #expect(leastSquares(Matrix(rows: [[1]]), [.infinity]) == nil)
    }
}
