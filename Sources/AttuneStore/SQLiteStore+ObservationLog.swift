import AttuneCore
import Foundation
import GRDB

/// A value as a trial reported it by its name, whatever text it is.
public struct LoggedValue: Sendable, Hashable {
    /// Seconds since 1970.
    public var time: Double
    /// The time as it was given, with its fraction and offset.
    public var timeText: String
    public var metric: String
    public var value: String

    public init(time: Double, timeText: String, metric: String, value: String) {
        self.time = time
        self.timeText = timeText
        self.metric = metric
        self.value = value
    }

    /// Whether the time has six digits behind its point, or more.
    fileprivate var isToTheMicrosecond: Bool {
        guard let point = timeText.lastIndex(of: ".") else { return false }
        return timeText[point...].dropFirst().prefix { $0.isASCII && $0.isNumber }.count >= 6
    }
}

/// What trials report that the store knows only by name: those of a controller, or of a program elsewhere. Trials of the
/// same name in different namespaces have nothing to do with one another.
extension SQLiteStore {
    /// Keeps values behind those that are there. They are durable when this returns.
    ///
    /// A report that is made again, as its answer was lost, is kept once: one of which every value is there already, at the
    /// same microsecond. Times that are less exact do not tell one report from another.
    public func log(_ values: [LoggedValue], of trial: String, in namespace: String) async throws {
        guard !values.isEmpty else { return }
        try await write { db in
            if values.allSatisfy(\.isToTheMicrosecond) {
                let find = try db.cachedStatement(
                    sql: """
                        SELECT EXISTS (
                            SELECT 1 FROM observationLog
                            WHERE namespace = ? AND trial = ? AND time = ? AND timeText = ? AND metric = ? AND value = ?)
                        """)
                let isKnown = try values.allSatisfy { value in
                    try Bool.fetchOne(
                        find, arguments: [namespace, trial, value.time, value.timeText, value.metric, value.value])
                        ?? false
                }
                if isKnown { return }
            }
            let insert = try db.cachedStatement(
                sql: """
                    INSERT INTO observationLog (namespace, trial, time, timeText, metric, value)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """)
            for value in values {
                try insert.execute(
                    arguments: [namespace, trial, value.time, value.timeText, value.metric, value.value])
            }
        }
    }

    /// A trial's values by time, those of one time in the order in which they came.
    ///
    /// - Parameters:
    ///   - metric: the only one wanted; nil gives all.
    ///   - start: nothing before it, in seconds since 1970.
    ///   - end: nothing after it.
    public func loggedValues(
        of trial: String, in namespace: String, metric: String? = nil, from start: Double? = nil,
        to end: Double? = nil, limit: Int = .max
    ) async throws -> [LoggedValue] {
        var conditions = ["namespace = ?", "trial = ?"]
        var arguments: StatementArguments = [namespace, trial]
        for (condition, value) in [("time >= ?", start), ("time <= ?", end)] {
            guard let value else { continue }
            conditions.append(condition)
            arguments += [value]
        }
        if let metric {
            conditions.append("metric = ?")
            arguments += [metric]
        }
        let sql = """
            SELECT time, timeText, metric, value FROM observationLog WHERE \(conditions.joined(separator: " AND "))
            ORDER BY time, number LIMIT ?
            """
        let all = arguments + [limit]
        return try await read { db in
            try Row.fetchAll(db, sql: sql, arguments: all).map {
                LoggedValue(time: $0[0], timeText: $0[1], metric: $0[2], value: $0[3])
            }
        }
    }

    /// A trial's values in the order in which they came, behind those of an earlier reading.
    ///
    /// - Parameter last: where the earlier reading ended; 0 for none.
    /// - Returns: the values, and where this reading ended.
    public func arrivals(
        of trial: String, in namespace: String, after last: Int64
    ) async throws -> (values: [LoggedValue], last: Int64) {
        try await read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT number, time, timeText, metric, value FROM observationLog
                    WHERE namespace = ? AND trial = ? AND number > ? ORDER BY number
                    """, arguments: [namespace, trial, last])
            let values = rows.map { LoggedValue(time: $0[1], timeText: $0[2], metric: $0[3], value: $0[4]) }
            return (values, rows.last?[0] ?? last)
        }
    }

    /// The first finite values of a metric that each trial reported, as many as there are of so many; by trial, in their order.
    ///
    /// - Complexity: O(trials · count), where reports are of that metric and numbers.
    public func firstLoggedNumbers(
        of trials: [String], in namespace: String, metric: String, count: Int
    ) async throws -> [[Double]] {
        try await read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT value FROM observationLog WHERE namespace = ? AND trial = ? AND metric = ?
                    ORDER BY time, number
                    """)
            return try trials.map { trial in
                var numbers: [Double] = []
                let values = try String.fetchCursor(statement, arguments: [namespace, trial, metric])
                while numbers.count < count, let text = try values.next() {
                    if let number = MetricNumber.value(of: text), number.isFinite { numbers.append(number) }
                }
                return numbers
            }
        }
    }

    /// Forgets what a trial reported, and that it was stopped.
    public func deleteLog(of trial: String, in namespace: String) async throws {
        try await write { db in
            for table in ["observationLog", "stoppedTrial"] {
                try db.execute(
                    sql: "DELETE FROM \(table) WHERE namespace = ? AND trial = ?", arguments: [namespace, trial])
            }
        }
    }

    // MARK: Trials that were stopped early

    /// Notes that a trial of which values were logged was stopped early; once is enough.
    ///
    /// - Returns: whether there is such a trial.
    public func noteStopped(_ trial: String, in namespace: String) async throws -> Bool {
        let now = clock.now().timeIntervalSince1970
        return try await write { db in
            let isKnown = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM observationLog WHERE namespace = ? AND trial = ?)",
                arguments: [namespace, trial])
            guard isKnown == true else { return false }
            try db.execute(
                sql: "INSERT OR IGNORE INTO stoppedTrial (namespace, trial, time) VALUES (?, ?, ?)",
                arguments: [namespace, trial, now])
            return true
        }
    }

    /// The names of a namespace's trials that were stopped early, in the order in which that was noted.
    public func stoppedTrials(in namespace: String) async throws -> [String] {
        try await read { db in
            try String.fetchAll(
                db, sql: "SELECT trial FROM stoppedTrial WHERE namespace = ? ORDER BY time, trial",
                arguments: [namespace])
        }
    }
}
