import AttuneCore

/// The share of trials that came to at most a value.
public struct EmpiricalDistribution: Sendable, Hashable {
    /// Ascending.
    public let values: [Double]
    /// Of all trials those with at most that value, the last 1.
    public let shares: [Double]

    /// - Parameter points: how many steps to keep: the smallest, the largest, and others at even shares.
    public init(_ values: [Double], points: Int = 500) {
        let sorted = values.sorted()
        // Of equal values the last says how many there are.
        let steps = sorted.indices.filter { $0 + 1 == sorted.count || sorted[$0] != sorted[$0 + 1] }
        let kept = Curve.places(steps.count, atMost: max(2, points)).map { steps[$0] }
        self.values = kept.map { sorted[$0] }
        shares = kept.map { Double($0 + 1) / Double(sorted.count) }
    }
}

extension ExperimentView {
    /// Of the trials that count for the best.
    public func distribution(of metric: String? = nil, points: Int = 500) -> EmpiricalDistribution {
        let metric = metric ?? objective.metric
        let column = metric == objective.metric ? standings : values(of: metric)
        return EmpiricalDistribution(counting.map { column[$0] }.filter { !$0.isNaN }, points: points)
    }

    public func distributionJSON(of metric: String? = nil, points: Int = 500) -> JSON {
        let metric = metric ?? objective.metric
        let distribution = distribution(of: metric, points: points)
        return [
            "metric": .string(metric), "maximize": .bool(maximizes(metric)), "trials": .number(counting.count),
            "value": .plotted(distribution.values), "share": .plotted(distribution.shares),
        ]
    }
}
