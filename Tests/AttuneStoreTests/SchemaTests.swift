import AttuneCore
import AttuneTestSupport
import Foundation
import GRDB
import Testing

@testable import AttuneStore

struct SchemaTests {
    private let place = TemporaryStore()

    /// Makes a store from the text of one that an earlier version wrote.
    private func restore(_ fixture: String) throws {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/\(fixture)", withExtension: nil))
        let directory = URL(fileURLWithPath: place.path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let sql = try String(contentsOf: url, encoding: .utf8)
        try DatabaseQueue(path: place.path).writeWithoutTransaction { db in try db.execute(sql: sql) }
    }

    @Test func `there is a fixture for every version`() throws {
        for version in 1...Schema.migrations.count {
            #expect(Bundle.module.url(forResource: "Fixtures/version\(version).sql", withExtension: nil) != nil)
        }
    }

    @Test(arguments: 1...Schema.migrations.count)
    func `a store of every version so far is read, brought up to date and written`(version: Int) async throws {
        try restore("version\(version).sql")
        let store = try place.open()
        let experiment = Samples.experiment()
        let events = Samples.events(of: experiment)
        #expect(try await store.load(experiment.id)?.events == events)
        let summary = try #require(await store.summary(of: experiment.id))
        #expect(summary.counts.succeeded == 1 && summary.counts.failed == 1 && summary.counts.killed == 1)
        #expect(summary.best == ExperimentSummary.Best(number: 1, value: .number(0.1 + 0.2)))

        let claim = try await store.claim(experiment.id, at: Samples.noon)
        let more: [Event] = [.budgetEdited(Budget(maxTrials: 50), at: Samples.noon)]
        try await store.append(more, under: claim).wait()
        #expect(try await store.load(experiment.id)?.events == events + more)
        let current = try await store.pool.read { db in try Int.fetchOne(db, sql: "PRAGMA user_version") }
        #expect(current == Schema.migrations.count)
    }

    /// The test that fails when a released migration is changed.
    @Test func `the newest fixture has the schema of a new store`() throws {
        try restore("version\(Schema.migrations.count).sql")
        let fresh = TemporaryStore()
        #expect(try schema(of: place.open()) == schema(of: fresh.open()))
    }

    private func schema(of store: SQLiteStore) throws -> [String] {
        try store.pool.read { db in
            try String.fetchAll(
                db,
                sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name")
        }
    }
}
