import AttuneCore
import Foundation
import GRDB

/// Who writes a study: a row of the table `claim`, there from claim to release.
///
/// Tokens are never used again, so that an old claim cannot be mistaken for a new one, even of an experiment that was
/// deleted and created again.
struct ClaimRow {
    let claim: Claim
    let process: ProcessIdentity
    let heardAt: Date

    /// - Parameter row: of `claim` joined with `experiment`.
    init(row: Row) {
        claim = Claim(experiment: row["name"], token: row["token"])
        process = ProcessIdentity(
            host: row["host"], place: row["place"], pid: row["pid"], startTicks: row["startTicks"])
        heardAt = Date(timeIntervalSince1970: row["heardAt"])
    }

    static func of(_ id: Experiment.ID, _ db: Database) throws -> ClaimRow? {
        let row = try Row.fetchOne(
            db,
            sql: "SELECT claim.*, name FROM claim JOIN experiment ON experiment.id = claim.experiment WHERE name = ?",
            arguments: [id])
        return row.map(ClaimRow.init(row:))
    }

    /// - Returns: the new claim's token, larger than all before.
    static func insert(_ process: ProcessIdentity, experiment: Int64, at time: Date, _ db: Database) throws -> Int {
        try db.execute(sql: "DELETE FROM claim WHERE experiment = ?", arguments: [experiment])
        try db.execute(
            sql: """
                INSERT INTO claim (experiment, host, place, pid, startTicks, claimedAt, heardAt) VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                experiment, process.host, process.place, process.pid, process.startTicks, time.timeIntervalSince1970,
                time.timeIntervalSince1970,
            ])
        return Int(db.lastInsertedRowID)
    }

    /// Does nothing when the claim was taken over.
    static func delete(_ claim: Claim, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM claim WHERE token = ?", arguments: [claim.token])
    }
}
