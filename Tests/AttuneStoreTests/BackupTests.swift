import AttuneCore
import AttuneTestSupport
import Dispatch
import Foundation
import GRDB
import Synchronization
import Testing

@testable import AttuneStore

struct BackupTests {
    private let place = TemporaryStore()
    private var copy: String { place.directory.appending(path: "copy.db").path }

    @Test func `a backup made while others write is whole, and opens as a store`() async throws {
        let store = try place.open()
        let experiment = Samples.experiment()
        try await store.create(experiment, at: Samples.noon)
        let claim = try await store.claim(experiment.id, at: Samples.noon)
        try await store.append(Samples.events(of: experiment), under: claim).wait()
        let copy = self.copy
        #expect(try await store.backUp(to: copy) == 1)
        #expect(try SQLiteStore.checkCopy(at: copy) == 1)
        let names = try FileManager.default.contentsOfDirectory(atPath: place.directory.path)
        #expect(names.filter { $0.hasPrefix("copy.db") } == ["copy.db"])
        let restored = try SQLiteStore(at: copy)
        let stored = try await restored.load(experiment.id)
        #expect(stored?.events == Samples.events(of: experiment))
    }

    @Test func `a backup overwrites nothing`() async throws {
        let store = try place.open()
        let copy = self.copy
        try Data("mine".utf8).write(to: URL(fileURLWithPath: copy))
        await #expect(throws: AttuneError.self) { try await store.backUp(to: copy) }
        #expect(FileManager.default.contents(atPath: copy) == Data("mine".utf8))
    }

    @Test func `a damaged backup is found out`() async throws {
        let store = try place.open()
        for number in 1...50 { try await store.create(Samples.experiment(named: "e-\(number)"), at: Samples.noon) }
        let copy = self.copy
        _ = try await store.backUp(to: copy)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: copy))
        try file.seek(toOffset: 4_096 * 2)
        try file.write(contentsOf: Data(repeating: 0xAB, count: 8_192))
        try file.close()
        #expect(throws: AttuneError.self) { try SQLiteStore.checkCopy(at: copy) }
    }

    @Test func `the log stays bounded though someone is always reading`() async throws {
        let limit = 1 << 20
        let store = try SQLiteStore(at: place.path, logLimit: limit)
        try await store.create(Samples.experiment(), at: Samples.noon)
        let readers = ReadersInTurns(store.pool)
        var longest = 0
        for _ in 0..<60 {
            try await store.write(BackupTests.writeMuch)
            longest = max(longest, store.log.size)
        }
        let turns = readers.end()
        #expect(turns > 2)
        #expect(longest < 4 * limit)
    }

    @Test func `a reader that stays keeps nobody from writing, and the log shrinks when it goes`() async throws {
        let limit = 1 << 20
        let store = try SQLiteStore(at: place.path, logLimit: limit)
        let (begun, go) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let ended = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [pool = store.pool] in
            try? pool.read { db in
                _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM experiment")
                begun.signal()
                go.wait()
            }
            ended.signal()
        }
        await waiting { begun.wait() }
        for _ in 0..<8 { try await store.write(BackupTests.writeMuch) }
        #expect(store.log.size > 2 * limit)
        go.signal()
        await waiting { ended.wait() }
        while store.log.size > limit { try await store.write(BackupTests.writeMuch) }
    }

    /// About 300 kB.
    @Sendable private static func writeMuch(_ db: Database) throws {
        try db.execute(
            sql:
                "INSERT INTO observationLog (namespace, trial, time, timeText, metric, value) VALUES ('d', 't', 0, '', 'm', ?)",
            arguments: [String(repeating: "x", count: 300_000)])
    }
}

/// Runs what blocks on a thread of its own.
private func waiting(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread {
            body()
            continuation.resume()
        }
    }
}

/// Two readers of which each begins before the other ends, so that there is no moment without one.
private final class ReadersInTurns: Sendable {
    private let first = DispatchSemaphore(value: 0)
    private let second = DispatchSemaphore(value: 0)
    private let state: Count

    init(_ pool: DatabasePool) {
        let state = Count()
        self.state = state
        for (mine, other) in [(first, second), (second, first)] {
            Thread.detachNewThread {
                while !state.isOver {
                    try? pool.read { db in
                        _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM experiment")
                        state.add()
                        other.signal()
                        mine.wait()
                    }
                }
                other.signal()
            }
        }
    }

    /// - Returns: how often one began.
    func end() -> Int {
        state.end()
        first.signal()
        second.signal()
        return state.turns
    }

    private final class Count: Sendable {
        private let count = Atomic<Int>(0)
        private let over = Atomic<Bool>(false)
        var turns: Int { count.load(ordering: .relaxed) }
        var isOver: Bool { over.load(ordering: .relaxed) }
        func add() { count.add(1, ordering: .relaxed) }
        func end() { over.store(true, ordering: .relaxed) }
    }
}
