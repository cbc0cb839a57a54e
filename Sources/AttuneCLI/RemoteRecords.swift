import AttuneClient
import AttuneCore
import AttuneProcess
import AttuneProto
import AttuneService
import AttuneStore
import Foundation
import SwiftProtobuf

/// The experiments that a server keeps.
struct RemoteRecords: Records {
    let client: AttuneClient

    init(_ client: AttuneClient) { self.client = client }

    func experiments() async throws -> [ExperimentSummary] {
        try await messages().map { try ExperimentSummary($0) }
    }

    /// Every experiment as the server tells of it, without its manifest.
    func messages() async throws -> [Attune_V1_Experiment] {
        var all: [Attune_V1_Experiment] = []
        var token = ""
        repeat {
            let page = try await client.call(
                ExperimentsMethod.list,
                .with {
                    $0.pageSize = 1_000
                    $0.pageToken = token
                })
            all += page.experiments
            token = page.nextPageToken
        } while !token.isEmpty
        return all
    }

    func message(of name: String) async throws -> Attune_V1_Experiment? {
        try await unlessMissing { try await client.call(ExperimentsMethod.get, .with { $0.experiment = name }) }
    }

    func summary(of name: String) async throws -> ExperimentSummary? {
        try await message(of: name).map { try ExperimentSummary($0) }
    }

    func experiment(_ name: String) async throws -> Experiment? {
        try await message(of: name).map { try Experiment($0) }
    }

    func load(_ name: String) async throws -> StoredExperiment? {
        guard let message = try await message(of: name) else { return nil }
        let experiment = try Experiment(message)
        var events: [Event] = []
        var total = Int64.max
        while Int64(events.count) < total {
            let page = try await client.call(
                ExperimentsMethod.listEvents,
                .with {
                    $0.experiment = name
                    $0.after = Int64(events.count)
                    $0.pageSize = 10_000
                })
            events += try page.events.map { try Event(json: JSON($0.body), space: experiment.space) }
            total = page.events.isEmpty ? 0 : page.total
        }
        return StoredExperiment(experiment: experiment, createdAt: message.created.date, events: events)
    }

    func best(of name: String) async throws -> TrialRow? {
        guard let message = try await message(of: name), message.hasBest else { return nil }
        return TrialRow(message.best, space: try Experiment(message).space)
    }

    /// The server drives all of its experiments.
    func holder(of name: String) async throws -> String? { nil }

    func allTrials(of name: String) async throws -> [TrialRow] {
        guard let space = try await experiment(name)?.space else { return [] }
        var all: [TrialRow] = []
        var token = ""
        repeat {
            let page = try await client.call(
                ExperimentsMethod.listTrials,
                .with {
                    $0.experiment = name
                    $0.pageSize = 1_000
                    $0.pageToken = token
                })
            all += page.trials.map { TrialRow($0, space: space) }
            token = page.nextPageToken
        } while !token.isEmpty
        return all
    }

    func trial(_ number: Trial.Number, of name: String) async throws -> TrialRow? {
        guard number > 0, let space = try await experiment(name)?.space else { return nil }
        return try await unlessMissing {
            TrialRow(
                try await client.call(
                    ExperimentsMethod.getTrial,
                    .with {
                        $0.experiment = name
                        $0.number = Int32(clamping: number)
                    }), space: space)
        }
    }

    /// Those of a worker of this machine.
    func trialDirectories(of name: String) async throws -> TrialDirectories? {
        try await message(of: name).map { WorkerDirectory.usual.trials(of: $0) }
    }

    var firstStep: String { "attune submit FILE starts one" }

    private func unlessMissing<Value>(_ body: () async throws -> Value) async throws -> Value? {
        do {
            return try await body()
        } catch let error as ClientError where error.code == .notFound {
            return nil
        }
    }
}

// MARK: Reading messages

extension Experiment {
    /// - Throws: `InvalidExperiment` where this version of attune cannot read it.
    init(_ message: Attune_V1_Experiment) throws { try self.init(json: JSON(message.manifest)) }
}

extension ExperimentSummary {
    init(_ message: Attune_V1_Experiment) throws {
        self.init(
            id: message.name, createdAt: message.created.date, metric: message.metric,
            direction: message.maximize ? .maximize : .minimize,
            maxTrials: message.budget.hasMaxTrials ? Int(message.budget.maxTrials) : nil,
            status: try Study.Status(message), counts: Study.Counts(message.counts),
            priorTrials: Int(message.priorTrials),
            best: message.bestValue.map { Best(number: Int(message.best.number), value: $0) },
            events: Int(message.events))
    }
}

extension Attune_V1_Experiment {
    fileprivate var bestValue: ReportedValue? {
        guard hasBest else { return nil }
        if best.hasValue { return .number(best.value) }
        return best.metrics[metric].flatMap { $0.hasText ? .text($0.text) : nil }
    }
}

extension Study.Status {
    fileprivate init(_ message: Attune_V1_Experiment) throws {
        switch message.state {
        case .experimentRunning: self = .running
        case .experimentSuspended: self = .stopped
        case .experimentSucceeded, .experimentFailed:
            let opening = "Experiment has failed because "
            let why = message.message.hasPrefix(opening) ? String(message.message.dropFirst(opening.count)) : nil
            guard let finish = Finish(reason: message.reason, message: why ?? message.message) else { fallthrough }
            self = .finished(finish)
        case .unspecified, .UNRECOGNIZED:
            throw AttuneError("the server says of \(message.name) what this version of attune does not know")
        }
    }
}

extension Study.Counts {
    fileprivate init(_ message: Attune_V1_TrialCounts) {
        self.init()
        running = Int(message.running)
        paused = Int(message.paused)
        succeeded = Int(message.succeeded)
        failed = Int(message.failed)
        killed = Int(message.killed)
        earlyStopped = Int(message.earlyStopped)
        metricsUnavailable = Int(message.metricsUnavailable)
    }
}

extension Suggestion {
    /// Nil where the assignment is none of the space.
    init?(_ message: Attune_V1_Trial, space: SearchSpace) {
        guard let assignment = space.assignment(json: JSON(message.assignment)) else { return nil }
        self.init(
            assignment, resource: message.resource == 0 ? nil : Int(message.resource),
            parent: message.parent == 0 ? nil : Int(message.parent), labels: message.labels,
            explanation: message.hasExplanation ? Explanation(json: JSON(message.explanation)) : nil)
    }
}

extension TrialRow {
    /// - Parameter space: gives the parameters their order, which a message's object has lost.
    init(_ message: Attune_V1_Trial, space: SearchSpace) {
        let values = JSON(message.assignment)
        let ordered = JSON.Fields(space.names.compactMap { name in values[name].map { (name, $0) } })
        self.init(
            number: Int(message.number), name: message.name,
            outcome: Outcome(name: message.state, reason: message.reason.isEmpty ? nil : message.reason),
            isPaused: message.state == "Paused",
            suggestion: Suggestion(message, space: space) ?? Suggestion(Assignment([:])), assignment: .object(ordered),
            value: message.hasValue ? message.value : nil, attempt: Int(message.attempt),
            startTime: message.startTime.date, endTime: message.hasEndTime ? message.endTime.date : nil,
            metrics: message.metrics.mapValues(Metric.init))
    }
}

extension TrialRow.Metric {
    fileprivate init(_ message: Attune_V1_MetricSummary) {
        self.init(
            latest: message.hasLatest ? message.latest : nil, min: message.hasMin ? message.min : nil,
            max: message.hasMax ? message.max : nil, text: message.hasText ? message.text : nil)
    }
}
