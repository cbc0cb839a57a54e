import AttuneCore

/// How differently a few trials and all of them lie along one axis.
///
/// Kernels are those of `ParzenMixture`: normal laws truncated to [0, 1], as wide as Scott's rule makes them for the
/// few. As both densities have the same kernels and the few are some of all, a divergence by chance alone can be calculated.
struct AxisDivergence {
    /// Σ p (q / p − 1)² over cells: p holds all trials, q the few. At most the number of all over that of the few.
    let divergence: Double
    /// What it would be on average if the few were any of all.
    let expected: Double

    var beyondChance: Double { max(divergence - expected, 0) }

    /// - Parameters:
    ///   - few: their cells.
    ///   - all: the cells of all, the few among them.
    init(_ axis: CellSpace.Axis, of few: [Int], among all: [Int]) {
        guard !few.isEmpty, few.count < all.count else {
            (divergence, expected) = (0, 0)
            return
        }
        let kernels = AxisDivergence.kernels(axis, around: few)
        let (shares, allShares) = (AxisDivergence.shares(few, axis.count), AxisDivergence.shares(all, axis.count))
        // Sampling n of N without replacement has the variance s² (N − n) / (n (N − 1)).
        let (n, N) = (Double(few.count), Double(all.count))
        let factor = (N - n) / (n * (N - 1))
        var (divergence, expected) = (0.0, 0.0)
        for kernel in kernels {
            let p = zip(kernel, allShares).reduce(0) { $0 + $1.0 * $1.1 }
            guard p > 0 else { continue }
            let q = zip(kernel, shares).reduce(0) { $0 + $1.0 * $1.1 }
            let squares = zip(kernel, allShares).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
            divergence += (q - p) * (q - p) / p
            expected += factor * max(squares - p * p, 0) / p
        }
        self.divergence = divergence
        self.expected = expected
    }

    private static func shares(_ cells: [Int], _ count: Int) -> [Double] {
        var shares = [Double](repeating: 0, count: count)
        for cell in cells { shares[cell] += 1 / Double(cells.count) }
        return shares
    }

    /// For each cell, the mass in it of the kernel on each cell.
    private static func kernels(_ axis: CellSpace.Axis, around few: [Int]) -> [[Double]] {
        guard !axis.isChoice else {
            return (0..<axis.count).map { cell in (0..<axis.count).map { $0 == cell ? 1 : 0 } }
        }
        let centres = few.map { Float(axis.middle(of: $0)) }
        let width = KernelWidth.scott(
            ParzenAxis(axis.domain), centres[...], Array(repeating: 1, count: few.count), axes: 1)
        let middles = axis.ends.indices.map { axis.middle(of: $0) }
        let laws = middles.map { TruncatedNormal(mean: $0, deviation: width, in: 0...1) }
        var before = [Double](repeating: 0, count: axis.count)
        return axis.ends.map { end in
            let upTo = laws.map { $0.cumulative(end) }
            defer { before = upTo }
            return zip(upTo, before).map { $0 - $1 }
        }
    }
}

extension KernelWidth {
    /// Scott's rule, and at least a cell.
    fileprivate static let scott = KernelWidth(
        factor: 1.06, clipExponent: 1, least: 1 / Double(CellSpace.mostCells), smoothing: 0, smoothingExponent: 0)
}
