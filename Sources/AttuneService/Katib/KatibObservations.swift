import AttuneCore
import AttuneProto
import AttuneStore
import Foundation
import SwiftProtobuf

/// Katib's `DBManager`: what trials reported, by name, as text.
struct KatibObservations: Sendable {
    private let store: SQLiteStore
    private let onReport: ReportListener

    /// - Parameter onReport: hears of every report, after it is durable.
    init(_ store: SQLiteStore, onReport: @escaping ReportListener = { _, _ in }) {
        self.store = store
        self.onReport = onReport
    }

    /// How many values one report may have.
    private static let mostReported = 200_000
    /// How many values one reply may have.
    private static let mostGiven = 1_000_000

    func report(
        _ request: Api_V1_Beta1_ReportObservationLogRequest, for namespace: String
    ) async throws -> Api_V1_Beta1_ReportObservationLogReply {
        let trial = try KatibObservations.trial(request.trialName)
        let logs = request.observationLog.metricLogs
        guard logs.count <= KatibObservations.mostReported else {
            throw ServiceError(
                .resourceExhausted,
                "observation_log has \(logs.count) values; a report may have \(KatibObservations.mostReported)")
        }
        // Katib passes over what has no time.
        let values = try logs.enumerated().filter { !$1.timeStamp.isEmpty }.map { index, log in
            LoggedValue(
                time: try KatibObservations.time(log.timeStamp, "observation_log.metric_logs[\(index)].time_stamp"),
                timeText: log.timeStamp, metric: log.metric.name, value: log.metric.value)
        }
        try await store.log(values, of: trial, in: namespace)
        onReport(trial, values)
        return .init()
    }

    func log(
        _ request: Api_V1_Beta1_GetObservationLogRequest, for namespace: String
    ) async throws -> Api_V1_Beta1_GetObservationLogReply {
        let most = KatibObservations.mostGiven
        let trial = try KatibObservations.trial(request.trialName)
        let metric = request.metricName.isEmpty ? nil : request.metricName
        let start = request.startTime.isEmpty ? nil : try KatibObservations.time(request.startTime, "start_time")
        let end = request.endTime.isEmpty ? nil : try KatibObservations.time(request.endTime, "end_time")
        var values = try await store.loggedValues(
            of: trial, in: namespace, metric: metric, from: start, to: end, limit: most + 1)
        if values.isEmpty {
            // A trial of a study of ours has its values in the study.
            let tenancy = namespace == Caller.defaultNamespace ? nil : namespace
            values = try await store.series(ofTrial: trial, in: tenancy).map(LoggedValue.init).filter { value in
                metric.map { $0 == value.metric } ?? true && start.map { $0 <= value.time } ?? true
                    && end.map { value.time <= $0 } ?? true
            }
        }
        guard values.count <= most else {
            throw ServiceError(
                .resourceExhausted, "there are more than \(most) values; ask for one metric, or for a shorter time")
        }
        return .with {
            $0.observationLog.metricLogs = values.map { value in
                .with {
                    $0.timeStamp = value.timeText
                    $0.metric = .with { ($0.name, $0.value) = (value.metric, value.value) }
                }
            }
        }
    }

    func delete(
        _ request: Api_V1_Beta1_DeleteObservationLogRequest, for namespace: String
    ) async throws -> Api_V1_Beta1_DeleteObservationLogReply {
        try await store.deleteLog(of: try KatibObservations.trial(request.trialName), in: namespace)
        return .init()
    }

    /// Hears what a trial has reported.
    typealias ReportListener = @Sendable (_ trial: String, _ values: [LoggedValue]) -> Void

    static func trial(_ name: String) throws(ServiceError) -> String {
        guard !name.isEmpty else { throw .refused("trial_name must be given") }
        return name
    }

    /// Seconds since 1970.
    private static func time(_ text: String, _ field: String) throws(ServiceError) -> Double {
        guard let time = RFC3339.date(text) else {
            throw .refused("\(field): found \"\(text)\"; must be a time such as 2026-01-31T12:00:00.25Z")
        }
        return time.timeIntervalSince1970
    }
}

extension LoggedValue {
    /// A value as a study has it.
    fileprivate init(_ observation: Observation) {
        self.init(
            time: observation.time.timeIntervalSince1970,
            timeText: observation.time.ISO8601Format(Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
            metric: observation.metric, value: observation.reported.text)
    }
}
