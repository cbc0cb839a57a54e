import AttuneCore
import AttuneProto
import AttuneStore
import Foundation
import SwiftProtobuf

/// `attune.v1.Trials`: what workers do.
struct TrialMethods: Sendable {
    let hub: Hub

    private static let service = "attune.v1.Trials"

    var methods: [Method] {
        [
            Method(Self.service, "Ask", .write, ask),
            Method(Self.service, "Tell", .write, tell),
            Method(Self.service, "Report", .write, report),
            Method(Self.service, "Complete", .write, complete),
            Method(Self.service, "Fail", .write, fail),
            Method(Self.service, "Heartbeat", .write, heartbeat),
        ]
    }

    // MARK: Asking

    @Sendable private func ask(_ request: Attune_V1_AskRequest, _ caller: Caller) async throws -> Attune_V1_AskReply {
        let asking = try Asking(request)
        return try await hub.with(try caller.id(of: request.experiment)) { desk in
            try await desk.once(request.requestID) { receipts in
                try await answer(asking, at: desk, receipts)
            }
        }
    }

    /// Asks until there is a trial, there will be none, or the caller has waited for long enough.
    private func answer(
        _ asking: Asking, at desk: Desk, _ receipts: Receipts<Attune_V1_AskReply>
    ) async throws -> Attune_V1_AskReply {
        guard asking.patience > 0 else { return try await lease(asking, at: desk, receipts) }
        let deadline = hub.clock.now().addingTimeInterval(asking.patience)
        while true {
            // Anew each time: a wait that was cut short by the clock has ended its stream.
            let rings = desk.bell.listen()
            let reply = try await lease(asking, at: desk, receipts)
            let now = hub.clock.now()
            guard reply.state == .askWait, now < deadline, !hub.isEnding else { return reply }
            let end = min(deadline, max(desk.nextLeaseEnd ?? deadline, now.addingTimeInterval(0.05)))
            let wait = Duration.seconds(end.timeIntervalSince(now))
            guard await Bell.wait(for: rings, atMost: wait, clock: hub.clock.sleepFor) else { return reply }
        }
    }

    /// One turn: first the trials whose workers are gone, then new ones.
    private func lease(
        _ asking: Asking, at desk: Desk, _ receipts: Receipts<Attune_V1_AskReply>
    ) async throws -> Attune_V1_AskReply {
        let now = hub.clock.now()
        return try await desk.turn { tuner, leases in
            try leases.endHopeless(by: tuner, at: now)
            var trials = try leases.takeOver(atMost: asking.count, by: tuner, at: now)
            trials += try tuner.begin(atMost: asking.count - trials.count)
            for trial in trials { leases.grant(trial, to: asking.worker, for: asking.duration, at: now) }
            let reply = Attune_V1_AskReply(trials, tuner.study)
            return (reply, trials.isEmpty ? nil : try receipts.receipt(reply))
        }
    }

    // MARK: Ending

    @Sendable private func tell(_ request: Attune_V1_TellRequest, _ caller: Caller) async throws -> Attune_V1_TellReply
    {
        guard !request.metrics.isEmpty || !request.texts.isEmpty else {
            throw ServiceError(.invalidArgument, "metrics: must hold the objective's value; Complete ends without")
        }
        let time = hub.clock.now()
        let values = try request.values
        let trial = try await end(
            LeaseClaim(request.experiment, request.trial, request.attempt), request.requestID, caller,
            { Attune_V1_TellReply(state: $0.state, reason: $0.outcome?.reason) }
        ) { trial, objective, _ in
            if let missing = objective.requiredMetrics.first(where: {
                values[$0] == nil && trial.metrics[$0] == nil
            }) {
                throw ServiceError(
                    .invalidArgument,
                    "metrics: \(missing) is missing, by which trials are judged; Complete ends without")
            }
            for name in request.texts.keys.sorted() { try objective.check(values[name], of: name, "texts") }
            return trial.completed(with: values, at: time)
        }
        return trial
    }

    @Sendable private func complete(
        _ request: Attune_V1_CompleteRequest, _ caller: Caller
    ) async throws -> Attune_V1_CompleteReply {
        try await end(
            LeaseClaim(request.experiment, request.trial, request.attempt), request.requestID, caller,
            { Attune_V1_CompleteReply(state: $0.state, reason: $0.outcome?.reason) }
        ) { _, _, lease in
            // Who was told to end has not come to an end by itself.
            WorkEnd(lease?.isToldToEnd == true ? .stopped : .completed, lastOutput: request.lastOutput)
        }
    }

    @Sendable private func fail(_ request: Attune_V1_FailRequest, _ caller: Caller) async throws -> Attune_V1_FailReply
    {
        let reason = request.reason.isEmpty ? "its worker said that it failed" : request.reason
        return try await end(
            LeaseClaim(request.experiment, request.trial, request.attempt), request.requestID, caller,
            { Attune_V1_FailReply(state: $0.state, reason: $0.outcome?.reason) }
        ) { _, _, _ in
            WorkEnd(request.lost ? .lost(reason) : .failed(reason), lastOutput: request.lastOutput)
        }
    }

    private func end<Reply: Message>(
        _ claim: LeaseClaim, _ request: String, _ caller: Caller,
        _ reply: @escaping @Sendable (Trial) -> Reply,
        _ end: @escaping @Sendable (Trial, Objective, Leases.Lease?) throws -> WorkEnd
    ) async throws -> Reply {
        let now = hub.clock.now()
        return try await hub.with(try caller.id(of: claim.experiment)) { desk in
            try await desk.once(request) { receipts in
                try await desk.turn { tuner, leases in
                    let trial = try claim.trial(in: tuner.study)
                    let end = try end(trial, tuner.study.objective, leases[trial.number])
                    if case .lost(let reason) = end.kind, tuner.mayTryAgain(trial.number) {
                        // The further attempt begins when somebody asks for it.
                        leases.giveBack(trial.number, reason, at: now)
                    } else {
                        try tuner.finish(trial.number, end)
                        leases.end(trial.number)
                    }
                    let reply = reply(tuner.study[trial.number])
                    return (reply, try receipts.receipt(reply))
                }
            }
        }
    }

    // MARK: Meanwhile

    @Sendable private func report(
        _ request: Attune_V1_ReportRequest, _ caller: Caller
    ) async throws -> Attune_V1_ReportReply {
        let claim = LeaseClaim(request.experiment, request.trial, request.attempt)
        let now = hub.clock.now()
        let observations = try request.observations.map { observation throws(ServiceError) in
            try Observation(observation, at: now)
        }
        return try await hub.with(try caller.id(of: claim.experiment)) { desk in
            try await desk.once(request.requestID) { receipts in
                try await desk.turn { tuner, leases in
                    let trial = try claim.trial(in: tuner.study)
                    for observation in observations {
                        try tuner.study.objective.check(
                            observation.reported, of: observation.metric, "observations.text")
                    }
                    let verdict =
                        observations.isEmpty
                        ? tuner.standing(of: trial.number) : try tuner.take(trial.number, observations)
                    leases.renew(trial.number, at: now)
                    if verdict != .proceed { leases.tellToEnd(trial.number) }
                    let reply = Attune_V1_ReportReply.with { $0.verdict = Attune_V1_Verdict(verdict) }
                    return (reply, try receipts.receipt(reply))
                }
            }
        }
    }

    @Sendable private func heartbeat(
        _ request: Attune_V1_HeartbeatRequest, _ caller: Caller
    ) async throws -> Attune_V1_HeartbeatReply {
        guard request.leases.count <= 10_000 else {
            throw ServiceError(.invalidArgument, "leases: found \(request.leases.count); 10,000 at most in a request")
        }
        let now = hub.clock.now()
        let duration = request.leaseSeconds == 0 ? nil : try Asking.duration(request.leaseSeconds)
        return try await hub.with(try caller.id(of: request.experiment)) { desk in
            try await desk.turn { tuner, leases in
                let states = request.leases.map { lease -> Attune_V1_LeaseState in
                    var state = Attune_V1_LeaseState()
                    state.trial = lease.trial
                    let claim = LeaseClaim(request.experiment, lease.trial, lease.attempt)
                    guard let trial = try? claim.trial(in: tuner.study) else { return state }
                    state.held = true
                    leases.renew(trial.number, for: duration, at: now)
                    let verdict = tuner.standing(of: trial.number)
                    if verdict != .proceed { leases.tellToEnd(trial.number) }
                    state.verdict = Attune_V1_Verdict(verdict)
                    return state
                }
                return (Attune_V1_HeartbeatReply.with { $0.leases = states }, nil)
            }
        }
    }
}

/// What a worker asks for, checked.
private struct Asking: Sendable {
    let worker: String
    let count: Int
    let duration: TimeInterval
    let patience: TimeInterval

    init(_ request: Attune_V1_AskRequest) throws(ServiceError) {
        worker = String(request.worker.prefix(256))
        guard (0...100).contains(request.count) else {
            throw ServiceError(.invalidArgument, "count: found \(request.count); must be from 1 to 100")
        }
        count = max(1, Int(request.count))
        duration = try Asking.duration(request.leaseSeconds)
        guard (0...60).contains(request.waitSeconds) else {
            throw ServiceError(.invalidArgument, "wait_seconds: found \(request.waitSeconds); must be from 0 to 60")
        }
        patience = request.waitSeconds
    }

    static func duration(_ seconds: Double) throws(ServiceError) -> TimeInterval {
        guard seconds == 0 || (1...Leases.longestDuration).contains(seconds) else {
            throw ServiceError(.invalidArgument, "lease_seconds: found \(seconds); must be from 1 to 86400")
        }
        return seconds == 0 ? Leases.usualDuration : seconds
    }
}

/// A trial that a worker says it holds.
private struct LeaseClaim: Sendable {
    let experiment: String
    let number: Int
    let attempt: Int

    init(_ experiment: String, _ number: Int32, _ attempt: Int32) {
        self.experiment = experiment
        self.number = Int(number)
        self.attempt = Int(attempt)
    }

    /// - Throws: `notFound`, `failedPrecondition` where it is over, `aborted` where the lease is another's.
    func trial(in study: Study) throws(ServiceError) -> Trial {
        guard study.trials.indices.contains(number - 1) else {
            throw ServiceError(.notFound, "\(experiment) has no trial \(number)")
        }
        let trial = study[number]
        guard trial.isRunning else {
            throw ServiceError(
                .failedPrecondition, "trial \(number) of \(experiment) is not running: it is \(trial.state)")
        }
        guard attempt == 0 || attempt == trial.attempt else {
            throw ServiceError(
                .aborted,
                "trial \(number) of \(experiment) is in attempt \(trial.attempt), by another worker: end attempt \(attempt)"
            )
        }
        return trial
    }
}

extension Attune_V1_AskReply {
    fileprivate init(_ trials: [Trial], _ study: Study) {
        self.init()
        self.trials = trials.map { Attune_V1_Trial($0, study.objective) }
        switch study.status {
        case _ where !trials.isEmpty: state = .askTrials
        case .running: state = .askWait
        case .stopped:
            state = .askOver
            message = "the experiment is suspended"
        case .finished(let finish):
            state = .askOver
            message = finish.message
        }
    }
}

extension Observation {
    fileprivate init(_ observation: Attune_V1_Observation, at now: Date) throws(ServiceError) {
        guard !observation.metric.isEmpty else {
            throw ServiceError(.invalidArgument, "observations.metric: must be the name of a metric")
        }
        let text = try ReportedValue(telling: observation.text, "observations.text")
        self.init(
            metric: observation.metric, value: text ?? .number(observation.value), step: Int(observation.step),
            time: observation.hasTime ? observation.time.date : now)
    }
}

extension ReportedValue {
    /// Nil where there is no text.
    ///
    /// - Throws: `invalidArgument` where it is longer than would be kept, or says nothing.
    fileprivate init?(telling text: String, _ field: String) throws(ServiceError) {
        guard !text.isEmpty else { return nil }
        guard text.utf8.count <= ReportedValue.longestText else {
            throw ServiceError(
                .invalidArgument,
                "\(field): found \(text.utf8.count) bytes; a text has \(ReportedValue.longestText) at most")
        }
        guard let value = ReportedValue(reading: text) else {
            throw ServiceError(.invalidArgument, "\(field): found \"\(text)\"; must say something")
        }
        self = value
    }
}

extension Objective {
    /// - Throws: `invalidArgument` of a text, where the metric takes none.
    fileprivate func check(_ value: ReportedValue?, of metric: String, _ field: String) throws(ServiceError) {
        guard case .text? = value, !textMetrics.contains(metric) else { return }
        throw ServiceError(
            .invalidArgument,
            "\(field): \(metric) takes numbers; texts are for what a darts experiment's one trial has found")
    }
}

extension Attune_V1_TellRequest {
    /// Numbers and texts.
    fileprivate var values: [String: ReportedValue] {
        get throws(ServiceError) {
            var values = metrics.mapValues { ReportedValue.number($0) }
            for (name, text) in texts { values[name] = try ReportedValue(telling: text, "texts") }
            return values
        }
    }
}

/// What became of a trial, in a reply.
private protocol Ending: Message {
    var state: String { get set }
    var reason: String { get set }
}

extension Ending {
    fileprivate init(state: String, reason: String?) {
        self.init()
        self.state = state
        self.reason = reason ?? ""
    }
}

extension Attune_V1_TellReply: Ending {}
extension Attune_V1_CompleteReply: Ending {}
extension Attune_V1_FailReply: Ending {}
