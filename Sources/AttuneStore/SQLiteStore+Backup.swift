import AttuneCore
import Foundation
import GRDB

extension SQLiteStore {
    /// Copies the store as it stands into one new file, checked and on disk when this returns, while others go on writing.
    ///
    /// - Returns: how many experiments it holds.
    /// - Throws: `AttuneError` where there is such a file already, it cannot be written, or the copy is damaged.
    public func backUp(to destination: String) async throws -> Int {
        guard !FileManager.default.fileExists(atPath: destination) else {
            throw AttuneError("\(destination) exists already; a backup overwrites nothing, choose another name")
        }
        let draft = "\(destination).\(UUID().uuidString.prefix(8)).partial"
        defer { for end in ["", "-journal", "-wal", "-shm"] { unlink(draft + end) } }
        do {
            try copy(to: draft)
            let count = try SQLiteStore.checkCopy(at: draft)
            try SQLiteStore.put(draft, at: destination)
            return count
        } catch let error as DatabaseError {
            throw error.explained(path: destination)
        }
    }

    private func copy(to draft: String) throws {
        let queue = try DatabaseQueue(path: draft)
        // For the owner alone, as the store: it says who may call.
        chmod(draft, 0o600)
        try pool.backup(to: queue)
        // One file, without a log beside it.
        try queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
        try queue.close()
    }

    /// Flushes the file, gives it its name, and flushes the directory.
    private static func put(_ draft: String, at destination: String) throws {
        try flush(draft)
        guard rename(draft, destination) == 0 else {
            throw AttuneError("\(destination) cannot be written: \(String(cString: strerror(errno)))")
        }
        try flush(URL(fileURLWithPath: destination).deletingLastPathComponent().path)
    }

    private static func flush(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw AttuneError("\(path) cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw AttuneError("\(path) cannot be flushed: \(String(cString: strerror(errno)))")
        }
    }

    /// Reads all of a backup, and changes nothing.
    ///
    /// - Returns: how many experiments it holds.
    /// - Throws: `AttuneError` saying what is wrong with it.
    public static func checkCopy(at path: String) throws -> Int {
        guard FileManager.default.fileExists(atPath: path) else { throw AttuneError("there is no file \(path)") }
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            return try queue.read { db in try checkCopy(db, path) }
        } catch let error as DatabaseError {
            throw error.explained(path: path)
        }
    }

    private static func checkCopy(_ db: Database, _ path: String) throws -> Int {
        guard try Int32.fetchOne(db, sql: "PRAGMA application_id") == Schema.applicationID else {
            throw AttuneError("\(path) is no store of Attune's")
        }
        let report = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)")
        guard report == "ok" else { throw AttuneError("\(path) is damaged: \(report ?? "no report")") }
        guard try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") == nil else {
            throw AttuneError("\(path) is damaged: rows refer to others that are not there")
        }
        return try Int.fetchOne(db, sql: "SELECT count(*) FROM experiment") ?? 0
    }

    /// Gives up every claim, so that others need not wait to find this process gone.
    public func releaseAll() async throws {
        for claim in queue.held { try await release(claim) }
    }
}
