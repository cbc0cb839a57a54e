/// A matrix of single precision numbers, row after row; here a row is an example.
struct Matrix: Sendable, Equatable {
    let rows: Int
    let columns: Int
    /// `[rows * columns]`, row-major.
    var values: [Float]

    init(rows: Int, columns: Int, values: [Float]) {
        precondition(values.count == rows * columns, "\(rows)x\(columns) values expected, not \(values.count)")
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    init(zeros rows: Int, by columns: Int) {
        self.init(rows: rows, columns: columns, values: Array(repeating: 0, count: rows * columns))
    }

    /// The values of one row, `[columns]`.
    func row(_ index: Int) -> ArraySlice<Float> {
        values[index * columns..<(index + 1) * columns]
    }

    /// The rows at `indices`, in that order.
    func gathering(_ indices: some Collection<Int>) -> Matrix {
        var gathered: [Float] = []
        gathered.reserveCapacity(indices.count * columns)
        for index in indices {
            gathered += row(index)
        }
        return Matrix(rows: indices.count, columns: columns, values: gathered)
    }

    /// Multiplies each element by the one in the same place of `other`.
    mutating func multiplyElements(by other: Matrix) {
        precondition(rows == other.rows && columns == other.columns, "matrices of the same shape expected")
        let count = values.count
        values.withUnsafeMutableBufferPointer { values in
            other.values.withUnsafeBufferPointer { factors in
                for i in 0..<count {
                    values[i] *= factors[i]
                }
            }
        }
    }
}
