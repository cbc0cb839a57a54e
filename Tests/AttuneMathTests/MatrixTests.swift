import AttuneMath
import Testing

struct MatrixTests {
    @Test func `elements stand row by row`() {
        var matrix = Matrix(rows: [[1, 2, 3], [4, 5, 6]])
        matrix[1, 0] = 7
        #expect(matrix.elements == [1, 2, 3, 7, 5, 6])
        #expect(Array(matrix[row: 1]) == [7, 5, 6])
        #expect(Matrix.identity(2).elements == [1, 0, 0, 1])
    }
}
