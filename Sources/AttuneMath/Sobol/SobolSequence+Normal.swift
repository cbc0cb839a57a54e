import AttuneCore

extension SobolSequence {
    /// The point at `index`, taken through the quantile of the standard normal distribution.
    ///
    /// Averages over such points stand in for expectations over independent normal numbers, and err less.
    ///
    /// - Parameter index: from 0 to 2⁵² − 1; of the plain sequence not 0, whose coordinates are −∞.
    /// - Returns: `[dimensions]`, of a scrambled sequence finite, within 8.3 deviations.
    public func normalPoint(_ index: Int) -> [Double] { point(index).map(NormalDistribution.quantile) }

    /// The first `count` normal points, one a row, `[count, dimensions]`.
    public func normalPoints(_ count: Int) -> Matrix {
        Matrix(rows: count, columns: dimensions, (0..<count).flatMap(normalPoint))
    }
}
