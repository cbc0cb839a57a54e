import AttuneCore
import AttuneMath

/// Random matrices for laws.
enum Samples {
    static func vector(_ count: Int, using random: inout RandomSource) -> [Double] {
        (0..<count).map { _ in random.normal() }
    }

    static func matrix(_ rows: Int, _ columns: Int, using random: inout RandomSource) -> Matrix {
        Matrix(rows: rows, columns: columns, vector(rows * columns, using: &random))
    }

    /// G Gᵀ + I for a random square G.
    static func positiveDefinite(_ size: Int, using random: inout RandomSource) -> Matrix {
        let root = matrix(size, size, using: &random)
        var product = Matrix.identity(size)
        for row in 0..<size {
            for column in 0..<size {
                for inner in 0..<size { product[row, column] += root[row, inner] * root[column, inner] }
            }
        }
        return product
    }
}

/// The largest difference between two lists of numbers; infinite if their counts differ, NaN if a number is.
func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).reduce(0) { largest, pair in
        let difference = (pair.0 - pair.1).magnitude
        return difference <= largest ? largest : difference
    }
}
