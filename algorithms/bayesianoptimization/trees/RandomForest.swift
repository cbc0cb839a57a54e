import AttuneCore

/// Many trees that disagree where they know little: a random forest (Breiman 2001) or extremely randomised trees
/// (Geurts, Ernst & Wehenkel 2006), by its rules.
struct RandomForest: Surrogate {
    struct Rules: Sendable, Hashable {
        var trees: Int
        /// Whether each tree sees a sample with replacement rather than every observation once.
        var bootstraps: Bool
        var tree: TreeRules

        /// The best cuts of a sample, five columns in six competing.
        static let forest = Rules(
            trees: 100, bootstraps: true, tree: TreeRules(cut: .withinGap, share: 5.0 / 6, leastInLeaf: 3))

        /// Random cuts of all observations; only the better of them are kept.
        static let extraTrees = Rules(
            trees: 100, bootstraps: false, tree: TreeRules(cut: .anywhere, leastInLeaf: 3))
    }

    private let layout: TreeLayout
    private let scale: TargetScale
    private let trees: [RegressionTree]

    /// - Parameters:
    ///   - features: `[count · featureCount]`, observation by observation; at least one.
    ///   - targets: `[count]`, finite.
    /// - Complexity: O(trees · parameters · count · log count).
    init(
        _ space: ModelSpace, _ rules: Rules, features: [Double], targets: [Double], using random: inout RandomSource
    ) {
        let scale = TargetScale(targets)
        let layout = TreeLayout(space)
        let sample = TreeSample(layout, features: features)
        let standardized = targets.map { scale.standardized($0) }
        self.layout = layout
        self.scale = scale
        trees = RandomForest.trees(rules, from: sample, targets: standardized, using: &random)
    }

    /// The trees alone.
    ///
    /// - Parameter targets: by row of the sample, of order one.
    static func trees(
        _ rules: Rules, from sample: TreeSample, targets: [Double], using random: inout RandomSource
    ) -> [RegressionTree] {
        (0..<rules.trees).map { _ in
            let weights =
                rules.bootstraps ? bootstrap(sample.rows, using: &random) : Array(repeating: 1, count: sample.rows)
            return TreeGrowth.tree(from: sample, targets: targets, weights: weights, rules.tree, using: &random)
        }
    }

    /// How often each observation comes in a sample with replacement that is as large.
    private static func bootstrap(_ rows: Int, using random: inout RandomSource) -> [Double] {
        var counts = [Double](repeating: 0, count: rows)
        for _ in 0..<rows { counts[random.below(rows)] += 1 }
        return counts
    }

    /// Means and standard deviations by the law of total variance: what the trees' leaves hold within and between
    /// them (Hutter et al. 2014, section 4.3).
    ///
    /// - Parameter features: `[points · featureCount]`.
    /// - Complexity: O(points · trees · log count).
    func posterior(features: [Double]) -> (means: [Double], deviations: [Double]) {
        let columns = layout.columns(of: features)
        var means = [Double](repeating: 0, count: columns.rows)
        var squares = means
        for tree in trees {
            for (row, leaf) in tree.leaves(of: columns).enumerated() {
                let mean = tree.means[Int(leaf)]
                means[row] += mean
                squares[row] += tree.variances[Int(leaf)] + mean * mean
            }
        }
        let count = Double(trees.count)
        for row in means.indices {
            means[row] /= count
            let variance = squares[row] / count - means[row] * means[row]
            squares[row] = scale.deviation(of: max(variance, 0).squareRoot())
            means[row] = scale.mean(of: means[row])
        }
        return (means, squares.map { max($0, scale.leastDeviation) })
    }
}
