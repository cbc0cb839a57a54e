import AttuneCore
import AttuneStore
import Foundation

/// An experiment in a line of the list.
public struct ExperimentCard: Sendable {
    public let summary: ExperimentSummary
    public let namespace: String
    public let experiment: Experiment
    /// The best so far, a few values.
    public let spark: [Double]

    public init(_ summary: ExperimentSummary, namespace: String, _ experiment: Experiment, spark: [Double]) {
        self.summary = summary
        self.namespace = namespace
        self.experiment = experiment
        self.spark = spark
    }

    public var json: JSON { .object(fields) }

    var fields: JSON.Fields {
        [
            "name": .string(summary.name), "namespace": .string(namespace),
            "state": .string(summary.status.pageWord), "reason": .page(summary.status.reason),
            "message": .page(summary.status.pageMessage), "created": .pageTime(summary.createdAt.timeIntervalSince1970),
            "counts": summary.counts.pageJSON, "maxTrials": .page(summary.maxTrials), "metric": .string(summary.metric),
            "maximize": .bool(summary.direction == .maximize),
            "objectives": .number(experiment.objective.targets.count),
            "best": summary.best.map { ["number": .number($0.number), "value": .page($0.value.shortened)] } ?? .null,
            "algorithm": .string(experiment.algorithm.name), "holder": .page(summary.holder),
            "events": .number(summary.events), "spark": .plotted(spark),
        ]
    }

    /// The best so far at even distances among so many trials.
    ///
    /// - Parameters:
    ///   - standings: of the trials that count, by number.
    ///   - total: how many trials there are.
    public static func spark(
        _ standings: [(number: Int, value: Double)], of total: Int, _ direction: Objective.Direction, points: Int = 40
    ) -> [Double] {
        guard let first = standings.first else { return [] }
        var best = first.value
        var next = 0
        let count = min(points, max(total, 1))
        return (1...count).compactMap { step in
            let end = step * total / count
            while next < standings.count, standings[next].number <= end {
                if direction.prefers(standings[next].value, to: best) { best = standings[next].value }
                next += 1
            }
            return next == 0 ? nil : best
        }
    }
}

extension Study.Status {
    /// As the page says it.
    public var pageWord: String {
        switch self {
        case .running: "Running"
        case .stopped: "Suspended"
        case .finished(let finish): finish.isFailure ? "Failed" : "Succeeded"
        }
    }

    var reason: String? { if case .finished(let finish) = self { finish.reason } else { nil } }
    var pageMessage: String? { if case .finished(let finish) = self { finish.message } else { nil } }
}

extension Study.Counts {
    public var pageJSON: JSON {
        [
            "running": .number(running), "paused": .number(paused), "succeeded": .number(succeeded),
            "failed": .number(failed), "killed": .number(killed), "earlyStopped": .number(earlyStopped),
            "metricsUnavailable": .number(metricsUnavailable),
        ]
    }
}
