import AttuneCore
import Foundation
import GRDB

/// A trial as lists and pages show it: all but the series it reported.
public struct TrialRow: Sendable, Hashable {
    /// A reported series in three numbers, as `MetricSummary` has them.
    public struct Metric: Sendable, Hashable {
        /// Nil also where the latest value is a text.
        public var latest: Double?
        /// The latest value, where it is a text.
        public var text: String?
        public var min: Double?
        public var max: Double?

        public init(latest: Double?, min: Double?, max: Double?, text: String? = nil) {
            self.latest = latest
            self.text = text
            self.min = min
            self.max = max
        }

        /// The latest value, whatever it is.
        public var reported: ReportedValue? { text.map { .text($0) } ?? latest.map { .number($0) } }
    }

    public let number: Trial.Number
    public let name: String
    /// Nil while it runs or rests.
    public let outcome: Outcome?
    /// Whether it rests at its level and may go on.
    public let isPaused: Bool
    /// Units of resource it may use in all; nil for as many as it likes.
    public let resource: Int?
    /// The trial with whose checkpoints it began.
    public let parent: Trial.Number?
    /// The objective by its strategy; nil when nothing usable was reported.
    public let value: Double?
    public let attempt: Int
    public let startTime: Date
    public let endTime: Date?
    /// An object of the active parameters, in the space's order.
    public var assignment: JSON
    /// What the algorithm wants remembered.
    public let labels: [String: String]
    /// Why the algorithm proposed it; nil where it did not say.
    public let explanation: Explanation?
    public let metrics: [String: Metric]

    /// What another store says of a trial of its own.
    public init(
        number: Trial.Number, name: String, outcome: Outcome?, isPaused: Bool, suggestion: Suggestion,
        assignment: JSON, value: Double?, attempt: Int, startTime: Date, endTime: Date?, metrics: [String: Metric]
    ) {
        self.number = number
        self.name = name
        self.outcome = outcome
        self.isPaused = isPaused
        resource = suggestion.resource
        parent = suggestion.parent
        self.value = value
        self.attempt = attempt
        self.startTime = startTime
        self.endTime = endTime
        self.assignment = assignment
        labels = suggestion.labels
        explanation = suggestion.explanation
        self.metrics = metrics
    }

    /// What it brought of the objective, whose metric is given: a number, or a text in its place.
    public func reported(of metric: String) -> ReportedValue? {
        value.map { .number($0) } ?? metrics[metric]?.text.map { .text($0) }
    }

    /// Katib's name of the condition it is in, or `Paused`.
    public var state: String { outcome?.name ?? (isPaused ? TrialRow.paused : TrialRow.running) }
    static let running = "Running"
    static let paused = "Paused"
}

extension TrialRow {
    /// - Parameter row: of the table `trial`.
    init(row: Row, of experiment: Experiment.ID) throws {
        number = row["number"]
        name = "\(experiment.split(separator: "/").last ?? "")-\(number)"
        outcome = Outcome(name: row["state"], reason: row["reason"])
        isPaused = row["state"] == TrialRow.paused
        resource = row["resource"]
        parent = row["parent"]
        value = row["value"]
        attempt = row["attempt"]
        startTime = Date(timeIntervalSince1970: row["startedAt"])
        endTime = (row["endedAt"] as Double?).map { Date(timeIntervalSince1970: $0) }
        assignment = try JSON(parsing: row["assignment"])
        labels = (try JSON(parsing: row["labels"]).object ?? [:]).reduce(into: [:]) { $0[$1.key] = $1.value.string }
        explanation = try (row["why"] as String?).flatMap { Explanation(json: try JSON(parsing: $0)) }
        metrics = (try JSON(parsing: row["metrics"]).object ?? [:]).reduce(into: [:]) {
            $0[$1.key] = Metric(json: $1.value)
        }
    }
}

extension TrialRow.Metric {
    public init(_ summary: MetricSummary) {
        self.init(latest: summary.latest, min: summary.min, max: summary.max, text: summary.text)
    }

    init(json: JSON) {
        self.init(
            latest: json["latest"]?.double, min: json["min"]?.double, max: json["max"]?.double,
            text: json["text"]?.string)
    }

    /// The members that are there.
    public var json: JSON {
        var fields = JSON.Fields()
        fields["latest"] = latest.map { .number($0) }
        fields["min"] = min.map { .number($0) }
        fields["max"] = max.map { .number($0) }
        fields["text"] = text.map { .string($0) }
        return .object(fields)
    }
}
