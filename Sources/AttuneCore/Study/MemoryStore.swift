import Foundation
import Synchronization

/// Keeps events for as long as the process lives.
public final class MemoryStore: TrialStore {
    private struct Entry {
        let experiment: Experiment
        let createdAt: Date
        var events: [Event] = []
        var token = 0
        var isHeld = false
    }

    private let entries = Mutex<[Experiment.ID: Entry]>([:])

    public init() {}

    public func create(_ experiment: Experiment, at time: Date) async throws {
        try entries.withLock { entries in
            guard entries[experiment.id] == nil else {
                throw AttuneError("an experiment named \(experiment.name) exists already")
            }
            entries[experiment.id] = Entry(experiment: experiment, createdAt: time)
        }
    }

    public func load(_ id: Experiment.ID) async throws -> StoredExperiment? {
        entries.withLock { entries in
            entries[id].map { StoredExperiment(experiment: $0.experiment, createdAt: $0.createdAt, events: $0.events) }
        }
    }

    public func claim(_ id: Experiment.ID, at time: Date) async throws -> Claim {
        try entries.withLock { entries in
            guard var entry = entries[id] else { throw AttuneError("there is no experiment named \(id)") }
            guard !entry.isHeld else { throw HeldElsewhere(experiment: id, holder: "another tuner of this process") }
            entry.token += 1
            entry.isHeld = true
            entries[id] = entry
            return Claim(experiment: id, token: entry.token)
        }
    }

    public func release(_ claim: Claim) async throws {
        entries.withLock { entries in
            if entries[claim.experiment]?.token == claim.token { entries[claim.experiment]?.isHeld = false }
        }
    }

    public func append(_ events: [Event], under claim: Claim) -> Commit {
        let isKept = entries.withLock { entries in
            guard let entry = entries[claim.experiment], entry.isHeld, entry.token == claim.token else { return false }
            entries[claim.experiment]?.events += events
            return true
        }
        return Commit { if !isKept { throw Fenced(experiment: claim.experiment) } }
    }

    public func delete(_ id: Experiment.ID) async throws {
        entries.withLock { $0[id] = nil }
    }
}
