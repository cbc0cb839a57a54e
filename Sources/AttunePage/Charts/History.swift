import AttuneCore

/// Every trial's value by its number, and the best so far.
public struct History: Sendable, Hashable {
    public let metric: String
    public let maximizes: Bool
    /// How many trials there are.
    public let total: Int
    /// The trials that are shown, by their place: trial n at n − 1.
    public let shown: [Int]
    /// Where the best improves, in the order of the trials' numbers.
    public let best: [Int]
    /// The same in the order in which trials came to their values.
    public let bestByTime: [Int]
    public var isThinned: Bool { shown.count < total }
}

extension ExperimentView {
    /// - Parameters:
    ///   - metric: one of the objective's or any other; nil for the objective's.
    ///   - points: how many trials to show, beside those that must be seen: each that was the best, the extremes, the first
    ///     and the last.
    public func history(of metric: String? = nil, points: Int = 2_000) -> History {
        let metric = metric ?? objective.metric
        let values = values(of: metric)
        let maximizes = maximizes(metric)
        let counting = counting.filter { !values[$0].isNaN }
        let standing = metric == objective.metric ? standings : values
        let best = ExperimentView.improvements(counting, standing, maximizes)
        let byTime = counting.sorted { (time(of: $0), $0) < (time(of: $1), $1) }
        let bestByTime = ExperimentView.improvements(byTime, standing, maximizes)
        let kept = best + bestByTime + extremes(of: values) + (count > 0 ? [0, count - 1] : [])
        return History(
            metric: metric, maximizes: maximizes, total: count,
            shown: Thinning(limit: points).chosen(of: count, keeping: kept), best: best, bestByTime: bestByTime)
    }

    /// When a trial came to its value: when it ended, or began where it has not.
    func time(of index: Int) -> Double { ends[index].isNaN ? starts[index] : ends[index] }

    /// Those of `trials`, in their order, that are better than all before.
    static func improvements(_ trials: [Int], _ values: [Double], _ maximizes: Bool) -> [Int] {
        var best = Double.nan
        return trials.filter { index in
            let value = values[index]
            guard best.isNaN || (maximizes ? value > best : value < best) else { return false }
            best = value
            return true
        }
    }

    private func extremes(of values: [Double]) -> [Int] {
        var (low, high): (Int?, Int?)
        for (index, value) in values.enumerated() where !value.isNaN {
            if low.map({ value < values[$0] }) ?? true { low = index }
            if high.map({ value > values[$0] }) ?? true { high = index }
        }
        return [low, high].compactMap(\.self)
    }

    public func json(of history: History) -> JSON {
        let values = values(of: history.metric)
        let standing = history.metric == objective.metric ? standings : values
        return [
            "metric": .string(history.metric), "maximize": .bool(history.maximizes), "total": .number(history.total),
            "number": numbers(history.shown), "time": .times(history.shown.map(time)),
            "value": .column(history.shown.map { values[$0] }), "state": letters(history.shown),
            "best": ["number": numbers(history.best), "value": .column(history.best.map { standing[$0] })],
            "bestByTime": [
                "time": .times(history.bestByTime.map(time)), "value": .column(history.bestByTime.map { standing[$0] }),
            ],
            "thinned": .bool(history.isThinned),
        ]
    }

    func numbers(_ indices: [Int]) -> JSON { .array(indices.map { .number($0 + 1) }) }
    func letters(_ indices: [Int]) -> JSON { .array(indices.map { .string(states[$0].letter) }) }
}
