import AttuneCore
import AttuneProto
import AttuneStore
import AttuneYAML
import Foundation
import SwiftProtobuf

/// `attune.v1.Experiments`: what is asked for, where it stands, and its log.
struct ExperimentMethods: Sendable {
    let hub: Hub
    let limits: Limits
    /// The seed of an experiment that gives none.
    let seed: @Sendable () -> UInt64

    private static let service = "attune.v1.Experiments"
    private var store: SQLiteStore { hub.store }

    var methods: [Method] {
        [
            Method(Self.service, "CreateExperiment", .write, create),
            Method(Self.service, "ValidateExperiment", .read, validate),
            Method(Self.service, "GetExperiment", .read) { (request: Attune_V1_GetExperimentRequest, caller) in
                try await experiment(request.experiment, caller)
            },
            Method(Self.service, "ListExperiments", .read, list),
            Method(Self.service, "DeleteExperiment", .write, delete),
            Method(Self.service, "SuspendExperiment", .write, suspend),
            Method(Self.service, "ResumeExperiment", .write, resume),
            Method(Self.service, "EditBudget", .write, editBudget),
            Method(Self.service, "ImportTrials", .write, importTrials),
            Method(Self.service, "ListTrials", .read, listTrials),
            Method(Self.service, "GetTrial", .read, trial),
            Method(Self.service, "ListEvents", .read, listEvents),
        ]
    }

    var streams: [StreamingMethod] { [StreamingMethod(Self.service, "WatchEvents", .read, watch)] }

    // MARK: Creating

    @Sendable private func create(
        _ request: Attune_V1_CreateExperimentRequest, _ caller: Caller
    ) async throws -> Attune_V1_Experiment {
        let reading = ManifestSource(request.manifest).reading(hub.catalogue, seed: seed)
        guard !reading.hasErrors, reading.experiments.count == 1, var experiment = reading.experiments.first else {
            throw ServiceError(invalid: reading)
        }
        experiment.metadata.tenancy = caller.tenancy
        // Where a machine of the service's keeps files is nothing that a caller may say.
        for key in ["attune.dev/directory", "attune.dev/trials"] { experiment.metadata.annotations[key] = nil }
        experiment.warmStart = try experiment.warmStart.map { name throws(ServiceError) in try caller.id(of: name) }
        if !request.requestID.isEmpty { experiment.metadata.annotations[Self.requestKey] = request.requestID }
        if let known = try await existing(experiment, request.requestID, caller) { return known }
        let count = try await store.countExperiments(in: caller.tenancy)
        guard count < limits.experimentsPerNamespace else {
            throw ServiceError(
                .resourceExhausted,
                "the namespace \(caller.namespace) has \(count) experiments, which is the most it may have; delete some"
            )
        }
        _ = try await store.imports(for: experiment, at: hub.clock.now())
        do {
            try await store.create(experiment, at: hub.clock.now())
        } catch let error as AttuneError {
            // Another has been faster.
            if let known = try await existing(experiment, request.requestID, caller) { return known }
            throw error
        }
        hub.bell(of: experiment.id).ring()
        return try await self.experiment(experiment.name, caller)
    }

    /// The annotation that says by which request it was created, so that the request can be made again.
    private static let requestKey = "attune.dev/request"

    /// - Throws: `alreadyExists` where one of that name was created by another request.
    private func existing(
        _ experiment: Experiment, _ request: String, _ caller: Caller
    ) async throws -> Attune_V1_Experiment? {
        guard let stored = try await store.experiment(experiment.id) else { return nil }
        guard !request.isEmpty, stored.metadata.annotations[Self.requestKey] == request else {
            throw ServiceError(
                .alreadyExists,
                "an experiment named \(experiment.name) exists already; choose another name or delete it")
        }
        return try await self.experiment(experiment.name, caller)
    }

    @Sendable private func validate(
        _ request: Attune_V1_ValidateExperimentRequest, _ caller: Caller
    ) async throws -> Attune_V1_ValidateExperimentReply {
        let reading = ManifestSource(request.manifest).reading(hub.catalogue, seed: seed)
        return .with {
            $0.valid = !reading.hasErrors
            $0.problems = reading.findings.map(Attune_V1_Problem.init)
        }
    }

    // MARK: Looking

    func experiment(_ name: String, _ caller: Caller) async throws -> Attune_V1_Experiment {
        let id = try caller.id(of: name)
        guard let summary = try await store.summary(of: id), let stored = try await store.experiment(id) else {
            throw hub.unknown(id)
        }
        let budget = try await store.editedBudget(of: id) ?? stored.budget
        let best = try await store.best(of: id)
        return .with(Attune_V1_Experiment(summary, namespace: caller.namespace)) {
            $0.budget = Attune_V1_Budget(budget)
            $0.manifest = Google_Protobuf_Struct(stored.json)
            if let best { $0.best = Attune_V1_Trial(best) }
        }
    }

    @Sendable private func list(
        _ request: Attune_V1_ListExperimentsRequest, _ caller: Caller
    ) async throws -> Attune_V1_ListExperimentsReply {
        let size = try Page.size(request.pageSize, usual: 100, most: 1_000)
        let found = try await store.experiments(
            in: caller.tenancy, prefix: request.prefix, after: request.pageToken, limit: size + 1)
        return .with {
            $0.experiments = found.prefix(size).map { Attune_V1_Experiment($0, namespace: caller.namespace) }
            if found.count > size { $0.nextPageToken = found[size - 1].name }
        }
    }

    @Sendable private func listTrials(
        _ request: Attune_V1_ListTrialsRequest, _ caller: Caller
    ) async throws -> Attune_V1_ListTrialsReply {
        let id = try caller.id(of: request.experiment)
        guard try await store.summary(of: id) != nil else { throw hub.unknown(id) }
        let size = try Page.size(request.pageSize, usual: 100, most: 1_000)
        guard let offset = request.pageToken.isEmpty ? 0 : Int(request.pageToken), offset >= 0 else {
            throw ServiceError(.invalidArgument, "page_token: must be that of the page before")
        }
        let rows = try await store.trials(
            of: id, offset: offset, limit: size + 1, states: request.states.isEmpty ? nil : request.states)
        return .with {
            $0.trials = rows.prefix(size).map(Attune_V1_Trial.init)
            if rows.count > size { $0.nextPageToken = String(offset + size) }
        }
    }

    @Sendable private func trial(
        _ request: Attune_V1_GetTrialRequest, _ caller: Caller
    ) async throws -> Attune_V1_Trial {
        let id = try caller.id(of: request.experiment)
        let number = Int(request.number)
        guard number > 0, let row = try await store.trials(of: id, offset: number - 1, limit: 1).first else {
            throw ServiceError(.notFound, "there is no trial \(number) of an experiment \(request.experiment)")
        }
        return Attune_V1_Trial(row)
    }

    @Sendable private func listEvents(
        _ request: Attune_V1_ListEventsRequest, _ caller: Caller
    ) async throws -> Attune_V1_ListEventsReply {
        let id = try caller.id(of: request.experiment)
        let size = try Page.size(request.pageSize, usual: 1_000, most: 10_000)
        guard let page = try await store.events(of: id, after: Int(request.after), limit: size) else {
            throw hub.unknown(id)
        }
        return .with {
            $0.events = page.events.map(Attune_V1_Event.init)
            $0.total = Int64(page.total)
        }
    }

    /// Reads the store, so that a slow watcher costs no memory and misses nothing, whoever writes.
    @Sendable private func watch(
        _ request: Attune_V1_WatchEventsRequest, _ caller: Caller,
        _ send: (Attune_V1_Event) async throws -> Void
    ) async throws {
        let id = try caller.id(of: request.experiment)
        var after = Int(request.after)
        guard try await store.events(of: id, after: after, limit: 0) != nil else { throw hub.unknown(id) }
        while !Task.isCancelled {
            // Anew each time: a wait that was cut short by the clock has ended its stream.
            let rings = hub.bell(of: id).listen()
            guard let page = try await store.events(of: id, after: after, limit: 500) else { return }
            for event in page.events { try await send(Attune_V1_Event(event)) }
            after = page.events.last?.sequence ?? after
            // Another process may write too, which rings no bell here.
            if page.events.isEmpty {
                guard await Bell.wait(for: rings, atMost: .seconds(1), clock: hub.clock.sleepFor) else {
                    throw CancellationError()
                }
            }
        }
        try Task.checkCancellation()
    }

    // MARK: Changing

    @Sendable private func delete(
        _ request: Attune_V1_DeleteExperimentRequest, _ caller: Caller
    ) async throws -> Attune_V1_DeleteExperimentReply {
        let id = try caller.id(of: request.experiment)
        let owner = "delete \(id)"
        guard try await store.summary(of: id) != nil else {
            // The request may have been answered before, and the answer lost.
            if !request.requestID.isEmpty, try await store.reply(to: request.requestID, of: owner) != nil {
                return Attune_V1_DeleteExperimentReply()
            }
            throw hub.unknown(id)
        }
        try await hub.release(id)
        if !request.requestID.isEmpty {
            try await store.keep(Receipt(request: request.requestID, reply: []), of: owner)
        }
        try await store.delete(id)
        hub.bell(of: id).ring()
        return Attune_V1_DeleteExperimentReply()
    }

    @Sendable private func suspend(
        _ request: Attune_V1_SuspendExperimentRequest, _ caller: Caller
    ) async throws -> Attune_V1_Experiment {
        do {
            return try await change("suspend", request.experiment, request.requestID, caller) { try $0.suspend() }
        } catch let held as HeldElsewhere {
            // Another process drives it, as attune run does; that one is asked.
            guard try await store.requestStop(try caller.id(of: request.experiment)) else { throw held }
            return try await experiment(request.experiment, caller)
        }
    }

    @Sendable private func resume(
        _ request: Attune_V1_ResumeExperimentRequest, _ caller: Caller
    ) async throws -> Attune_V1_Experiment {
        try await change("resume", request.experiment, request.requestID, caller) { tuner in
            if tuner.study.status != .running { try tuner.reopen(tuner.study.experiment.budget) }
        }
    }

    @Sendable private func editBudget(
        _ request: Attune_V1_EditBudgetRequest, _ caller: Caller
    ) async throws -> Attune_V1_Experiment {
        try await change("budget", request.experiment, request.requestID, caller) { tuner in
            try tuner.reopen(try request.budget.edited(tuner.study.experiment.budget))
        }
    }

    private func change(
        _ what: String, _ name: String, _ request: String, _ caller: Caller,
        _ body: @escaping @Sendable (isolated Tuner) throws -> Void
    ) async throws -> Attune_V1_Experiment {
        try await hub.with(try caller.id(of: name)) { desk in
            _ = try await desk.once(request, of: what) { (receipts: Receipts<Google_Protobuf_Empty>) in
                try await desk.turn { tuner, _ in
                    try body(tuner)
                    return (Google_Protobuf_Empty(), try receipts.receipt(Google_Protobuf_Empty()))
                }
            }
        }
        return try await experiment(name, caller)
    }

    @Sendable private func importTrials(
        _ request: Attune_V1_ImportTrialsRequest, _ caller: Caller
    ) async throws -> Attune_V1_ImportTrialsReply {
        guard request.trials.count <= 10_000 else {
            throw ServiceError(.invalidArgument, "trials: found \(request.trials.count); 10,000 at most in a request")
        }
        let time = hub.clock.now()
        return try await hub.with(try caller.id(of: request.experiment)) { desk in
            try await desk.once(request.requestID) { receipts in
                try await desk.turn { tuner, _ in
                    let trials = try request.read(for: tuner.study.experiment, at: time)
                    let reply = try Attune_V1_ImportTrialsReply.with {
                        $0.numbers = try trials.map { Int32(try tuner.add($0.suggestion, $0.observations, $0.end)) }
                    }
                    return (reply, try receipts.receipt(reply))
                }
            }
        }
    }
}

/// How many a page has.
enum Page {
    static func size(_ asked: Int32, usual: Int, most: Int) throws(ServiceError) -> Int {
        guard asked >= 0 else { throw ServiceError(.invalidArgument, "page_size: must not be negative") }
        return asked == 0 ? usual : min(Int(asked), most)
    }
}

extension Message {
    /// A copy of `message` with changes.
    fileprivate static func with(_ message: Self, _ change: (inout Self) throws -> Void) rethrows -> Self {
        var message = message
        try change(&message)
        return message
    }
}
