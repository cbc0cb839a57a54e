import CAttuneMath

// Elementary functions of many numbers at once, several times as fast as one by one.
//
// They compute with the widest vectors of the machine, so that the last digit may differ between kinds of processor,
// as it does in matrix products.

extension [Double] {
    /// Replaces each number by its exponential, to 2 units in the last place; below −708 by 0.
    public mutating func formExponentials() {
        withUnsafeMutableBufferPointer { attune_exp($0.baseAddress, $0.count) }
    }

    /// Replaces each number by its natural logarithm, to 2 units in the last place.
    public mutating func formLogarithms() {
        withUnsafeMutableBufferPointer { attune_log($0.baseAddress, $0.count) }
    }

    /// Replaces each number x by the standard normal Φ(x), to a relative error of 10⁻¹⁵; below −37.6 by 0.
    public mutating func formNormalCumulatives() {
        withUnsafeMutableBufferPointer { attune_normal_cumulative($0.baseAddress, $0.count) }
    }

    /// Replaces each number x by log Φ(x), to a relative error of 10⁻¹⁵.
    public mutating func formNormalLogCumulatives() {
        withUnsafeMutableBufferPointer { attune_normal_log_cumulative($0.baseAddress, $0.count) }
    }
}

/// log Σ exp(value), which neither overflows nor underflows before its result does; −∞ for no values.
public func logSumExp(_ values: [Double]) -> Double {
    var result = 0.0
    attune_log_sum_exp_rows(values, 1, values.count, &result)
    return result
}

extension Matrix {
    /// log Σ exp(element) of each row, `[rows]`.
    public func logSumExpOfRows() -> [Double] {
        [Double](unsafeUninitializedCapacity: rows) { buffer, count in
            attune_log_sum_exp_rows(elements, rows, columns, buffer.baseAddress)
            count = rows
        }
    }
}
