import AttuneCore
import GRDB

extension SQLiteStore {
    /// Reads the whole file and its indexes.
    ///
    /// - Throws: `AttuneError` with the first damage found.
    /// - Complexity: O(size of the file).
    public func checkIntegrity() async throws {
        let report = try await read { db in try String.fetchOne(db, sql: "PRAGMA integrity_check(1)") }
        guard report == "ok" else { throw AttuneError("\(path) is damaged: \(report ?? "no report")") }
    }
}
