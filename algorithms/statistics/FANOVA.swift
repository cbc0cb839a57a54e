import AttuneCore

/// Functional analysis of variance of a random forest (Hutter, Hoos & Leyton-Brown 2014, "An efficient approach for
/// assessing hyperparameter importance").
///
/// The forest models what was tried, and the variance of its mean prediction over the whole space, by the parameters'
/// own laws, is divided: into what each parameter makes by itself, what each pair makes beyond that, and the rest. Where a
/// parameter is inactive the prediction does not depend on it, so it has a share as large as the part of the space in
/// which it counts. Constraints are not looked at: the space includes what they forbid.
public struct FANOVA: Sendable, Hashable {
    public var trees = 64
    /// Of the parameters that interact, so many are looked at in pairs, those that interact most first.
    public var mostPaired = 12
    /// Of the random choices. The same seed gives the same shares, whatever the order of the space's parameters.
    public var seed: UInt64

    public init(seed: UInt64 = 0) { self.seed = seed }

    /// How many points the forest's variance is averaged over; a power of two.
    var points = 4_096
    /// Leaves are as small as can be up to so many trials, and grow with the trials beyond.
    private static let mostLeaves = 1_000

    /// The shares of the variance.
    ///
    /// - Parameters:
    ///   - assignments: of the space.
    ///   - values: what came of each, finite.
    /// - Throws: `AttuneError` when there are fewer than ten, or all values are equal, or no parameter explains them.
    /// - Complexity: O(trees · parameters · trials · log trials), and for pairs O(trees · trials) each.
    public func importance(
        in space: SearchSpace, of assignments: [Assignment], values: [Double]
    ) throws(AttuneError) -> Importance {
        precondition(trees > 0 && points > 0, "a forest has trees, and an average points")
        let sample = try ImportanceSample(space, assignments, values)
        let cells = CellSpace(space)
        var random = RandomSource(seed: seed)
        let forest = self.forest(cells, sample, using: &random)
        let boxes = BoxSum(forest, cells)
        let marginals = Marginals(cells, of: boxes)
        let spread = ForestVariance(of: forest, cells, points: points, using: &random)
        let variances = Variances(marginals, boxes, spread, pairs: pairs(marginals, spread))
        // Targets have the variance one.
        guard variances.total > 1e-12 else {
            throw AttuneError("none of the parameters explains why the \(values.count) values differ")
        }
        return variances.importance(cells, trials: values.count, order: space.names)
    }

    private func forest(
        _ cells: CellSpace, _ sample: ImportanceSample, using random: inout RandomSource
    ) -> [RegressionTree] {
        let columns = cells.columns(of: sample.assignments.map { cells.cells(of: $0) })
        let scale = TargetScale(sample.values)
        let rules = RandomForest.Rules(
            trees: trees, bootstraps: true,
            tree: TreeRules(leastInLeaf: max(1, sample.values.count / FANOVA.mostLeaves)))
        return RandomForest.trees(
            rules, from: TreeSample(columns, choices: cells.choices),
            targets: sample.values.map { scale.standardized($0) }, using: &random)
    }

    /// Pairs of those parameters that interact most.
    private func pairs(_ marginals: Marginals, _ spread: ForestVariance) -> [(Int, Int)] {
        let excess = spread.withInteractions.enumerated().map { ($1 - marginals.variance(of: $0), $0) }
        let chosen = excess.sorted { ($1.0, $0.1) < ($0.0, $1.1) }.prefix(mostPaired).map(\.1).sorted()
        return chosen.indices.flatMap { first in chosen[(first + 1)...].map { (chosen[first], $0) } }
    }
}

/// What makes a forest's variance.
private struct Variances {
    let total: Double
    private let single: [Double]
    private let withInteractions: [Double]
    private let pairs: [(first: Int, second: Int, variance: Double)]

    init(_ marginals: Marginals, _ boxes: BoxSum, _ spread: ForestVariance, pairs: [(Int, Int)]) {
        let single = spread.withInteractions.indices.map { marginals.variance(of: $0) }
        let joint = pairs.map { ($0, $1, marginals.interaction($0, $1, joint: boxes.marginal($0, $1))) }
        self.single = single
        self.pairs = joint
        // Single and pairwise variances are exact, the others averages, which chance may bring below their parts.
        total = max(spread.total, single.reduce(0, +) + joint.reduce(0) { $0 + $1.2 })
        withInteractions = single.indices.map { axis in
            let parts = joint.filter { $0.0 == axis || $0.1 == axis }.reduce(single[axis]) { $0 + $1.2 }
            return max(spread.withInteractions[axis], parts)
        }
    }

    func importance(_ space: CellSpace, trials: Int, order: [String]) -> Importance {
        let axes = order.map { name in space.axes.firstIndex { $0.name == name } ?? 0 }
        let parameters = axes.map { axis in
            ParameterImportance(
                name: space.axes[axis].name, share: single[axis] / total, total: min(withInteractions[axis] / total, 1))
        }
        return Importance(
            method: .fanova, trials: trials, parameters: parameters, interactions: interactions(space, order))
    }

    private func interactions(_ space: CellSpace, _ order: [String]) -> [ParameterInteraction] {
        let places = Dictionary(uniqueKeysWithValues: zip(order, order.indices))
        func place(_ axis: Int) -> Int { places[space.axes[axis].name] ?? 0 }
        let sorted = pairs.sorted { ($1.variance, $0.first, $0.second) < ($0.variance, $1.first, $1.second) }
        return sorted.map { pair in
            let (first, second) =
                place(pair.first) < place(pair.second) ? (pair.first, pair.second) : (pair.second, pair.first)
            return ParameterInteraction(
                first: space.axes[first].name, second: space.axes[second].name, share: pair.variance / total)
        }
    }
}
