/// What is to be made small or large: one metric, or several of which none outranks another, within limits on others.
public struct Objective: Sendable, Hashable {
    public enum Direction: String, Sendable, Hashable, CaseIterable {
        case minimize, maximize

        /// Whether `a` is strictly better than `b`.
        public func prefers(_ a: Double, to b: Double) -> Bool { self == .minimize ? a < b : a > b }
        /// The value as something to be made small.
        public func loss(_ value: Double) -> Double { self == .minimize ? value : -value }
    }

    /// One metric to be made small or large.
    public struct Target: Sendable, Hashable {
        public var direction: Direction
        public var metric: String
        /// Reaching it, inclusive, is good enough.
        public var goal: Double?
        /// A value that is just not interesting any more: hypervolume is measured from there.
        public var reference: Double?

        public init(_ direction: Direction, _ metric: String, goal: Double? = nil, reference: Double? = nil) {
            self.direction = direction
            self.metric = metric
            self.goal = goal
            self.reference = reference
        }

        public func reachesGoal(_ value: Double) -> Bool {
            goal.map { value == $0 || direction.prefers(value, to: $0) } ?? false
        }
    }

    /// The first, and mostly the only one.
    public var first: Target
    /// What else is to be made small or large.
    public var others: [Target]
    /// What a trial has to keep within to be of use.
    public var constraints: [OutcomeConstraint]
    /// Also collected and shown, not optimised.
    public var additionalMetrics: [String]
    /// Which value of a metric's series counts, where it is not the one that counts anyway.
    public var strategies: [String: MetricStrategy]
    /// Whether a trial may bring a text where a number is not to be had. So it is where one trial is the whole search, and
    /// prints what it found: its experiment says so (`ArchitectureSpace.takesText`), and nobody else.
    public internal(set) var takesText = false

    /// - Parameter targets: at least one; metrics differ.
    public init(
        _ targets: [Target], constraints: [OutcomeConstraint] = [], additionalMetrics: [String] = [],
        strategies: [String: MetricStrategy] = [:]
    ) {
        precondition(!targets.isEmpty, "an objective has at least one metric")
        first = targets[0]
        others = Array(targets.dropFirst())
        self.constraints = constraints
        self.additionalMetrics = additionalMetrics
        self.strategies = [:]
        self.strategies = strategies.filter { strategy(for: $0.key) != $0.value }
    }

    public init(
        _ direction: Direction, _ metric: String, goal: Double? = nil, additionalMetrics: [String] = [],
        strategies: [String: MetricStrategy] = [:]
    ) {
        self.init(
            [Target(direction, metric, goal: goal)], additionalMetrics: additionalMetrics, strategies: strategies)
    }

    public static func minimize(_ metric: String, goal: Double? = nil, also additional: String...) -> Objective {
        Objective(.minimize, metric, goal: goal, additionalMetrics: additional)
    }

    public static func maximize(_ metric: String, goal: Double? = nil, also additional: String...) -> Objective {
        Objective(.maximize, metric, goal: goal, additionalMetrics: additional)
    }

    public var targets: [Target] { [first] + others }
    public var hasSeveralTargets: Bool { !others.isEmpty }
    public var direction: Direction { first.direction }
    public var metric: String { first.metric }
    public var goal: Double? {
        get { first.goal }
        set { first.goal = newValue }
    }

    /// All metrics to collect, those that count first, each once.
    public var metrics: [String] {
        let wanted = requiredMetrics + additionalMetrics
        return wanted.indices.filter { wanted.firstIndex(of: wanted[$0]) == $0 }.map { wanted[$0] }
    }

    /// The metrics without which a trial says nothing: of the targets and of the constraints.
    public var requiredMetrics: [String] { targets.map(\.metric) + constraints.map(\.metric) }

    /// The metrics that may be texts.
    public var textMetrics: [String] {
        guard takesText else { return [] }
        let limited = constraints.map(\.metric)
        return ([metric] + additionalMetrics).filter { !limited.contains($0) }
    }

    /// The strategy for a metric: the user's, else for a single objective the extreme in its direction, else the latest
    /// (Katib). Of several objectives the latest counts, as extremes of different moments never were one model.
    public func strategy(for name: String) -> MetricStrategy {
        strategies[name]
            ?? (name == metric && others.isEmpty ? (direction == .minimize ? .min : .max) : .latest)
    }

    /// Whether `a` is strictly better than `b` as a value of the first metric.
    public func prefers(_ a: Double, to b: Double) -> Bool { direction.prefers(a, to: b) }
}

/// A limit on a metric, inclusive: a trial beyond it is of no use, however good its objective.
public struct OutcomeConstraint: Sendable, Hashable {
    public var metric: String
    public var min: Double?
    public var max: Double?

    public init(_ metric: String, min: Double? = nil, max: Double? = nil) {
        self.metric = metric
        self.min = min
        self.max = max
    }

    /// By how much the value is beyond the limit, in its own units; 0 within.
    public func violation(_ value: Double) -> Double {
        Swift.max(0, (min ?? value) - value, value - (max ?? value))
    }
}

extension Trial {
    /// What it reached as values to be made small, by target; nil while one of them is missing.
    public func losses(of objective: Objective) -> [Double]? {
        let losses = objective.targets.compactMap { target in
            value(of: target.metric, for: objective).map { target.direction.loss($0) }
        }
        return losses.count == objective.targets.count ? losses : nil
    }

    /// By how much it exceeds each of the objective's constraints; nil while a value is missing.
    public func violations(of objective: Objective) -> [Double]? {
        let violations = objective.constraints.compactMap { constraint in
            value(of: constraint.metric, for: objective).map { constraint.violation($0) }
        }
        return violations.count == objective.constraints.count ? violations : nil
    }

    /// Whether it keeps all constraints; a value that is missing keeps none.
    public func isFeasible(for objective: Objective) -> Bool {
        violations(of: objective)?.allSatisfy { $0 == 0 } ?? false
    }

    /// Whether one trial reaches every goal there is, of which there must be one, within the constraints.
    func reachesGoals(of objective: Objective) -> Bool {
        let goals = objective.targets.filter { $0.goal != nil }
        return !goals.isEmpty && isFeasible(for: objective)
            && goals.allSatisfy { value(of: $0.metric, for: objective).map($0.reachesGoal) ?? false }
    }
}
