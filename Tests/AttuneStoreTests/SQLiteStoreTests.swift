import AttuneCore
import AttuneTestSupport
import Dispatch
import Foundation
import GRDB
import Synchronization
import Testing

@testable import AttuneStore

struct SQLiteStoreTests {
    private let place = TemporaryStore()
    private let experiment = Samples.experiment()

    @Test(arguments: TrialStoreLaw.all)
    func `a store in a file keeps the laws of stores`(law: TrialStoreLaw) async throws {
        let place = self.place
        try await law.check(StoreUnderTest(place.open()) { try place.open() })
    }

    @Test func `the writing connection flushes every commit`() throws {
        let store = try place.open()
        let (journal, synchronous, foreignKeys) = try store.pool.writeWithoutTransaction { db in
            (
                try String.fetchOne(db, sql: "PRAGMA journal_mode"), try Int.fetchOne(db, sql: "PRAGMA synchronous"),
                try Bool.fetchOne(db, sql: "PRAGMA foreign_keys")
            )
        }
        #expect(journal == "wal")
        #expect(synchronous == 2)
        #expect(foreignKeys == true)
    }

    @Test func `a missing directory is created for its owner alone`() throws {
        _ = try place.open()
        let directory = URL(fileURLWithPath: place.path).deletingLastPathComponent().path
        let mode = try FileManager.default.attributesOfItem(atPath: directory)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test func `processes that create the store at the same time all succeed`() async throws {
        let place = self.place
        try await withThrowingTaskGroup(of: SQLiteStore.self) { group in
            for _ in 0..<8 { group.addTask { try place.open() } }
            for try await store in group { #expect(try await store.experiments() == []) }
        }
    }

    @Test func `appends that wait together share one commit`() async throws {
        let store = try place.open()
        var claims: [Claim] = []
        for number in 1...16 {
            let sample = Samples.experiment(named: "study-\(number)")
            try await store.create(sample, at: Samples.noon)
            claims.append(try await store.claim(sample.id, at: Samples.noon))
        }
        let commits = CommitCounter()
        store.pool.add(transactionObserver: commits, extent: .observerLifetime)
        let gate = DispatchSemaphore(value: 0)
        store.pool.asyncWriteWithoutTransaction { _ in gate.wait() }
        let waiting = claims.map { store.append(Samples.events(of: experiment), under: $0) }
        gate.signal()
        for commit in waiting { try await commit.wait() }
        #expect(commits.count == 1)
    }

    @Test func `two connections that write at the same time wait for one another`() async throws {
        let place = self.place
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...3 {
                group.addTask {
                    let store = try place.open()
                    let sample = Samples.experiment(named: "study-\(number)")
                    try await store.create(sample, at: Samples.noon)
                    let claim = try await store.claim(sample.id, at: Samples.noon)
                    var history = RandomHistory(of: sample, seed: UInt64(number))
                    for _ in 0..<50 { try await store.append(history.events(2), under: claim).wait() }
                }
            }
            try await group.waitForAll()
        }
        let store = try place.open()
        for number in 1...3 { #expect(try await store.load("study-\(number)")?.events.count == 100) }
    }

    @Test(
        arguments: [
            ([.observed(1, [])], "trial 1 of sample is not running"),
            ([.lost(2, reason: "evicted", at: Samples.noon)], "trial 2 of sample is not running"),
            ([.ended(1, .succeeded, at: Samples.noon)], "trial 1 of sample is not running"),
            (
                [.started(3, Suggestion(Assignment([:])), at: Samples.noon)],
                "trial 3 of sample cannot start: the next is 2"
            ),
        ] as [([Event], String)])
    func `an event that cannot follow is refused`(events: [Event], refusal: String) async throws {
        let store = try place.open()
        try await store.create(experiment, at: Samples.noon)
        let claim = try await store.claim(experiment.id, at: Samples.noon)
        let suggestion = Suggestion(experiment.space.assignment(at: [0.5, 0.5, 0.5, 0.5]))
        let before: [Event] = [.started(1, suggestion, at: Samples.noon), .ended(1, .earlyStopped, at: Samples.noon)]
        try await store.append(before, under: claim).wait()
        await #expect(throws: AttuneError(refusal)) { try await store.append(events, under: claim).wait() }
        #expect(try await store.load(experiment.id)?.events == before)
    }

    @Test func `a study that writes what cannot follow fails alone, and then for good`() async throws {
        let store = try place.open()
        let other = Samples.experiment(named: "other")
        for sample in [experiment, other] { try await store.create(sample, at: Samples.noon) }
        let claim = try await store.claim(experiment.id, at: Samples.noon)
        let otherClaim = try await store.claim(other.id, at: Samples.noon)
        let events = Samples.events(of: experiment)
        let gate = DispatchSemaphore(value: 0)
        store.pool.asyncWriteWithoutTransaction { _ in gate.wait() }
        let good = store.append(Array(events[..<2]), under: claim)
        let bad = store.append([.ended(9, .succeeded, at: Samples.noon)], under: claim)
        let untouched = store.append(events, under: otherClaim)
        gate.signal()
        let refusal = AttuneError("trial 9 of sample is not running")
        await #expect(throws: refusal) { try await bad.wait() }
        await #expect(throws: refusal) { try await good.wait() }
        try await untouched.wait()
        await #expect(throws: refusal) { try await store.append(Array(events[..<2]), under: claim).wait() }
        #expect(try await store.load(experiment.id)?.events == [])
        #expect(try await store.load(other.id)?.events == events)

        try await store.release(claim)
        let again = try await store.claim(experiment.id, at: Samples.noon)
        try await store.append(events, under: again).wait()
        #expect(try await store.load(experiment.id)?.events == events)
    }
}

/// Counts commits that change an experiment's row, as appends do and a claim's sign of life does not.
private final class CommitCounter: TransactionObserver, Sendable {
    private let state = Mutex((commits: 0, changes: false))
    var count: Int { state.withLock { $0.commits } }
    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { eventKind.tableName == "experiment" }
    func databaseDidChange(with event: DatabaseEvent) { state.withLock { $0.changes = true } }
    func databaseDidCommit(_ db: Database) {
        state.withLock {
            if $0.changes { $0.commits += 1 }
            $0.changes = false
        }
    }
    func databaseDidRollback(_ db: Database) { state.withLock { $0.changes = false } }
}
