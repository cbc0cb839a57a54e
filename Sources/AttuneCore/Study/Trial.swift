import Foundation

/// An assignment together with what the algorithm wants done and remembered with it.
public struct Suggestion: Sendable, Hashable {
    public var assignment: Assignment
    /// Units of resource (epochs, mostly) that the trial may use in all; nil for as many as it likes.
    public var resource: Int?
    /// The trial with whose checkpoints it begins.
    public var parent: Trial.Number?
    /// What the algorithm wants remembered (bracket, generation).
    public var labels: [String: String]
    /// Why it was proposed; nil where the algorithm has nothing to say.
    public var explanation: Explanation?

    public init(
        _ assignment: Assignment, resource: Int? = nil, parent: Trial.Number? = nil, labels: [String: String] = [:],
        explanation: Explanation? = nil
    ) {
        self.assignment = assignment
        self.resource = resource
        self.parent = parent
        self.labels = labels
        self.explanation = explanation
    }

    /// Whether the same would be tried, whatever the reasons given for it.
    func isSame(as other: Suggestion) -> Bool {
        assignment == other.assignment && resource == other.resource && parent == other.parent
            && labels == other.labels
    }
}

/// How a trial ended.
public enum Outcome: Sendable, Hashable {
    case succeeded
    /// The stopping rule judged it hopeless.
    case earlyStopped
    /// The program failed, or the infrastructure lost it for good.
    case failed(String)
    /// Someone, or the end of the experiment, stopped it.
    case killed(String)
    /// It ended well but never reported a usable objective; the reason shows what it printed instead.
    case metricsUnavailable(String)

    /// Katib's name of the condition.
    public var name: String {
        switch self {
        case .succeeded: "Succeeded"
        case .earlyStopped: "EarlyStopped"
        case .failed: "Failed"
        case .killed: "Killed"
        case .metricsUnavailable: "MetricsUnavailable"
        }
    }

    public var reason: String? {
        switch self {
        case .succeeded, .earlyStopped: nil
        case .failed(let reason), .killed(let reason), .metricsUnavailable(let reason): reason
        }
    }
}

/// A suggestion being tried.
public struct Trial: Sendable, Hashable {
    /// From 1, in the order in which trials were proposed.
    public typealias Number = Int

    public let number: Number
    /// `<experiment>-<number>`: the same however often it is started, so that the outside world can tell.
    public let name: String
    /// As it stands now: going on raises its resource.
    public internal(set) var suggestion: Suggestion
    public let startTime: Date
    /// From 1; more after the infrastructure lost earlier attempts, or when the trial went on from a rest.
    public internal(set) var attempt = 1
    /// How many attempts the infrastructure lost.
    public internal(set) var losses = 0
    /// What was reported so far, in order of arrival, but by attempts that were lost.
    public internal(set) var observations: [Observation] = []
    /// How many of the observations were there when this attempt began.
    public internal(set) var earlierObservations = 0
    /// Units of resource that it had used when this attempt began.
    public internal(set) var earlierResource = 0
    /// What it had reached when it last came to rest or succeeded, losses by target; nil before, and where it broke a
    /// constraint.
    public internal(set) var standing: [Double]?
    /// When it came to rest at its level; nil while it runs and after it has ended.
    public internal(set) var restTime: Date?
    /// The reported series of each metric in three numbers.
    public internal(set) var metrics: [String: MetricSummary] = [:]
    /// Nil while it runs.
    public internal(set) var outcome: Outcome?
    public internal(set) var endTime: Date?

    public init(number: Number, name: String, suggestion: Suggestion, startTime: Date) {
        self.number = number
        self.name = name
        self.suggestion = suggestion
        self.startTime = startTime
    }

    /// A trial that has come to a further attempt, which has reported nothing yet.
    public init(number: Number, name: String, suggestion: Suggestion, startTime: Date, attempt: Int) {
        self.init(number: number, name: name, suggestion: suggestion, startTime: startTime)
        self.attempt = attempt
    }

    public var assignment: Assignment { suggestion.assignment }
    public var isRunning: Bool { outcome == nil && restTime == nil }
    /// Whether it rests at its level and may go on.
    public var isPaused: Bool { restTime != nil }
    /// Katib's name of the condition it is in, or `Paused`.
    public var state: String { outcome?.name ?? (isPaused ? "Paused" : "Running") }
    /// What the present attempt has reported.
    public var attemptObservations: ArraySlice<Observation> { observations[earlierObservations...] }

    /// Units of resource used so far, as the reports of a metric show: its latest step, or how often it was reported
    /// where steps count from 0 or were not given.
    public func resourceUsed(reporting metric: String) -> Int {
        if isPaused || outcome == .succeeded, let resource = suggestion.resource { return resource }
        let reports = attemptObservations.lazy.filter { $0.metric == metric }
        return reports.reduce((count: 0, used: earlierResource)) { sofar, report in
            (sofar.count + 1, max(sofar.used, report.step, sofar.count + 1))
        }.used
    }

    /// The value of `parameter`; nil where it is inactive.
    public subscript<Value>(optional parameter: Parameter<Value>) -> Value? {
        assignment[parameter.name].flatMap { Value($0) }
    }

    /// The value of `parameter`.
    ///
    /// - Precondition: the parameter is one of the experiment's and active in this trial.
    public subscript<Value>(parameter: Parameter<Value>) -> Value {
        guard let value = self[optional: parameter] else {
            preconditionFailure("'\(parameter.name)' has no value of type \(Value.self) in trial \(name)")
        }
        return value
    }

    /// The single number the objective's strategy makes of what was reported; nil when nothing was, or that number is
    /// NaN or infinite. No algorithm ever sees one that is not finite.
    public func value(of objective: Objective) -> Double? { value(of: objective.metric, for: objective) }

    /// The same for any of the objective's metrics.
    public func value(of metric: String, for objective: Objective) -> Double? {
        metrics[metric]?.value(by: objective.strategy(for: metric)).flatMap { $0.isFinite ? $0 : nil }
    }

    /// What it brought of the objective: the number that counts, or where there is none and the objective takes one, the
    /// latest text.
    public func reported(of objective: Objective) -> ReportedValue? {
        value(of: objective).map { .number($0) } ?? text(of: objective).map { .text($0) }
    }

    /// The text that it brought in place of a number; nil where the objective takes none.
    public func text(of objective: Objective) -> String? {
        objective.takesText && value(of: objective) == nil ? metrics[objective.metric]?.text : nil
    }

    /// How it ends when nothing else ends it: whether it brought what counts.
    public func outcome(by objective: Objective) -> Outcome {
        hasValues(of: objective) ? .succeeded : .metricsUnavailable(reasonForNoValue(of: objective))
    }

    /// Whether it has a value of every metric that counts.
    public func hasValues(of objective: Objective) -> Bool { missingMetric(of: objective) == nil }

    private func missingMetric(of objective: Objective) -> String? {
        let hasText = text(of: objective) != nil
        return objective.requiredMetrics.first { metric in
            value(of: metric, for: objective) == nil && !(hasText && metric == objective.metric)
        }
    }

    /// Why it has no value of a metric that counts, naming what was reported instead.
    public func reasonForNoValue(of objective: Objective) -> String {
        let metric = missingMetric(of: objective) ?? objective.metric
        guard let summary = metrics[metric], summary.count > 0 else { return "never reported \(metric)" }
        let strategy = objective.strategy(for: metric)
        guard let value = summary.value(by: strategy) else {
            return "never reported a finite value of \(metric); the latest was \(summary.latest?.text ?? "a text")"
        }
        return "the \(strategy.rawValue) of \(metric), which counts, is \(value.text)"
    }

    mutating func observe(_ observation: Observation) {
        observations.append(observation)
        metrics[observation.metric, default: MetricSummary()].add(observation)
    }

    /// Begins the attempt again that was lost, with nothing of what it reported.
    mutating func startAgain() {
        attempt += 1
        losses += 1
        observations.removeSubrange(earlierObservations...)
        metrics = [:]
        for observation in observations { metrics[observation.metric, default: MetricSummary()].add(observation) }
    }

    /// Goes on from its rest, up to a higher level.
    mutating func goOn(_ assignment: Assignment, to level: Int) {
        attempt += 1
        restTime = nil
        earlierResource = suggestion.resource ?? 0
        earlierObservations = observations.count
        suggestion.assignment = assignment
        suggestion.resource = level
    }
}
