import AttuneCore
import Foundation
import GRDB

/// What trials of studies have reported, by the name of the trial alone.
extension SQLiteStore {
    /// Everything that a trial has reported, in order, but what attempts did that were lost; empty where there is none of
    /// that name.
    ///
    /// - Parameters:
    ///   - trial: such as `demo-7`.
    ///   - tenancy: the namespace of its experiment; nil looks in all, and of several takes the one that was created last.
    /// - Complexity: O(events of the trial).
    public func series(ofTrial trial: String, in tenancy: String? = nil) async throws -> [Observation] {
        guard let dash = trial.lastIndex(of: "-"), let number = Int(trial[trial.index(after: dash)...]) else {
            return []
        }
        let experiment = String(trial[..<dash])
        return try await read { db in
            guard let id = try SQLiteStore.newest(experiment, tenancy, db) else { return [] }
            return try SQLiteStore.series(ofTrial: number, id, db)
        }
    }

    static func series(ofTrial number: Trial.Number, _ experiment: Int64, _ db: Database) throws -> [Observation] {
        let bodies = try String.fetchCursor(
            db,
            // Left to itself, SQLite goes through the whole log, which is in that order already.
            sql: "SELECT body FROM event INDEXED BY eventOfTrial WHERE experiment = ? AND trial = ? ORDER BY seq",
            arguments: [experiment, number])
        var series: [Observation] = []
        var kept = 0
        while let body = try bodies.next() {
            let event = try JSON(parsing: body)
            if event["observed"] != nil { series += Observation.reported(by: event) }
            if event["paused"] != nil { kept = series.count }
            if event["lost"] != nil { series.removeSubrange(kept...) }
        }
        return series
    }

    private static func newest(_ name: String, _ tenancy: String?, _ db: Database) throws -> Int64? {
        if let tenancy {
            return try Int64.fetchOne(
                db, sql: "SELECT id FROM experiment WHERE name = ?", arguments: ["\(tenancy)/\(name)"])
        }
        let place = "/\(name)"
        return try Int64.fetchOne(
            db,
            sql: """
                SELECT id FROM experiment WHERE name = ? OR substr(name, -length(?)) = ? ORDER BY id DESC LIMIT 1
                """, arguments: [name, place, place])
    }
}
