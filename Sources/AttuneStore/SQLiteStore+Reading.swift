import AttuneCore
import Foundation
import GRDB

/// What lists and pages read, also from another process than the one that writes. None of it depends on how many events
/// there are.
extension SQLiteStore {
    /// Every experiment, by name.
    public func experiments() async throws -> [ExperimentSummary] {
        let now = clock.now()
        return try await read { [self] db in
            try Row.fetchAll(
                db, sql: "SELECT experiment.*, \(ExperimentSummary.bestMetrics) FROM experiment ORDER BY name"
            ).map { try summary($0, at: now, db) }
        }
    }

    /// A page of the experiments of one namespace, by name.
    ///
    /// - Parameters:
    ///   - tenancy: nil for the default one.
    ///   - prefix: how their names begin.
    ///   - last: the name that the page before ended with.
    public func experiments(
        in tenancy: String?, prefix: String = "", after last: String = "", limit: Int
    ) async throws -> [ExperimentSummary] {
        let now = clock.now()
        let start = tenancy.map { "\($0)/" } ?? ""
        return try await read { [self] db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT experiment.*, \(ExperimentSummary.bestMetrics) FROM experiment
                    WHERE name > ? AND name >= ? AND substr(name, 1, ?) = ?
                        AND instr(substr(name, ?), '/') = 0 ORDER BY name LIMIT ?
                    """,
                arguments: [
                    start + last, start + prefix, (start + prefix).count, start + prefix, start.count + 1, limit,
                ]
            ).map { try summary($0, at: now, db) }
        }
    }

    /// How many experiments a namespace has.
    public func countExperiments(in tenancy: String?) async throws -> Int {
        try await read { db in
            try Int.fetchOne(
                db,
                sql: tenancy == nil
                    ? "SELECT count(*) FROM experiment WHERE instr(name, '/') = 0"
                    : "SELECT count(*) FROM experiment WHERE substr(name, 1, ?) = ?",
                arguments: tenancy.map { [$0.count + 1, "\($0)/"] } ?? []) ?? 0
        }
    }

    /// An event as it stands in the log.
    public struct LoggedEvent: Sendable, Hashable {
        /// From 1, without gaps.
        public let sequence: Int
        public let kind: String
        public let trial: Trial.Number?
        public let body: JSON
    }

    /// A page of an experiment's log; nil when there is none of that name.
    public func events(of id: Experiment.ID, after: Int, limit: Int) async throws -> (
        events: [LoggedEvent], total: Int
    )? {
        try await read { db in
            guard
                let row = try Row.fetchOne(
                    db.cachedStatement(sql: "SELECT id, events FROM experiment WHERE name = ?"), arguments: [id])
            else { return nil }
            let events = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT seq, kind, trial, body FROM event WHERE experiment = ? AND seq > ? ORDER BY seq LIMIT ?
                        """), arguments: [row["id"] as Int64, after, limit]
            ).map {
                LoggedEvent(
                    sequence: $0["seq"], kind: $0["kind"], trial: $0["trial"], body: try JSON(parsing: $0["body"]))
            }
            return (events, row["events"])
        }
    }

    /// The budget as it was edited last; nil where it never was.
    public func editedBudget(of id: Experiment.ID) async throws -> Budget? {
        try await read { db in
            let body = try String.fetchOne(
                db,
                sql: """
                    SELECT body FROM event WHERE experiment = (SELECT id FROM experiment WHERE name = ?)
                        AND kind = 'budgetEdited' ORDER BY seq DESC LIMIT 1
                    """, arguments: [id])
            return try body.flatMap { try JSON(parsing: $0)["budgetEdited"].map(Budget.init(json:)) }
        }
    }

    /// The requests of an owner that have receipts, the latest `limit` of them.
    public func requests(of owner: String, limit: Int) async throws -> [String] {
        try await read { db in
            try String.fetchAll(
                db, sql: "SELECT key FROM request WHERE owner = ? ORDER BY number DESC LIMIT ?",
                arguments: [owner, limit])
        }
    }

    /// Where an experiment stands; nil when there is none of that name.
    public func summary(of id: Experiment.ID) async throws -> ExperimentSummary? {
        let now = clock.now()
        return try await read { [self] db in
            try Row.fetchOne(
                db, sql: "SELECT experiment.*, \(ExperimentSummary.bestMetrics) FROM experiment WHERE name = ?",
                arguments: [id]
            ).map { try summary($0, at: now, db) }
        }
    }

    /// The experiment as it was created, without its events; nil when there is none of that name.
    public func experiment(_ id: Experiment.ID) async throws -> Experiment? {
        try await read { db in
            try String.fetchOne(db, sql: "SELECT manifest FROM experiment WHERE name = ?", arguments: [id])
                .map { try Experiment(json: JSON(parsing: $0)) }
        }
    }

    private func summary(_ row: Row, at time: Date, _ db: Database) throws -> ExperimentSummary {
        var summary = try ExperimentSummary(row: row)
        summary.holder = try ClaimRow.of(summary.id, db).flatMap { isAlive($0, at: time) ? $0.process.name : nil }
        return summary
    }

    /// A page of an experiment's trials by number; empty when there is no such experiment.
    ///
    /// - Parameters:
    ///   - offset: how many to leave out.
    ///   - states: Katib's names of the conditions to show, such as `Running`; nil shows all.
    public func trials(
        of id: Experiment.ID, offset: Int = 0, limit: Int = 100, states: [String]? = nil
    ) async throws -> [TrialRow] {
        try await read { db in
            let request =
                states.map { Page.inStates($0, of: id, offset: offset, limit: limit) }
                ?? Page.all(of: id, offset: offset, limit: limit)
            return try Row.fetchAll(db, sql: request.sql, arguments: request.arguments).map {
                try TrialRow(row: $0, of: id)
            }
        }
    }

    /// The succeeded trial with the best objective, the earliest to end among equals; of those with texts the last.
    public func best(of id: Experiment.ID) async throws -> TrialRow? {
        try await read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT trial.* FROM experiment JOIN trial ON trial.experiment = experiment.id AND number = bestTrial
                    WHERE name = ?
                    """, arguments: [id]
            ).map { try TrialRow(row: $0, of: id) }
        }
    }
}

/// A query for some of an experiment's trials, by number.
private struct Page {
    let sql: String
    let arguments: StatementArguments

    /// Numbers have no gaps, so an offset is a number, and nothing is read to be left out.
    static func all(of id: Experiment.ID, offset: Int, limit: Int) -> Page {
        Page(
            sql: """
                SELECT * FROM trial WHERE experiment = (SELECT id FROM experiment WHERE name = ?) AND number > ?
                ORDER BY number LIMIT ?
                """, arguments: [id, offset, limit])
    }

    /// Finds the numbers in the index of states first: what is left out is not read whole.
    static func inStates(_ states: [String], of id: Experiment.ID, offset: Int, limit: Int) -> Page {
        let places = states.map { _ in "?" }.joined(separator: ", ")
        return Page(
            sql: """
                WITH study AS (SELECT id FROM experiment WHERE name = ?)
                SELECT * FROM trial WHERE experiment = (SELECT id FROM study) AND number IN (
                    SELECT number FROM trial WHERE experiment = (SELECT id FROM study) AND state IN (\(places))
                    ORDER BY number LIMIT ? OFFSET ?
                ) ORDER BY number
                """, arguments: [id] + StatementArguments(states) + [limit, offset])
    }
}
