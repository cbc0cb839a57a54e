import Foundation
import Synchronization

/// Keeps events for as long as the process lives.
public final class MemoryStore: TrialStore {
    private struct Entry {
        let experiment: Experiment
        let createdAt: Date
        var events: [Event] = []
        var replies: [String: [UInt8]] = [:]
        /// Nil while nobody holds the study.
        var claim: Claim?
    }

    private struct State {
        var entries: [Experiment.ID: Entry] = [:]
        var lastToken = 0
    }

    private let state = Mutex(State())

    public init() {}

    public func create(_ experiment: Experiment, at time: Date) async throws {
        try state.withLock { state in
            guard state.entries[experiment.id] == nil else {
                throw AttuneError("an experiment named \(experiment.name) exists already")
            }
            state.entries[experiment.id] = Entry(experiment: experiment, createdAt: time)
        }
    }

    public func load(_ id: Experiment.ID) async throws -> StoredExperiment? {
        state.withLock { state in
            state.entries[id].map {
                StoredExperiment(experiment: $0.experiment, createdAt: $0.createdAt, events: $0.events)
            }
        }
    }

    public func claim(_ id: Experiment.ID, at time: Date) async throws -> Claim {
        try state.withLock { state in
            guard let entry = state.entries[id] else { throw AttuneError("there is no experiment named \(id)") }
            guard entry.claim == nil else { throw MemoryStore.held(id) }
            state.lastToken += 1
            let claim = Claim(experiment: id, token: state.lastToken)
            state.entries[id]?.claim = claim
            return claim
        }
    }

    public func release(_ claim: Claim) async throws {
        state.withLock { state in
            if state.entries[claim.experiment]?.claim == claim { state.entries[claim.experiment]?.claim = nil }
        }
    }

    public func append(_ events: [Event], receipt: Receipt?, under claim: Claim) -> Commit {
        let isKept = state.withLock { state in
            guard state.entries[claim.experiment]?.claim == claim else { return false }
            state.entries[claim.experiment]?.events += events
            if let receipt { state.entries[claim.experiment]?.replies[receipt.request] = receipt.reply }
            return true
        }
        return Commit { if !isKept { throw Fenced(experiment: claim.experiment) } }
    }

    public func reply(to request: String, of id: Experiment.ID) async throws -> [UInt8]? {
        state.withLock { $0.entries[id]?.replies[request] }
    }

    public func delete(_ id: Experiment.ID) async throws {
        try state.withLock { state in
            guard state.entries[id]?.claim == nil else { throw MemoryStore.held(id) }
            state.entries[id] = nil
        }
    }

    private static func held(_ id: Experiment.ID) -> HeldElsewhere {
        HeldElsewhere(experiment: id, holder: "another tuner of this process")
    }
}
