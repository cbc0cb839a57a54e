import AttuneCore
import Foundation
import GRDB

/// An experiment in one line of a list: where it stands, how many trials, the best so far.
public struct ExperimentSummary: Sendable, Hashable {
    public struct Best: Sendable, Hashable {
        public var number: Trial.Number
        /// A text where the objective takes one, and no trial brought a number.
        public var value: ReportedValue

        public init(number: Trial.Number, value: ReportedValue) {
            self.number = number
            self.value = value
        }
    }

    /// The name, after the namespace it lives in where that is not the default one.
    public let id: Experiment.ID
    public let createdAt: Date
    /// The objective's metric.
    public let metric: String
    public let direction: Objective.Direction
    public internal(set) var maxTrials: Int?
    public internal(set) var status: Study.Status
    public internal(set) var counts: Study.Counts
    /// How many trials of other experiments it began with.
    public internal(set) var priorTrials: Int
    /// As `Study.best`: the earliest among equals; nil where there are several objectives.
    public internal(set) var best: Best?
    /// How many events its log has.
    public internal(set) var events: Int
    /// The living process that runs it, such as `process 4711 on host`.
    public internal(set) var holder: String?

    /// What another store says of an experiment of its own.
    public init(
        id: Experiment.ID, createdAt: Date, metric: String, direction: Objective.Direction, maxTrials: Int?,
        status: Study.Status, counts: Study.Counts, priorTrials: Int, best: Best?, events: Int
    ) {
        self.id = id
        self.createdAt = createdAt
        self.metric = metric
        self.direction = direction
        self.maxTrials = maxTrials
        self.status = status
        self.counts = counts
        self.priorTrials = priorTrials
        self.best = best
        self.events = events
    }
}

extension ExperimentSummary {
    /// The column `bestMetrics`, for queries of the table `experiment`: what the best trial reported, where that is no number.
    static let bestMetrics = """
        CASE WHEN bestValue IS NULL THEN
            (SELECT metrics FROM trial WHERE trial.experiment = experiment.id AND number = bestTrial) END AS bestMetrics
        """

    /// - Parameter row: of the table `experiment`, with `bestMetrics` where the best matters.
    init(row: Row) throws {
        id = row["name"]
        events = row["events"]
        createdAt = Date(timeIntervalSince1970: row["createdAt"])
        metric = row["metric"]
        guard let direction = Objective.Direction(rawValue: row["direction"]),
            let status = Study.Status(word: row["status"], message: row["message"])
        else { throw AttuneError("the store has no readable state of \(row["name"] as String); it is damaged") }
        self.direction = direction
        self.status = status
        maxTrials = row["maxTrials"]
        priorTrials = row["imported"]
        counts = Study.Counts()
        counts.running = row["running"]
        counts.paused = row["paused"]
        counts.succeeded = row["succeeded"]
        counts.failed = row["failed"]
        counts.killed = row["killed"]
        counts.earlyStopped = row["earlyStopped"]
        counts.metricsUnavailable = row["metricsUnavailable"]
        if let number: Int = row["bestTrial"] {
            best = try ExperimentSummary.value(row, of: metric).map { Best(number: number, value: $0) }
        }
    }

    private static func value(_ row: Row, of metric: String) throws -> ReportedValue? {
        if let value: Double = row["bestValue"] { return .number(value) }
        guard let metrics: String = row["bestMetrics"] else { return nil }
        return try JSON(parsing: metrics)[metric]?["text"]?.string.map { .text($0) }
    }

    public var name: String { id.split(separator: "/").last.map(String.init) ?? id }
    var nextNumber: Trial.Number { counts.total + 1 }
}

extension Study.Status {
    /// `running`, `stopped`, or the reason of the finish.
    var word: String {
        switch self {
        case .running: "running"
        case .stopped: "stopped"
        case .finished(let finish): finish.reason
        }
    }

    var message: String? {
        if case .finished(.failed(let message)) = self { message } else { nil }
    }

    init?(word: String, message: String?) {
        switch word {
        case "running": self = .running
        case "stopped": self = .stopped
        default:
            guard let finish = Finish(reason: word, message: message) else { return nil }
            self = .finished(finish)
        }
    }
}
