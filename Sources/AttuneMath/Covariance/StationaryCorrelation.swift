import CAttuneMath

/// A correlation of two points that depends on their squared distance r² alone (Rasmussen & Williams 2006,
/// section 4.2.1).
public enum StationaryCorrelation: Sendable, Hashable {
    /// (1 + √5 r + 5/3 r²) e^(−√5 r), of functions with two derivatives.
    case matern52
    /// e^(−r²/2), of functions with all derivatives.
    case squaredExponential

    /// Replaces squared distances by correlations, 1 at distance 0.
    public func form(from squaredDistances: inout Matrix) {
        form(&squaredDistances.elements, slopes: nil)
    }

    /// Replaces squared distances by correlations, and gives their derivatives by r², which are finite also at 0.
    public func formWithSlopes(from squaredDistances: inout Matrix) -> Matrix {
        let count = squaredDistances.elements.count
        let slopes = [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
            form(&squaredDistances.elements, slopes: buffer.baseAddress)
            initialized = count
        }
        return Matrix(rows: squaredDistances.rows, columns: squaredDistances.columns, slopes)
    }

    /// The correlation at one squared distance, and its derivative by it.
    public func at(_ squaredDistance: Double) -> (value: Double, slope: Double) {
        var values = Matrix(rows: 1, columns: 1, repeating: squaredDistance)
        let slopes = formWithSlopes(from: &values)
        return (values[0, 0], slopes[0, 0])
    }

    private func form(_ values: inout [Double], slopes: UnsafeMutablePointer<Double>?) {
        values.withUnsafeMutableBufferPointer { values in
            switch self {
            case .matern52: attune_matern52(values.baseAddress, values.count, slopes)
            case .squaredExponential: attune_squared_exponential(values.baseAddress, values.count, slopes)
            }
        }
    }
}
