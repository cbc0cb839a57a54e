import AttuneCore
import Foundation
import GRDB

/// Replies to requests that may be made again.
extension SQLiteStore {
    /// How many of the latest receipts are kept, over all experiments.
    static let receiptLimit = 1_000_000

    public func reply(to request: String, of id: Experiment.ID) async throws -> [UInt8]? {
        try await read { db in
            try Data.fetchOne(
                db.cachedStatement(sql: "SELECT reply FROM request WHERE owner = ? AND key = ?"),
                arguments: [id, request]
            ).map { Array($0) }
        }
    }

    /// Keeps a receipt that belongs to no study's log.
    ///
    /// - Parameter owner: within which the request's name is unique.
    public func keep(_ receipt: Receipt, of owner: String) async throws {
        try await write { db in try db.keep(receipt, of: owner) }
    }
}

extension Database {
    /// Within a transaction.
    func keep(_ receipt: Receipt, of owner: String) throws {
        try cachedStatement(sql: "INSERT OR REPLACE INTO request (owner, key, reply) VALUES (?, ?, ?)").execute(
            arguments: [owner, receipt.request, Data(receipt.reply)])
        // Now and then, as finding the oldest costs nothing by itself.
        let latest = lastInsertedRowID
        guard latest.isMultiple(of: 1_000) else { return }
        try execute(
            sql: "DELETE FROM request WHERE number <= ?", arguments: [latest - Int64(SQLiteStore.receiptLimit)])
    }
}
