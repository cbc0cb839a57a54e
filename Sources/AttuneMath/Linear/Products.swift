import COpenBLAS

/// The sum of products of two lists of the same length.
public func dot(_ a: [Double], _ b: [Double]) -> Double {
    precondition(a.count == b.count, "only lists of the same length have a product")
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
}

extension Matrix {
    /// Rows for columns.
    public var transposed: Matrix {
        let elements = [Double](unsafeUninitializedCapacity: rows * columns) { buffer, count in
            for row in 0..<rows {
                for column in 0..<columns { buffer[column * rows + row] = self.elements[row * columns + column] }
            }
            count = rows * columns
        }
        return Matrix(rows: columns, columns: rows, elements)
    }

    /// The matrix product.
    public static func * (a: Matrix, b: Matrix) -> Matrix {
        product(a, CblasNoTrans, b, CblasNoTrans)
    }

    /// The product with a column of numbers, `[rows]`.
    public static func * (a: Matrix, x: [Double]) -> [Double] {
        precondition(x.count == a.columns, "a matrix of \(a.columns) columns multiplies as many numbers")
        return a.product(with: x, CblasNoTrans, count: a.rows)
    }

    /// Aᵀ B for this A.
    public func transposedTimes(_ b: Matrix) -> Matrix { Self.product(self, CblasTrans, b, CblasNoTrans) }

    /// A Bᵀ for this A.
    public func timesTransposed(_ b: Matrix) -> Matrix { Self.product(self, CblasNoTrans, b, CblasTrans) }

    /// Aᵀ x for this A, `[columns]`.
    public func transposedTimes(_ x: [Double]) -> [Double] {
        precondition(x.count == rows, "the transpose of a matrix of \(rows) rows multiplies as many numbers")
        return product(with: x, CblasTrans, count: columns)
    }

    private func product(with x: [Double], _ transposition: CBLAS_TRANSPOSE, count: Int) -> [Double] {
        BLAS.useOneThread()
        var result = [Double](repeating: 0, count: count)
        guard rows > 0, columns > 0 else { return result }
        cblas_dgemv(
            CblasRowMajor, transposition, blasint(rows), blasint(columns), 1, elements, blasint(columns), x, 1, 0,
            &result, 1)
        return result
    }

    private static func product(
        _ a: Matrix, _ aTransposition: CBLAS_TRANSPOSE, _ b: Matrix, _ bTransposition: CBLAS_TRANSPOSE
    ) -> Matrix {
        BLAS.useOneThread()
        let (rows, inner) = aTransposition == CblasTrans ? (a.columns, a.rows) : (a.rows, a.columns)
        let (innerAgain, columns) = bTransposition == CblasTrans ? (b.columns, b.rows) : (b.rows, b.columns)
        precondition(inner == innerAgain, "there is no product of \(inner) columns and \(innerAgain) rows")
        var result = Matrix(rows: rows, columns: columns)
        guard rows > 0, columns > 0, inner > 0 else { return result }
        cblas_dgemm(
            CblasRowMajor, aTransposition, bTransposition, blasint(rows), blasint(columns), blasint(inner), 1,
            a.elements, blasint(a.columns), b.elements, blasint(b.columns), 0, &result.elements, blasint(columns))
        return result
    }
}
