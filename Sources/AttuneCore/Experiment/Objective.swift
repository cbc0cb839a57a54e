/// What is to be made small or large.
public struct Objective: Sendable, Hashable {
    public enum Direction: String, Sendable, Hashable, CaseIterable { case minimize, maximize }

    public var direction: Direction
    public var metric: String
    /// Reaching it, inclusive, ends the experiment.
    public var goal: Double?
    /// Also collected and shown, not optimised.
    public var additionalMetrics: [String]
    /// Which value of a metric's series counts, where it is not the one that counts anyway.
    public var strategies: [String: MetricStrategy]

    public init(
        _ direction: Direction, _ metric: String, goal: Double? = nil, additionalMetrics: [String] = [],
        strategies: [String: MetricStrategy] = [:]
    ) {
        self.direction = direction
        self.metric = metric
        self.goal = goal
        self.additionalMetrics = additionalMetrics
        self.strategies = [:]
        self.strategies = strategies.filter { strategy(for: $0.key) != $0.value }
    }

    public static func minimize(_ metric: String, goal: Double? = nil, also additional: String...) -> Objective {
        Objective(.minimize, metric, goal: goal, additionalMetrics: additional)
    }

    public static func maximize(_ metric: String, goal: Double? = nil, also additional: String...) -> Objective {
        Objective(.maximize, metric, goal: goal, additionalMetrics: additional)
    }

    /// All metrics to collect, the objective first.
    public var metrics: [String] { [metric] + additionalMetrics }

    /// The strategy for a metric: the user's, else for the objective the extreme in its direction, else the latest (Katib).
    public func strategy(for name: String) -> MetricStrategy {
        strategies[name] ?? (name == metric ? (direction == .minimize ? .min : .max) : .latest)
    }

    /// Whether `a` is strictly better than `b`.
    public func prefers(_ a: Double, to b: Double) -> Bool { direction == .minimize ? a < b : a > b }

    public func reachesGoal(_ value: Double) -> Bool {
        goal.map { value == $0 || prefers(value, to: $0) } ?? false
    }
}
