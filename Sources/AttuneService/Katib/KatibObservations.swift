import AttuneCore
import AttuneProto
import AttuneStore
import Foundation
import SwiftProtobuf

/// Katib's `DBManager`: what trials reported, by name, as text.
struct KatibObservations: Sendable {
    private let store: SQLiteStore

    init(_ store: SQLiteStore) { self.store = store }

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
        return .init()
    }

    func log(
        _ request: Api_V1_Beta1_GetObservationLogRequest, for namespace: String
    ) async throws -> Api_V1_Beta1_GetObservationLogReply {
        let most = KatibObservations.mostGiven
        let values = try await store.loggedValues(
            of: try KatibObservations.trial(request.trialName), in: namespace,
            metric: request.metricName.isEmpty ? nil : request.metricName,
            from: request.startTime.isEmpty ? nil : try KatibObservations.time(request.startTime, "start_time"),
            to: request.endTime.isEmpty ? nil : try KatibObservations.time(request.endTime, "end_time"),
            limit: most + 1)
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
