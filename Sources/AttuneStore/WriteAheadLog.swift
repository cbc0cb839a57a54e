import Foundation
import GRDB
import Synchronization

/// Keeps the write-ahead log short, also where there is always someone reading.
///
/// SQLite takes the log into the file by itself, but begins it anew only at a moment when nobody reads what is in it; with
/// readers that overlap there is none, and the log grows for ever. So, beyond its limit, it is taken in while writing waits:
/// readers that begin then do not need the log, and those that began before end soon. One that does not end soon is
/// left alone, and tried again when the log has grown by half.
final class WriteAheadLog: Sendable {
    /// How long writing may wait for readers.
    private static let patience = 250

    private let path: String
    private let limit: Int
    /// The size from which on to try.
    private let threshold: Mutex<Int>

    init(of path: String, limit: Int) {
        self.path = path + "-wal"
        self.limit = limit
        threshold = Mutex(limit)
    }

    var size: Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// To be called on the connection that writes, outside a transaction.
    func bound(_ db: Database) {
        let size = size
        guard size > threshold.withLock({ $0 }) else { return }
        let isEmpty = takeIn(db)
        threshold.withLock { $0 = isEmpty ? limit : size + limit / 2 }
    }

    /// - Returns: false where someone reads for long. That is no failure: everything is in the log.
    private func takeIn(_ db: Database) -> Bool {
        do {
            let timeout = try Int.fetchOne(db, sql: "PRAGMA busy_timeout") ?? 0
            try db.execute(sql: "PRAGMA busy_timeout = \(WriteAheadLog.patience)")
            defer { try? db.execute(sql: "PRAGMA busy_timeout = \(timeout)") }
            try db.checkpoint(.truncate)
            return true
        } catch {
            return false
        }
    }
}
