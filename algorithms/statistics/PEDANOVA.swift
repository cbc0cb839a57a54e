import AttuneCore

/// How differently the best trials and all trials lie along each parameter (Watanabe, Bansal & Hutter 2023, "PED-ANOVA:
/// Efficiently quantifying hyperparameter importance in arbitrary subspaces").
///
/// For each parameter, by itself, the Pearson divergence of the density of the best trials from that of the baseline's,
/// both by kernels on the scale of the parameter's own law, less what chance alone would give. Only the
/// order of the values counts. It tells what makes a trial one of the best, where `FANOVA` tells what makes any
/// difference, and suits trials that a search has gathered somewhere, as these are the baseline.
///
/// A conditional parameter is judged among the trials in which it was active, and counts by α² / β, where it was active
/// in the share α of the best and β of the baseline: what its divergence adds to that of all parameters together
/// ("Conditional PED-ANOVA", 2026, arXiv:2601.20800, theorem 4.2).
public struct PEDANOVA: Sendable, Hashable {
    /// The share of the trials that are the best, in (0, 1).
    public var best = 0.1
    /// The share of the trials, from the best on, that those are held against: 1 is all, less a neighbourhood of the
    /// best. Greater than `best`.
    public var baseline = 1.0

    public init(best: Double = 0.1, baseline: Double = 1) {
        precondition(0 < best && best < baseline && baseline <= 1, "shares lie in 0 < best < baseline ≤ 1")
        self.best = best
        self.baseline = baseline
    }

    /// Fewer say too little about where the best are.
    private static let leastBest = 5

    /// The parameters' shares of the sum of all their divergences.
    ///
    /// All shares are 0 where no parameter tells the best trials from others better than chance would.
    ///
    /// - Parameters:
    ///   - assignments: of the space.
    ///   - values: what came of each, finite.
    ///   - direction: which values are good.
    /// - Throws: `AttuneError` when there are fewer than ten, or all values are equal.
    /// - Complexity: O(trials · log trials + parameters · (trials + 64²)).
    public func importance(
        in space: SearchSpace, of assignments: [Assignment], values: [Double], _ direction: Objective.Direction
    ) throws(AttuneError) -> Importance {
        let sample = try ImportanceSample(space, assignments, values)
        let values = direction == .minimize ? sample.values : sample.values.map { -$0 }
        let (best, baseline) = self.groups(values)
        let cells = CellSpace(space)
        let rows = assignments.map { cells.cells(of: $0) }
        let divergences = cells.axes.indices.map { axis in
            let all = baseline.map { rows[$0][axis] }.filter { $0 != CellSpace.inactive }
            let chosen = best.map { rows[$0][axis] }.filter { $0 != CellSpace.inactive }
            let (α, β) = (chosen.share(of: best), all.share(of: baseline))
            return α > 0 ? α * α / β * AxisDivergence(cells.axes[axis], of: chosen, among: all).beyondChance : 0
        }
        let sum = divergences.reduce(0, +)
        let shares = Dictionary(uniqueKeysWithValues: zip(cells.axes.map(\.name), divergences))
        let parameters = space.names.map { name in
            ParameterImportance(name: name, share: sum > 0 ? (shares[name] ?? 0) / sum : 0)
        }
        return Importance(method: .pedAnova, trials: values.count, parameters: parameters, interactions: [])
    }

    /// The best trials, and the baseline, of which they are a part but not all.
    ///
    /// Equal values are in or out together. Where the best would be the whole baseline they are those before its worst,
    /// and where that is none the baseline has the next worse ones too.
    ///
    /// - Parameter values: less is better.
    private func groups(_ values: [Double]) -> (best: [Int], baseline: [Int]) {
        let sorted = values.sorted()
        func value(atShare share: Double, least: Int) -> Double {
            sorted[min(max(Int((share * Double(sorted.count)).rounded(.up)), least), sorted.count) - 1]
        }
        var end = value(atShare: baseline, least: 2 * PEDANOVA.leastBest)
        var bound = value(atShare: best, least: PEDANOVA.leastBest)
        if bound == end, let before = sorted.last(where: { $0 < end }) { bound = before }
        if bound == end, let next = sorted.first(where: { $0 > end }) { end = next }
        return (values.indices.filter { values[$0] <= bound }, values.indices.filter { values[$0] <= end })
    }
}

extension [Int] {
    fileprivate func share(of others: [Int]) -> Double { Double(count) / Double(others.count) }
}
