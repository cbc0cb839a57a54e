import CAttuneMath

extension Matrix {
    /// Σₖ wₖ (aᵢₖ − bⱼₖ)² for every row i of this and j of `other`, `[rows, other.rows]`: summed difference by
    /// difference, so that equal rows have distance zero and close ones an accurate one.
    ///
    /// - Parameters:
    ///   - other: of as many columns.
    ///   - weights: one for each column, for instance inverse squared length-scales.
    /// - Complexity: O(rows · other.rows · columns).
    public func squaredDistances(to other: Matrix, weights: [Double]) -> Matrix {
        precondition(columns == other.columns && weights.count == columns, "rows have as many numbers as weights")
        let distances = [Double](unsafeUninitializedCapacity: rows * other.rows) { buffer, count in
            attune_squared_distances(
                elements, rows, other.transposed.elements, other.rows, columns, weights, buffer.baseAddress)
            count = rows * other.rows
        }
        return Matrix(rows: rows, columns: other.rows, distances)
    }

    /// Σᵢⱼ cᵢⱼ (aᵢₖ − bⱼₖ)² for every column k.
    ///
    /// This is the gradient, by the weights of `squaredDistances`, of a function whose derivative by each squared
    /// distance is the coefficient.
    ///
    /// - Parameters:
    ///   - other: of as many columns.
    ///   - coefficients: `[rows, other.rows]`.
    /// - Complexity: O(rows · other.rows · columns).
    public func squaredDifferenceSums(to other: Matrix, coefficients: Matrix) -> [Double] {
        precondition(columns == other.columns, "rows have as many numbers")
        precondition(
            coefficients.rows == rows && coefficients.columns == other.rows, "there is a coefficient for each pair")
        return [Double](unsafeUninitializedCapacity: columns) { buffer, count in
            attune_squared_difference_sums(
                elements, rows, other.transposed.elements, other.rows, columns, coefficients.elements,
                buffer.baseAddress)
            count = columns
        }
    }
}
