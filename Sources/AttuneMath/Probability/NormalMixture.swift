import CAttuneMath

extension Matrix {
    /// Adds to every element (i, j) what a normal component j contributes to the log density of point i:
    /// offsetⱼ − ((xᵢ − meanⱼ) · precisionⱼ)² / 2.
    ///
    /// Called once for each coordinate, and followed by `logSumExpOfRows`, it gives the log densities of a mixture of
    /// normal distributions with independent coordinates.
    ///
    /// - Parameters:
    ///   - points: one coordinate of every point, `[rows]`.
    ///   - means: that coordinate of every component's centre, `[columns]`.
    ///   - precisions: inverse deviations, `[columns]`.
    ///   - offsets: logarithms of weights and normalising constants, `[columns]`.
    /// - Complexity: O(rows · columns).
    public mutating func addNormalLogDensities(
        of points: [Double], means: [Double], precisions: [Double], offsets: [Double]
    ) {
        precondition(points.count == rows, "there is a row for each point")
        precondition(
            means.count == columns && precisions.count == columns && offsets.count == columns,
            "there is a column for each component")
        attune_add_normal_log_densities(points, rows, means, precisions, offsets, columns, &elements)
    }
}
