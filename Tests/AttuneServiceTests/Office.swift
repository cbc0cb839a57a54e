import AttuneCore
import AttuneProto
import AttuneStore
import AttuneTestSupport
import Foundation
import SwiftProtobuf

@testable import AttuneService

/// The methods of `attune.v1` on a store of their own, called without a transport.
final class Office: Sendable {
    let directory: URL
    let clock = ManualClock()
    let store: SQLiteStore
    let hub: Hub
    private let methods: [String: AttuneService.Method]
    let experiments: ExperimentMethods

    init(_ directory: URL? = nil, limits: Limits = Limits()) throws {
        self.directory =
            directory ?? FileManager.default.temporaryDirectory.appending(path: "attune-office-\(UUID().uuidString)")
        store = try SQLiteStore(at: self.directory.appending(path: "attune.db").path)
        hub = Hub(store: store, clock: clock.tunerClock)
        experiments = ExperimentMethods(hub: hub, limits: limits, seed: { 7 })
        let all = experiments.methods + TrialMethods(hub: hub).methods
        methods = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// Calls a method, such as `Trials/Ask`, in protobuf's bytes.
    func call<Request: Message, Reply: Message>(
        _ path: String, _ request: Request, as caller: Caller = Caller(), giving: Reply.Type = Reply.self
    ) async throws -> Reply {
        guard let method = methods["/attune.v1.\(path)"] else { throw ServiceError(.unimplemented, path) }
        return try Reply(serializedBytes: try await method.answer(try request.serializedBytes(), .protobuf, caller))
    }

    // MARK: What tests do most

    func create(
        _ name: String = "demo", algorithm: String = "random", parallel: Int = 4, maxTrials: Int? = 20,
        more: String = "",
        request: String = "", as caller: Caller = Caller()
    ) async throws -> Attune_V1_Experiment {
        try await call(
            "Experiments/CreateExperiment",
            Attune_V1_CreateExperimentRequest.with {
                $0.text = Office.manifest(
                    name, algorithm: algorithm, parallel: parallel, maxTrials: maxTrials, more: more)
                $0.requestID = request
            }, as: caller)
    }

    static func manifest(
        _ name: String, algorithm: String = "random", parallel: Int = 4, maxTrials: Int? = 20, more: String = ""
    ) -> String {
        """
        apiVersion: kubeflow.org/v1beta1
        kind: Experiment
        metadata: {name: \(name)}
        spec:
          objective: {type: minimize, objectiveMetricName: loss}
          algorithm: {algorithmName: \(algorithm)}
          parallelTrialCount: \(parallel)
          \(maxTrials.map { "maxTrialCount: \($0)" } ?? "")
          parameters:
          - {name: lr, parameterType: double, feasibleSpace: {min: "0.01", max: "0.1"}}
          - {name: units, parameterType: int, feasibleSpace: {min: "1", max: "100"}}
          - {name: optimizer, parameterType: categorical, feasibleSpace: {list: [adam, sgd]}}
          \(more)
        """
    }

    func ask(
        _ experiment: String = "demo", worker: String = "", count: Int32 = 1, lease: Double = 0, wait: Double = 0,
        request: String = "", as caller: Caller = Caller()
    ) async throws -> Attune_V1_AskReply {
        try await call(
            "Trials/Ask",
            Attune_V1_AskRequest.with {
                $0.experiment = experiment
                $0.worker = worker
                $0.count = count
                $0.leaseSeconds = lease
                $0.waitSeconds = wait
                $0.requestID = request
            }, as: caller)
    }

    @discardableResult
    func tell(
        _ trial: Attune_V1_Trial, _ loss: Double, _ experiment: String = "demo", request: String = ""
    ) async throws -> Attune_V1_TellReply {
        try await call(
            "Trials/Tell",
            Attune_V1_TellRequest.with {
                $0.experiment = experiment
                $0.trial = trial.number
                $0.attempt = trial.attempt
                $0.metrics = ["loss": loss]
                $0.requestID = request
            })
    }

    func report(
        _ trial: Attune_V1_Trial, _ loss: Double, step: Int64, _ experiment: String = "demo"
    ) async throws -> Attune_V1_Verdict {
        let reply: Attune_V1_ReportReply = try await call(
            "Trials/Report",
            Attune_V1_ReportRequest.with {
                $0.experiment = experiment
                $0.trial = trial.number
                $0.attempt = trial.attempt
                $0.observations = [
                    .with {
                        $0.metric = "loss"
                        $0.value = loss
                        $0.step = step
                    }
                ]
            })
        return reply.verdict
    }

    func heartbeat(_ trials: [Attune_V1_Trial]) async throws -> [Attune_V1_LeaseState] {
        let reply: Attune_V1_HeartbeatReply = try await call(
            "Trials/Heartbeat",
            Attune_V1_HeartbeatRequest.with {
                $0.experiment = "demo"
                $0.leases = trials.map { trial in
                    .with {
                        $0.trial = trial.number
                        $0.attempt = trial.attempt
                    }
                }
            })
        return reply.leases
    }

    func complete(_ trial: Attune_V1_Trial) async throws -> Attune_V1_CompleteReply {
        try await call(
            "Trials/Complete",
            Attune_V1_CompleteRequest.with {
                $0.experiment = "demo"
                $0.trial = trial.number
                $0.attempt = trial.attempt
            })
    }

    func fail(_ trial: Attune_V1_Trial, _ reason: String, lost: Bool = false) async throws -> Attune_V1_FailReply {
        try await call(
            "Trials/Fail",
            Attune_V1_FailRequest.with {
                $0.experiment = "demo"
                $0.trial = trial.number
                $0.attempt = trial.attempt
                $0.reason = reason
                $0.lost = lost
            })
    }

    func experiment(_ name: String = "demo", as caller: Caller = Caller()) async throws -> Attune_V1_Experiment {
        try await call(
            "Experiments/GetExperiment", Attune_V1_GetExperimentRequest.with { $0.experiment = name }, as: caller)
    }

    func trials(_ name: String = "demo") async throws -> [Attune_V1_Trial] {
        let reply: Attune_V1_ListTrialsReply = try await call(
            "Experiments/ListTrials",
            Attune_V1_ListTrialsRequest.with {
                $0.experiment = name
                $0.pageSize = 1_000
            })
        return reply.trials
    }

    /// The store's study, folded anew.
    func study(_ name: String = "demo") async throws -> Study? { try await store.load(name)?.study() }
}

/// What a call was refused with.
func refusal(_ body: () async throws -> some Any) async -> ServiceError? {
    do {
        _ = try await body()
        return nil
    } catch let error as ServiceError {
        return error
    } catch {
        return ServiceError(error)
    }
}
