import AttuneCore
import Foundation
import GRDB

/// What this process remembers of a study it writes. Anyone may lose it: it is rebuilt from the events.
struct OpenStudy {
    let row: Int64
    let objective: Objective
    let space: SearchSpace
    /// The parameter that tells a trial how much resource it may use, where there is one.
    let resourceParameter: String?
    /// By number, those of the running trials that were heard of since the claim.
    var reporting: [Trial.Number: ReportingTrial] = [:]
}

/// Writes one study's events within a transaction, and with them what lists and pages read.
///
/// The cost of an event does not depend on how many came before.
struct StudyWriter {
    private let db: Database
    private(set) var study: OpenStudy
    private var summary: ExperimentSummary
    private var eventCount: Int
    /// Trials whose row is behind what they reported.
    private var behind: Set<Trial.Number> = []

    /// - Throws: `Fenced` when the claim is not the latest any more.
    init(_ db: Database, _ study: OpenStudy, under claim: Claim) throws {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT experiment.*, \(ExperimentSummary.bestMetrics)
                    FROM claim JOIN experiment ON experiment.id = claim.experiment
                    WHERE claim.token = ?
                    """), arguments: [claim.token])
        guard let row else { throw Fenced(experiment: claim.experiment) }
        self.db = db
        self.study = study
        summary = try ExperimentSummary(row: row)
        eventCount = row["events"]
    }

    mutating func append(_ records: [EventRecord]) throws {
        for record in records {
            try project(record.event)
            eventCount += 1
            try execute(
                "INSERT INTO event (experiment, seq, trial, kind, body) VALUES (?, ?, ?, ?, ?)",
                [study.row, eventCount, record.event.trial, record.kind, record.body])
        }
    }

    /// Brings the rows that lag behind up to date. To be called once, after the last append.
    mutating func finish() throws {
        for number in behind.sorted() { try updateReport(of: number) }
        behind = []
        let counts = summary.counts
        try execute(
            """
            UPDATE experiment SET events = ?, status = ?, message = ?, maxTrials = ?, running = ?, paused = ?,
                succeeded = ?, failed = ?, killed = ?, earlyStopped = ?, metricsUnavailable = ?, bestTrial = ?, bestValue = ?, imported = ?
            WHERE id = ?
            """,
            [
                eventCount, summary.status.word, summary.status.message, summary.maxTrials, counts.running,
                counts.paused, counts.succeeded, counts.failed, counts.killed, counts.earlyStopped,
                counts.metricsUnavailable, summary.best?.number,
                summary.best?.value.number, summary.priorTrials, study.row,
            ])
    }

    // MARK: One event

    private mutating func project(_ event: Event) throws {
        switch event {
        case .started(let number, let suggestion, let time):
            try start(number, suggestion, at: time.timeIntervalSince1970)
        case .observed(let number, _), .lost(let number, _, _):
            try remember(number)
            study.reporting[number]?.take(event)
            behind.insert(number)
        case .ended(let number, let outcome, let time):
            try end(number, outcome, at: time.timeIntervalSince1970)
        case .paused(let number, _): try pause(number)
        case .resumed(let number, let level, _, _): try resume(number, event, to: level)
        case .budgetEdited(let budget, _):
            summary.maxTrials = budget.maxTrials
            summary.status = .running
        case .stopped: summary.status = .stopped
        case .finished(let finish, _): summary.status = .finished(finish)
        case .imported(let trials, _, _): summary.priorTrials += trials.count
        }
    }

    private mutating func start(_ number: Trial.Number, _ suggestion: Suggestion, at time: Double) throws {
        guard number == summary.nextNumber else {
            throw AttuneError("trial \(number) of \(summary.name) cannot start: the next is \(summary.nextNumber)")
        }
        try execute(
            """
            INSERT INTO trial (experiment, number, state, startedAt, assignment, resource, parent, labels, why)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                study.row, number, TrialRow.running, time, suggestion.assignment.json.description,
                suggestion.resource, suggestion.parent, JSON.strings(suggestion.labels).description,
                suggestion.explanation?.json.description,
            ])
        study.reporting[number] = ReportingTrial()
        summary.counts.running += 1
    }

    private mutating func end(_ number: Trial.Number, _ outcome: Outcome, at time: Double) throws {
        try remember(number)
        if behind.remove(number) != nil { try updateReport(of: number) }
        try execute(
            "UPDATE trial SET state = ?, reason = ?, endedAt = ? WHERE experiment = ? AND number = ?",
            [outcome.name, outcome.reason, time, study.row, number])
        let trial = study.reporting.removeValue(forKey: number)
        summary.counts.running -= 1
        summary.counts.add(outcome)
        guard outcome == .succeeded else { return try stand(number, nil) }
        try stand(number, trial?.standing(of: study.objective))
        if let text = trial?.standingText(of: study.objective) { stand(number, text) }
    }

    private mutating func pause(_ number: Trial.Number) throws {
        try remember(number)
        if behind.remove(number) != nil { try updateReport(of: number) }
        try execute(
            "UPDATE trial SET state = ? WHERE experiment = ? AND number = ?", [TrialRow.paused, study.row, number])
        let trial = study.reporting.removeValue(forKey: number)
        summary.counts.running -= 1
        summary.counts.paused += 1
        try stand(number, trial?.standing(of: study.objective))
    }

    private mutating func resume(_ number: Trial.Number, _ event: Event, to level: Int) throws {
        var trial = try replay(number)
        trial.take(event)
        study.reporting[number] = trial
        behind.insert(number)
        let text = try String.fetchOne(
            db, sql: "SELECT assignment FROM trial WHERE experiment = ? AND number = ? AND state = ?",
            arguments: [study.row, number, TrialRow.paused])
        guard let text, let assignment = study.space.assignment(json: try JSON(parsing: text)) else {
            throw AttuneError("trial \(number) of \(summary.name) does not rest")
        }
        let told = study.space.assignment(assignment, with: study.resourceParameter, at: level)
        try execute(
            "UPDATE trial SET state = ?, resource = ?, assignment = ? WHERE experiment = ? AND number = ?",
            [TrialRow.running, level, told.json.description, study.row, number])
        summary.counts.paused -= 1
        summary.counts.running += 1
    }

    /// Keeps what a trial has come to, and which is the best of all.
    private mutating func stand(_ number: Trial.Number, _ standing: Double?) throws {
        try execute(
            "UPDATE trial SET standing = ? WHERE experiment = ? AND number = ?", [standing, study.row, number])
        guard !study.objective.hasSeveralTargets else { return }
        let best = summary.best?.value.number
        if let standing, best.map({ study.objective.prefers(standing, to: $0) }) ?? true {
            summary.best = ExperimentSummary.Best(number: number, value: .number(standing))
        } else if summary.best?.number == number, best != standing {
            summary.best = try bestStanding()
        }
    }

    /// Of texts the last is best, as long as there is no number. A trial with a text never goes on from there: what takes
    /// texts gives out no resource.
    private mutating func stand(_ number: Trial.Number, _ text: String) {
        guard summary.best?.value.number == nil else { return }
        summary.best = ExperimentSummary.Best(number: number, value: .text(text))
    }

    private func bestStanding() throws -> ExperimentSummary.Best? {
        let order = study.objective.direction == .minimize ? "ASC" : "DESC"
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT number, standing FROM trial WHERE experiment = ? AND standing IS NOT NULL
                ORDER BY standing \(order), number LIMIT 1
                """, arguments: [study.row])
        return row.map { ExperimentSummary.Best(number: $0["number"], value: .number($0["standing"])) }
    }

    private func updateReport(of number: Trial.Number) throws {
        guard let trial = study.reporting[number] else { return }
        try execute(
            "UPDATE trial SET attempt = ?, value = ?, metrics = ? WHERE experiment = ? AND number = ?",
            [trial.attempt, trial.value(of: study.objective), trial.metricsJSON.description, study.row, number])
    }

    // MARK: What was reported before

    /// Sees to it that the running trial's reports are in memory.
    private mutating func remember(_ number: Trial.Number) throws {
        guard study.reporting[number] == nil else { return }
        let state = try String.fetchOne(
            db, sql: "SELECT state FROM trial WHERE experiment = ? AND number = ?", arguments: [study.row, number])
        guard state == TrialRow.running else { throw AttuneError("trial \(number) of \(summary.name) is not running") }
        study.reporting[number] = try replay(number)
    }

    private func replay(_ number: Trial.Number) throws -> ReportingTrial {
        var trial = ReportingTrial()
        let bodies = try String.fetchCursor(
            db, sql: "SELECT body FROM event WHERE experiment = ? AND trial = ? ORDER BY seq",
            arguments: [study.row, number])
        while let body = try bodies.next() {
            trial.take(try Event(json: JSON(parsing: body), space: study.space))
        }
        return trial
    }

    private func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
