/// A dense matrix of doubles, stored row by row.
public struct Matrix: Sendable, Hashable {
    public let rows: Int
    public let columns: Int
    /// `rows · columns` numbers, row by row.
    public var elements: [Double]

    /// - Parameter elements: `rows · columns` numbers, row by row.
    public init(rows: Int, columns: Int, _ elements: [Double]) {
        precondition(elements.count == rows * columns, "a matrix of \(rows) × \(columns) needs as many elements")
        self.rows = rows
        self.columns = columns
        self.elements = elements
    }

    public init(rows: Int, columns: Int, repeating element: Double = 0) {
        self.init(rows: rows, columns: columns, [Double](repeating: element, count: rows * columns))
    }

    /// - Parameter rows: equally long, at least one.
    public init(rows: [[Double]]) {
        precondition(!rows.isEmpty, "a matrix has at least one row")
        self.init(rows: rows.count, columns: rows[0].count, Array(rows.joined()))
    }

    public subscript(row: Int, column: Int) -> Double {
        get { elements[row * columns + column] }
        set { elements[row * columns + column] = newValue }
    }

    /// The elements of one row.
    public subscript(row row: Int) -> ArraySlice<Double> { elements[row * columns..<(row + 1) * columns] }

    public static func identity(_ size: Int) -> Matrix {
        var matrix = Matrix(rows: size, columns: size)
        for index in 0..<size { matrix[index, index] = 1 }
        return matrix
    }
}
