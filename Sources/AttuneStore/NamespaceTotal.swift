import AttuneCore
import GRDB

/// How many experiments of a namespace stand alike, and their trials.
public struct NamespaceTotal: Sendable, Hashable {
    /// What stands before the `/` of the experiments' names; `default` where there is none.
    public let namespace: String
    public let status: Study.Status
    public let experiments: Int
    /// By Katib's name of the condition, or `Paused`.
    public let trials: [String: Int]
}

extension SQLiteStore {
    /// Counts by namespace and status.
    public func totals() async throws -> [NamespaceTotal] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT CASE instr(name, '/') WHEN 0 THEN 'default' ELSE substr(name, 1, instr(name, '/') - 1) END
                        AS namespace, status, count(*) AS experiments, sum(running) AS running, sum(paused) AS paused,
                        sum(succeeded) AS succeeded, sum(failed) AS failed, sum(killed) AS killed,
                        sum(earlyStopped) AS earlyStopped, sum(metricsUnavailable) AS metricsUnavailable
                    FROM experiment GROUP BY namespace, status
                    """
            ).compactMap(NamespaceTotal.init(row:))
        }
    }

    /// - Throws: where the file does not answer a read.
    public func checkAnswers() async throws {
        _ = try await read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM claim") }
    }
}

extension NamespaceTotal {
    fileprivate init?(row: Row) {
        guard let status = Study.Status(word: row["status"], message: "") else { return nil }
        self.init(
            namespace: row["namespace"], status: status, experiments: row["experiments"],
            trials: [
                "Running": row["running"], "Paused": row["paused"], "Succeeded": row["succeeded"],
                "Failed": row["failed"], "Killed": row["killed"], "EarlyStopped": row["earlyStopped"],
                "MetricsUnavailable": row["metricsUnavailable"],
            ])
    }
}
