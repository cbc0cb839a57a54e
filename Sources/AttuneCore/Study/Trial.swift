import Foundation

/// An assignment together with what the algorithm wants remembered about it (resource level, bracket, parent).
public struct Suggestion: Sendable, Hashable {
    public var assignment: Assignment
    public var labels: [String: String]
    /// Why it was proposed; nil where the algorithm has nothing to say.
    public var explanation: Explanation?

    public init(_ assignment: Assignment, labels: [String: String] = [:], explanation: Explanation? = nil) {
        self.assignment = assignment
        self.labels = labels
        self.explanation = explanation
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
    public let suggestion: Suggestion
    public let startTime: Date
    /// From 1; more only after the infrastructure lost earlier attempts.
    public internal(set) var attempt = 1
    /// What this attempt has reported so far, in order of arrival.
    public internal(set) var observations: [Observation] = []
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

    public var assignment: Assignment { suggestion.assignment }
    public var isRunning: Bool { outcome == nil }
    /// Katib's name of the condition it is in.
    public var state: String { outcome?.name ?? "Running" }

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

    /// Why it has no value of the objective, naming what was reported instead.
    public func reasonForNoValue(of objective: Objective) -> String {
        guard let summary = metrics[objective.metric], let latest = summary.latest else {
            return "never reported \(objective.metric)"
        }
        let strategy = objective.strategy(for: objective.metric)
        guard let value = summary.value(by: strategy) else {
            return "never reported a finite value of \(objective.metric); the latest was \(latest.text)"
        }
        return "the \(strategy.rawValue) of \(objective.metric), which counts, is \(value.text)"
    }

    mutating func observe(_ observation: Observation) {
        observations.append(observation)
        metrics[observation.metric, default: MetricSummary()].add(observation)
    }

    mutating func startAgain() {
        attempt += 1
        observations = []
        metrics = [:]
    }
}
