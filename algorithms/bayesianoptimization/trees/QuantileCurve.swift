import AttuneCore

/// One quantile of the targets as a function of the columns, by gradient boosting of the pinball loss
/// (Friedman 2001, algorithm 1; Koenker & Bassett 1978).
struct QuantileCurve: Sendable {
    struct Rules: Sendable, Hashable {
        var trees = 30
        /// How much of each tree's correction is taken, in (0, 1].
        var rate = 0.1
        var tree = TreeRules(mostDepth: 3)
    }

    let quantile: Double
    private let rate: Double
    /// Where the sum begins: the quantile of all targets.
    private let start: Double
    private let trees: [RegressionTree]

    /// - Parameter targets: by row of the sample, of order one.
    init(
        _ quantile: Double, _ rules: Rules, _ sample: TreeSample, targets: [Double],
        using random: inout RandomSource
    ) {
        let ones = [Double](repeating: 1, count: sample.rows)
        let start = QuantileCurve.quantile(quantile, of: targets)
        var residuals = targets.map { $0 - start }
        self.quantile = quantile
        self.rate = rules.rate
        self.start = start
        trees = (0..<rules.trees).map { _ in
            // The loss falls with slope q where the target lies above and rises with 1 − q where it lies below.
            let slopes = residuals.map { $0 > 0 ? quantile : quantile - 1 }
            var tree = TreeGrowth.tree(from: sample, targets: slopes, weights: ones, rules.tree, using: &random)
            let leaves = tree.leaves(of: sample.columns)
            tree.setMeans(QuantileCurve.corrections(quantile, residuals, leaves, count: tree.count))
            for row in residuals.indices { residuals[row] -= rules.rate * tree.means[Int(leaves[row])] }
            return tree
        }
    }

    /// The value at each row.
    func values(at columns: TreeColumns) -> [Double] {
        var values = [Double](repeating: start, count: columns.rows)
        for tree in trees {
            for (row, leaf) in tree.leaves(of: columns).enumerated() { values[row] += rate * tree.means[Int(leaf)] }
        }
        return values
    }

    /// By node, the quantile of the residuals that came to it, which is the step that lowers their loss most.
    private static func corrections(
        _ quantile: Double, _ residuals: [Double], _ leaves: [Int32], count: Int
    ) -> [Double] {
        var groups = [[Double]](repeating: [], count: count)
        for (leaf, residual) in zip(leaves, residuals) { groups[Int(leaf)].append(residual) }
        return groups.map { $0.isEmpty ? 0 : self.quantile(quantile, of: $0) }
    }

    /// The quantile of a few numbers, on a line between the two nearest (Hyndman & Fan 1996, definition 7).
    static func quantile(_ quantile: Double, of numbers: [Double]) -> Double {
        let sorted = numbers.sorted()
        let place = quantile * Double(sorted.count - 1)
        let below = min(Int(place), sorted.count - 1)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
}
