import AttuneCore
import Foundation
import GRDB

/// What charts of many trials are drawn from: of each trial some numbers, and no text that has to be read.
public struct TrialCells: Sendable, Hashable {
    public var number: Trial.Number
    /// Katib's name of the condition it is in, or `Paused`.
    public var state: String
    /// Times are seconds since 1970.
    public var start: Double
    /// Nil while it runs or rests.
    public var end: Double?
    /// The objective by its strategy; nil when nothing usable was reported.
    public var value: Double?
    /// What it had reached when it last rested or succeeded, where it keeps the constraints.
    public var standing: Double?
    public var attempt: Int

    public init(
        number: Trial.Number, state: String, start: Double, end: Double? = nil, value: Double? = nil,
        standing: Double? = nil, attempt: Int = 1
    ) {
        self.number = number
        self.state = state
        self.start = start
        self.end = end
        self.value = value
        self.standing = standing
        self.attempt = attempt
    }
}

/// What a trial was told and what it reported, as JSON's text.
public struct TrialTexts: Sendable, Hashable {
    public var number: Trial.Number
    /// An object of the active parameters, in the space's order.
    public var assignment: String
    /// By metric an object of `latest`, `min` and `max`, and of `text` where that came last.
    public var metrics: String

    public init(number: Trial.Number, assignment: String, metrics: String) {
        self.number = number
        self.assignment = assignment
        self.metrics = metrics
    }
}

/// What became of an experiment's trials since some event.
public struct TrialChanges: Sendable {
    /// When the experiment was created: another of the same name is another experiment.
    public var createdAt: Date
    /// How many events the log has now.
    public var events: Int
    /// By number; those that have changed.
    public var cells: [TrialCells]
    /// The same, where they were asked for.
    public var texts: [TrialTexts]
}

extension SQLiteStore {
    /// The trials that events after given ones are about; nil where there is no such experiment.
    ///
    /// - Parameters:
    ///   - cells: the event after which to look for changed numbers.
    ///   - texts: the event after which to look for changed texts; nil for none.
    /// - Complexity: O(events since then), O(trials) from the start; about a microsecond for each of a trial's columns.
    public func trialChanges(
        of id: Experiment.ID, cells: Int, texts: Int? = nil
    ) async throws -> TrialChanges? {
        try await read { db in
            guard
                let row = try Row.fetchOne(
                    db.cachedStatement(sql: "SELECT id, createdAt, events FROM experiment WHERE name = ?"),
                    arguments: [id])
            else { return nil }
            let experiment: Int64 = row["id"]
            return TrialChanges(
                createdAt: Date(timeIntervalSince1970: row["createdAt"]), events: row["events"],
                cells: try TrialCells.fetch(experiment, after: cells, db),
                texts: try texts.map { try TrialTexts.fetch(experiment, after: $0, db) } ?? [])
        }
    }

    /// What trials have reported, in the order of their numbers, but what attempts did that were lost.
    ///
    /// - Complexity: O(their events).
    public func series(of numbers: [Trial.Number], of id: Experiment.ID) async throws -> [[Observation]] {
        try await read { db in
            guard
                let experiment = try Int64.fetchOne(
                    db, sql: "SELECT id FROM experiment WHERE name = ?", arguments: [id])
            else { return [] }
            return try numbers.map { try SQLiteStore.series(ofTrial: $0, experiment, db) }
        }
    }

    /// The events of a trial, in order.
    public func events(ofTrial number: Trial.Number, of id: Experiment.ID, limit: Int) async throws -> [LoggedEvent] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT seq, kind, trial, body FROM event INDEXED BY eventOfTrial
                    WHERE experiment = (SELECT id FROM experiment WHERE name = ?) AND trial = ? ORDER BY seq LIMIT ?
                    """, arguments: [id, number, limit]
            ).map {
                LoggedEvent(
                    sequence: $0["seq"], kind: $0["kind"], trial: $0["trial"], body: try JSON(parsing: $0["body"]))
            }
        }
    }

    /// Changes whenever something is written to the file, by whichever process; costs two system calls.
    public var stamp: FileStamp { FileStamp(of: [path, path + "-wal"]) }
}

/// When files were written to last, and how long they are.
public struct FileStamp: Sendable, Hashable {
    private let parts: [[Int]]

    init(of paths: [String]) {
        parts = paths.map { path in
            var status = stat()
            guard stat(path, &status) == 0 else { return [] }
            return [Int(status.st_mtim.tv_sec), status.st_mtim.tv_nsec, Int(status.st_size)]
        }
    }
}

extension TrialCells {
    fileprivate static func fetch(_ experiment: Int64, after event: Int, _ db: Database) throws -> [TrialCells] {
        let columns = "number, state, startedAt, endedAt, value, standing, attempt"
        let rows = try changed(columns, experiment, after: event, db)
        var cells: [TrialCells] = []
        while let row = try rows.next() {
            cells.append(
                TrialCells(
                    number: row[0], state: row[1], start: row[2], end: row[3], value: row[4], standing: row[5],
                    attempt: row[6]))
        }
        return cells
    }

    fileprivate static func changed(
        _ columns: String, _ experiment: Int64, after event: Int, _ db: Database
    ) throws -> RowCursor {
        if event == 0 {
            return try Row.fetchCursor(
                db, sql: "SELECT \(columns) FROM trial WHERE experiment = ? ORDER BY number", arguments: [experiment])
        }
        return try Row.fetchCursor(
            db,
            sql: """
                SELECT \(columns) FROM trial WHERE experiment = ? AND number IN (
                    SELECT trial FROM event WHERE experiment = ? AND seq > ? AND trial IS NOT NULL
                ) ORDER BY number
                """, arguments: [experiment, experiment, event])
    }
}

extension TrialTexts {
    fileprivate static func fetch(_ experiment: Int64, after event: Int, _ db: Database) throws -> [TrialTexts] {
        let rows = try TrialCells.changed("number, assignment, metrics", experiment, after: event, db)
        var texts: [TrialTexts] = []
        while let row = try rows.next() {
            texts.append(TrialTexts(number: row[0], assignment: row[1], metrics: row[2]))
        }
        return texts
    }
}

extension SQLiteStore {
    /// Every experiment of a namespace, by name, without who drives it.
    ///
    /// - Complexity: O(experiments), none of their manifests among what is read.
    public func summaries(in tenancy: String?) async throws -> [ExperimentSummary] {
        let start = tenancy.map { "\($0)/" } ?? ""
        return try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, name, createdAt, metric, direction, maxTrials, status, message, events, running, paused,
                        succeeded, failed, killed, earlyStopped, metricsUnavailable, bestTrial, bestValue, imported,
                        \(ExperimentSummary.bestMetrics)
                    FROM experiment WHERE substr(name, 1, ?) = ? AND instr(substr(name, ?), '/') = 0 ORDER BY name
                    """, arguments: [start.count, start, start.count + 1]
            ).map { try ExperimentSummary(row: $0) }
        }
    }

    /// What counts for the best, by number.
    public func standings(of id: Experiment.ID) async throws -> [(number: Trial.Number, value: Double)] {
        try await read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT number, standing FROM trial WHERE experiment = (SELECT id FROM experiment WHERE name = ?)
                        AND standing IS NOT NULL ORDER BY number
                    """, arguments: [id])
            var standings: [(number: Trial.Number, value: Double)] = []
            while let row = try rows.next() { standings.append((row[0], row[1])) }
            return standings
        }
    }
}

extension SQLiteStore {
    /// Trials by their numbers, in the order given; those that there are not are left out.
    public func trials(_ numbers: [Trial.Number], of id: Experiment.ID) async throws -> [TrialRow] {
        try await read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT * FROM trial WHERE experiment = (SELECT id FROM experiment WHERE name = ?) AND number = ?")
            return try numbers.compactMap { number in
                try Row.fetchOne(statement, arguments: [id, number]).map { try TrialRow(row: $0, of: id) }
            }
        }
    }

    /// The numbers of the trials whose parameters, reason or number contain a text, in any case.
    public func trials(matching text: String, of id: Experiment.ID) async throws -> Set<Trial.Number> {
        let escaped = text.reduce(into: "") { $0 += "\\%_".contains($1) ? "\\\($1)" : "\($1)" }
        return try await read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT number FROM trial WHERE experiment = (SELECT id FROM experiment WHERE name = :name)
                        AND (assignment LIKE :text ESCAPE '\\' OR reason LIKE :text ESCAPE '\\'
                            OR number LIKE :text ESCAPE '\\')
                    """, arguments: ["name": id, "text": "%\(escaped)%"])
            var numbers: Set<Trial.Number> = []
            while let row = try rows.next() { numbers.insert(row[0]) }
            return numbers
        }
    }
}
