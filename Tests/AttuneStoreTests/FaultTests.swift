import AttuneCore
import AttuneTestSupport
import Foundation
import GRDB
import Testing

@testable import AttuneStore

struct FaultTests {
    private let place = TemporaryStore()
    private let experiment = Samples.experiment()

    private func opened() async throws -> (SQLiteStore, Claim) {
        let store = try place.open()
        try await store.create(experiment, at: Samples.noon)
        return (store, try await store.claim(experiment.id, at: Samples.noon))
    }

    /// Lets the file grow by `pages` more pages, as a disk that is nearly full would.
    private func limit(_ store: SQLiteStore, toGrowBy pages: Int) throws {
        try store.pool.writeWithoutTransaction { db in
            let count = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(count + pages)")
        }
    }

    private func message(of error: (any Error)?) -> String { error.map { "\($0)" } ?? "" }

    @Test func `a full disk refuses a batch as a whole, and loses nothing that was acknowledged`() async throws {
        let (store, claim) = try await opened()
        var history = RandomHistory(of: experiment, seed: 1)
        var kept = try history.events(50)
        try await store.append(kept, under: claim).wait()
        try limit(store, toGrowBy: 10)

        var lost = history
        let refused = try lost.events(5000)
        let first = store.append(Array(refused[..<10]), under: claim)
        let error = await #expect(throws: AttuneError.self) {
            try await store.append(Array(refused[10...]), under: claim).wait()
        }
        #expect(message(of: error).hasPrefix("the disk is full: \(place.path)"))
        #expect(message(of: error).hasSuffix("free space, then `attune resume sample`"))
        // Whether it shared the transaction of the batch that failed depends on the writer's moment.
        if await succeeds(first) { kept += try history.events(10) }
        await #expect(throws: AttuneError.self) { try await store.append(refused, under: claim).wait() }
        #expect(try await store.load(experiment.id)?.events.map(\.json) == kept.map(\.json))

        try limit(store, toGrowBy: 100_000)
        await #expect(throws: AttuneError.self) { try await store.append([], under: claim).wait() }
        try await store.release(claim)
        let resumed = try await store.claim(experiment.id, at: Samples.noon)
        let more = try history.events(5000)
        try await store.append(more, under: resumed).wait()
        #expect(try await place.open().load(experiment.id)?.events.map(\.json) == (kept + more).map(\.json))
    }

    private func succeeds(_ commit: Commit) async -> Bool {
        do { try await commit.wait() } catch { return false }
        return true
    }

    @Test func `a claim whose release could not be written is not in its own process's way`() async throws {
        let (store, claim) = try await opened()
        try await store.pool.write { db in
            try db.execute(
                sql: """
                    CREATE TRIGGER full BEFORE DELETE ON claim WHEN old.token = \(claim.token)
                    BEGIN SELECT RAISE(ABORT, 'no space for it'); END
                    """)
        }
        await #expect(throws: AttuneError.self) { try await store.release(claim) }
        let other = try place.open()
        await #expect(throws: HeldElsewhere.self) { try await other.claim(experiment.id, at: Samples.noon) }
        try await store.pool.write { db in try db.execute(sql: "DROP TRIGGER full") }
        let next = try await store.claim(experiment.id, at: Samples.noon)
        try await store.append(Samples.events(of: experiment), under: next).wait()
    }

    @Test func `what was acknowledged outlives a process that is killed`() async throws {
        let path = place.path
        try FileManager.default.createDirectory(at: place.directory, withIntermediateDirectories: true)
        let acknowledged = place.directory.appendingPathComponent("acknowledged").path
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, acknowledged = acknowledged as String] in
            let store = try SQLiteStore(at: path)
            let experiment = Samples.experiment()
            try await store.create(experiment, at: Samples.noon)
            let claim = try await store.claim(experiment.id, at: Samples.noon)
            var history = RandomHistory(of: experiment, seed: 4)
            for count in 1...200 {
                try await store.append(history.events(3), under: claim).wait()
                try Data("\(count * 3)".utf8).write(to: URL(fileURLWithPath: acknowledged), options: .atomic)
            }
            for _ in 1...50 { _ = store.append(try history.events(100), under: claim) }
            kill(getpid(), SIGKILL)
        }
        let count = try #require(Int(String(contentsOfFile: acknowledged, encoding: .utf8)))
        let store = try place.open()
        let stored = try #require(await store.load(experiment.id)).events
        var history = RandomHistory(of: experiment, seed: 4)
        #expect(count == 600)
        #expect(stored.count >= count)
        #expect(try stored.map(\.json) == history.events(stored.count).map(\.json))
        _ = try await store.claim(experiment.id, at: Samples.noon)
    }

    // MARK: Files that are no store

    private func expectRefusal(_ start: String, of path: String) {
        let error = #expect(throws: AttuneError.self) { try SQLiteStore(at: path) }
        #expect(message(of: error).hasPrefix("\(path) \(start)"), "\(message(of: error))")
    }

    private func write(_ contents: Data) throws -> String {
        try FileManager.default.createDirectory(at: place.directory, withIntermediateDirectories: true)
        let file = place.directory.appendingPathComponent("store.sqlite")
        try contents.write(to: file)
        return file.path
    }

    @Test func `a file that is no database is refused, and left as it is`() throws {
        let text = Data(String(repeating: "apiVersion: kubeflow.org/v1beta1\n", count: 100).utf8)
        let path = try write(text)
        expectRefusal("is not a database", of: path)
        #expect(FileManager.default.contents(atPath: path) == text)
    }

    @Test func `another program's database is refused`() throws {
        let path = try write(Data())
        try DatabaseQueue(path: path).write { db in try db.execute(sql: "CREATE TABLE bookmark (url TEXT)") }
        expectRefusal("is a database of another program", of: path)
    }

    @Test func `a store of a later version is refused`() throws {
        let store = try place.open()
        try store.pool.write { db in try db.execute(sql: "PRAGMA user_version = 99") }
        expectRefusal("has schema version 99", of: place.path)
    }

    @Test func `a directory in the place of the file is refused`() throws {
        try FileManager.default.createDirectory(atPath: place.path, withIntermediateDirectories: true)
        expectRefusal("cannot be opened", of: place.path)
    }

    @Test func `a directory that cannot be created is named`() throws {
        let path = try write(Data()) + "/below/store.sqlite"
        let error = #expect(throws: AttuneError.self) { try SQLiteStore(at: path) }
        #expect(
            message(of: error).hasPrefix("the directory \(place.directory.path)/store.sqlite/below cannot be created"))
    }

    @Test func `a damaged page is reported when it is read`() async throws {
        do {
            let (store, claim) = try await opened()
            var history = RandomHistory(of: experiment, seed: 5)
            try await store.append(history.events(2000), under: claim).wait()
            try await store.pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        }
        var contents = try #require(FileManager.default.contents(atPath: place.path))
        // The first page holds the schema; what lies behind it holds rows.
        contents.replaceSubrange(4096..<contents.count, with: Data(repeating: 0xFF, count: contents.count - 4096))
        let damaged = try write(contents)
        let store = try SQLiteStore(at: damaged)
        let error = await #expect(throws: AttuneError.self) { try await store.load(experiment.id) }
        #expect(message(of: error).hasPrefix("\(damaged) is damaged"), "\(message(of: error))")
    }

    /// The superuser may write anything.
    @Test(.enabled(if: geteuid() != 0))
    func `a file without write permission is refused`() throws {
        _ = try place.open()
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: place.path)
        expectRefusal("cannot be written", of: place.path)
    }

    @Test func `a connection that may only read is told so`() async throws {
        let (store, claim) = try await opened()
        try await store.pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA query_only = 1") }
        let error = await #expect(throws: AttuneError.self) { try await store.append([], under: claim).wait() }
        #expect(message(of: error).hasPrefix("\(place.path) cannot be written"), "\(message(of: error))")
    }
}
