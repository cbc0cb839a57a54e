import AttuneAlgorithms
import AttuneCore
import AttuneProto
import AttuneStore
import SwiftProtobuf
import Testing

@testable import AttuneService

struct KatibObservationTests {
    private let store: TemporaryStore
    private let methods: KatibMethods

    init() throws {
        store = try TemporaryStore()
        methods = KatibMethods(store)
    }

    private typealias Log = (time: String, metric: String, value: String)

    private func report(_ trial: String, _ logs: [Log], in namespace: String = "default") async throws {
        let _: Api_V1_Beta1_ReportObservationLogReply = try await methods.call(
            "DBManager", "ReportObservationLog",
            Api_V1_Beta1_ReportObservationLogRequest.with {
                $0.trialName = trial
                $0.observationLog.metricLogs = logs.map { log in
                    .with {
                        $0.timeStamp = log.time
                        $0.metric = .with { ($0.name, $0.value) = (log.metric, log.value) }
                    }
                }
            }, in: namespace)
    }

    private func values(
        _ trial: String, _ metric: String = "", from start: String = "", to end: String = "",
        in namespace: String = "default"
    ) async throws -> [String] {
        let reply: Api_V1_Beta1_GetObservationLogReply = try await methods.call(
            "DBManager", "GetObservationLog",
            Api_V1_Beta1_GetObservationLogRequest.with {
                ($0.trialName, $0.metricName, $0.startTime, $0.endTime) = (trial, metric, start, end)
            }, in: namespace)
        return reply.observationLog.metricLogs.map { "\($0.timeStamp) \($0.metric.name)=\($0.metric.value)" }
    }

    private let early = "2026-06-22T08:00:00.123456Z"
    private let late = "2026-06-22T12:00:00+02:00"

    @Test func `a log comes back by time, as it was written`() async throws {
        try await report("t", [(late, "loss", "0.1"), (early, "loss", "unavailable"), (early, "accuracy", "0.9")])
        #expect(
            try await values("t") == ["\(early) loss=unavailable", "\(early) accuracy=0.9", "\(late) loss=0.1"])
        #expect(try await values("t", "loss") == ["\(early) loss=unavailable", "\(late) loss=0.1"])
        #expect(try await values("t", from: "2026-06-22T10:00:00Z") == ["\(late) loss=0.1"])
        #expect(try await values("t", to: "2026-06-22T09:59:59Z").count == 2)
    }

    @Test func `a report that is made again is kept once, where its times are exact enough to tell`() async throws {
        for _ in 0..<2 { try await report("t", [(early, "loss", "1"), (early, "accuracy", "0.5")]) }
        #expect(try await values("t") == ["\(early) loss=1", "\(early) accuracy=0.5"])
        try await report("t", [(early, "loss", "1"), (early, "loss", "2")])
        #expect(try await values("t", "loss").count == 3)
        try await report("other", [(early, "loss", "1")])
        #expect(try await values("other").count == 1)
        for _ in 0..<2 { try await report("coarse", [(late, "loss", "1")]) }
        #expect(try await values("coarse").count == 2)
    }

    @Test func `values without a time of day keep their order`() async throws {
        let never = "0001-01-01T00:00:00Z"
        try await report("t", (0..<5).map { (never, "loss", "\($0)") })
        #expect(try await values("t") == (0..<5).map { "\(never) loss=\($0)" })
    }

    @Test func `namespaces do not see one another's logs`() async throws {
        try await report("t", [(early, "loss", "1")], in: "one")
        #expect(try await values("t", in: "two").isEmpty)
        let _: Api_V1_Beta1_DeleteObservationLogReply = try await methods.call(
            "DBManager", "DeleteObservationLog",
            Api_V1_Beta1_DeleteObservationLogRequest.with { $0.trialName = "t" }, in: "two")
        #expect(try await values("t", in: "one").count == 1)
    }

    @Test func `a deleted log is gone`() async throws {
        try await report("t", [(early, "loss", "1")])
        let _: Api_V1_Beta1_DeleteObservationLogReply = try await methods.call(
            "DBManager", "DeleteObservationLog",
            Api_V1_Beta1_DeleteObservationLogRequest.with { $0.trialName = "t" })
        #expect(try await values("t").isEmpty)
    }

    @Test func `a time that is none is refused, one that is missing passed over`() async throws {
        await #expect(throws: ServiceError.self) { try await report("t", [("yesterday", "loss", "1")]) }
        await #expect(throws: ServiceError.self) { try await report("", [(early, "loss", "1")]) }
        try await report("t", [("", "loss", "1")])
        #expect(try await values("t").isEmpty)
    }

    @Test func `a report of too many values is refused`() async throws {
        let logs = [Log](repeating: (early, "loss", "1"), count: 200_001)
        let error = await #expect(throws: ServiceError.self) { try await report("t", logs) }
        #expect(error?.code == .resourceExhausted)
    }

    // MARK: Early stopping

    private func rules(
        _ rule: String, _ settings: [(String, String)], _ trials: [String],
        _ type: Api_V1_Beta1_ObjectiveType = .minimize
    ) async throws -> [Api_V1_Beta1_EarlyStoppingRule] {
        let reply: Api_V1_Beta1_GetEarlyStoppingRulesReply = try await methods.call(
            "EarlyStopping", "GetEarlyStoppingRules",
            Api_V1_Beta1_GetEarlyStoppingRulesRequest.with {
                $0.experiment = .sample("random")
                $0.experiment.spec.objective.type = type
                $0.experiment.spec.earlyStopping.algorithmName = rule
                $0.experiment.spec.earlyStopping.algorithmSettings = settings.map { setting in
                    .with { ($0.name, $0.value) = setting }
                }
                $0.trials = trials.map { name in
                    .with {
                        $0.name = name
                        $0.status.condition = .succeeded
                        $0.status.completionTime = early
                    }
                }
            })
        return reply.earlyStoppingRules
    }

    private func reportThree() async throws {
        for (trial, values) in [("a", ["1", "3", "9"]), ("b", ["unavailable", "4", "nan", "6"]), ("c", ["9", "11"])] {
            try await report(trial, values.map { (early, "loss", $0) })
        }
    }

    @Test func `the median of the first averages, which never is their mean`() async throws {
        try await reportThree()
        let settings = [("start_step", "2"), ("min_trials_required", "3")]
        #expect(try await rules("medianstop", settings, ["a", "b"]).isEmpty)
        let rule = try #require(try await rules("medianstop", settings, ["a", "b", "c"]).first)
        #expect(rule.name == "loss")
        #expect(rule.value == "5.0")
        #expect(rule.comparison == .greater)
        #expect(rule.startStep == 2)
        #expect(try await rules("medianstop", settings, ["a", "b", "c"], .maximize).first?.comparison == .less)
    }

    @Test func `a trial without a number is passed over until it has one`() async throws {
        try await reportThree()
        try await report("d", [(early, "loss", "unavailable")])
        let settings = [("start_step", "2"), ("min_trials_required", "4")]
        #expect(try await rules("medianstop", settings, ["a", "b", "c", "d"]).isEmpty)
        try await report("d", [(early, "loss", "0")])
        #expect(try await rules("medianstop", settings, ["a", "b", "c", "d"]).first?.value == "3.5")
    }

    @Test func `percentile and threshold as Katib's rules`() async throws {
        try await reportThree()
        let settings = [("start_step", "2"), ("min_trials_required", "3"), ("percentile", "50")]
        #expect(try await rules("percentile", settings, ["a", "b", "c"]).first?.value == "4.0")
        #expect(try await rules("percentile", settings, ["a", "b", "c"], .maximize).first?.value == "6.0")
        let bound = try #require(try await rules("threshold", [("upper", "1e6")], []).first)
        #expect(bound.value == "1e6")
        #expect(bound.comparison == .greater)
        #expect(bound.startStep == 1)
    }

    @Test func `a trial that was stopped is remembered, and its log stays`() async throws {
        try await reportThree()
        let request = Api_V1_Beta1_SetTrialStatusRequest.with { $0.trialName = "a" }
        for _ in 0..<2 {
            let _: Api_V1_Beta1_SetTrialStatusReply = try await methods.call("EarlyStopping", "SetTrialStatus", request)
        }
        #expect(try await store.store.stoppedTrials(in: "default") == ["a"])
        #expect(try await values("a").count == 3)
        let unknown = Api_V1_Beta1_SetTrialStatusRequest.with { $0.trialName = "nobody" }
        #expect(await methods.refusal("EarlyStopping", "SetTrialStatus", unknown)?.code == .notFound)
    }

    // MARK: Health

    @Test(arguments: ["", "grpc.health.v1.Health", "manager.v1beta1.Suggestion", "manager.v1beta1.EarlyStopping"])
    func `probes find what they ask for`(service: String) async throws {
        let reply: Grpc_Health_V1_HealthCheckResponse = try await methods.call(
            "Health", "Check", Grpc_Health_V1_HealthCheckRequest.with { $0.service = service })
        #expect(reply.status == .serving)
    }

    @Test func `an unknown service is not found`() async {
        let request = Grpc_Health_V1_HealthCheckRequest.with { $0.service = "manager.v1beta1.Other" }
        #expect(await methods.refusal("Health", "Check", request)?.code == .notFound)
    }
}
