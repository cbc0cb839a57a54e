import AttuneCore
import Foundation
import GRDB
import Synchronization

/// Keeps the events of every experiment in one SQLite file, durable when a commit says so.
///
/// Write-ahead log with `synchronous = FULL`. Events of all studies that are waiting share a transaction, and so a flush.
/// Several processes may have the file open; a study has one writer at a time, who holds its claim.
public final class SQLiteStore: TrialStore {
    public let path: String
    let pool: DatabasePool
    let process: ProcessIdentity
    let clock: TunerClock
    let queue = CommitQueue()
    let heartbeat = Mutex<Task<Void, Never>?>(nil)
    /// Told of what became durable.
    let observer = Mutex<Observer?>(nil)
    let log: WriteAheadLog
    /// Touched on the connection that writes, which runs one thing at a time.
    private let studies = Mutex<[Claim: OpenStudy]>([:])

    /// Opens the file, or creates it, with its directory (for the owner's eyes only), when it is missing.
    ///
    /// - Parameters:
    ///   - process: in whose name studies are claimed.
    ///   - clock: tells when a holder was last heard of, and when to speak up.
    ///   - logLimit: how many bytes the write-ahead log may have before the file takes it in at once.
    /// - Throws: `AttuneError` when the file is no database, another program's, damaged, of a later version, or not writable.
    public init(
        at path: String, process: ProcessIdentity = .current(), clock: TunerClock = .system, logLimit: Int = 64 << 20
    ) throws {
        self.path = path
        log = WriteAheadLog(of: path, limit: logLimit)
        self.process = process
        self.clock = clock
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do {
            try SQLiteStore.create(directory)
            pool = try SQLiteStore.oneAtATime(in: directory) { try SQLiteStore.openPool(path) }
        } catch let error as DatabaseError {
            throw error.explained(path: path)
        }
    }

    deinit { heartbeat.withLock { $0?.cancel() } }

    private static func create(_ directory: String) throws {
        guard !FileManager.default.fileExists(atPath: directory) else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw AttuneError("the directory \(directory) cannot be created: \(error.localizedDescription)")
        }
    }

    /// The value of `body`, which no other process runs meanwhile for the same directory.
    ///
    /// SQLite waits for other connections everywhere but where a new file gets its write-ahead log: of two processes that
    /// do it at the same moment, one would fail.
    private static func oneAtATime<Value>(in directory: String, _ body: () throws -> Value) throws -> Value {
        let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw AttuneError("the directory \(directory) cannot be read; give yourself permission")
        }
        // Closing gives the lock back.
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
        return try body()
    }

    private static func openPool(_ path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in try Schema.refuseForeign(db, path: path) }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { db in
            // A pool lowers this to NORMAL after it has prepared a connection, so it is raised here, and checked.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else {
                throw AttuneError("\(path) cannot be written durably: SQLite refuses synchronous = FULL")
            }
            try Schema.migrate(db, path: path)
        }
        return pool
    }

    // MARK: Access

    /// Writes in a transaction. Cancelling the caller's task does not undo it, so that nobody mistakes what happened.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        let promise = Promise<Value>()
        pool.asyncWriteWithoutTransaction { [path, log] db in
            promise.keep(
                Result {
                    do {
                        return try db.transaction(body)
                    } catch let error as DatabaseError {
                        throw error.explained(path: path)
                    }
                })
            log.bound(db)
        }
        return try await promise.value
    }

    /// Reads from one state of the file, also while others write.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await pool.read(body)
        } catch let error as DatabaseError {
            throw error.explained(path: path)
        }
    }

    // MARK: Experiments

    public func create(_ experiment: Experiment, at time: Date) async throws {
        let manifest = experiment.json.description
        try await write { db in
            let exists = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM experiment WHERE name = ?)", arguments: [experiment.id])
            guard exists == false else { throw AttuneError("an experiment named \(experiment.name) exists already") }
            try db.execute(
                sql: """
                    INSERT INTO experiment (name, manifest, createdAt, metric, direction, maxTrials, status)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    experiment.id, manifest, time.timeIntervalSince1970, experiment.objective.metric,
                    experiment.objective.direction.rawValue, experiment.budget.maxTrials, Study.Status.running.word,
                ])
        }
        tell(.created(experiment.name))
    }

    public func load(_ id: Experiment.ID) async throws -> StoredExperiment? {
        try await read { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT id, manifest, createdAt FROM experiment WHERE name = ?", arguments: [id])
            guard let row else { return nil }
            let experiment = try Experiment(json: JSON(parsing: row["manifest"]))
            return StoredExperiment(
                experiment: experiment, createdAt: Date(timeIntervalSince1970: row["createdAt"]),
                events: try SQLiteStore.events(db, of: row["id"], space: experiment.space))
        }
    }

    private static func events(_ db: Database, of experiment: Int64, space: SearchSpace) throws -> [Event] {
        var events: [Event] = []
        let bodies = try String.fetchCursor(
            db, sql: "SELECT body FROM event WHERE experiment = ? ORDER BY seq", arguments: [experiment])
        while let body = try bodies.next() {
            events.append(try Event(json: JSON(parsing: body), space: space))
        }
        return events
    }

    public func delete(_ id: Experiment.ID) async throws {
        let now = clock.now()
        let trials = try await write { [self] db in
            if let holder = try ClaimRow.of(id, db), isAlive(holder, at: now) {
                throw HeldElsewhere(experiment: id, holder: holder.process.name)
            }
            let row = try Row.fetchOne(db, sql: "SELECT * FROM experiment WHERE name = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM experiment WHERE name = ?", arguments: [id])
            return try row.map { try ExperimentSummary(row: $0).counts.total }
        }
        if let trials { tell(.deleted(id, trials: trials)) }
    }

    // MARK: Events

    public func append(_ events: [Event], receipt: Receipt?, under claim: Claim) -> Commit {
        let (promise, startsDraining) = queue.append(events.map(EventRecord.init), receipt, under: claim)
        if startsDraining { drain() }
        return Commit { try await promise.value }
    }

    /// Writes what waits, a transaction at a time, until nothing does. Other writes get their turn now and then.
    func drain() {
        pool.asyncWriteWithoutTransaction { [self] db in
            for _ in 0..<16 {
                guard let batch = queue.next() else { return }
                commit(batch, db)
            }
            drain()
        }
    }

    func remember(_ study: OpenStudy, under claim: Claim) {
        studies.withLock { $0[claim] = study }
    }

    /// Commits what can be kept. A study that may not write, or wrote nonsense, fails alone; a full disk fails all.
    private func commit(_ batch: CommitQueue.Batch, _ db: Database) {
        let appends = Dictionary(grouping: batch.appends, by: \.claim)
        var failures: [Claim: any Error] = [:]
        var releaseFailure: (any Error)?
        let start = ContinuousClock.now
        do {
            try db.inTransaction(.immediate) {
                if appends.count == 1, batch.releases.isEmpty {
                    // The usual case needs no savepoint: the transaction is the study's own.
                    for (claim, appends) in appends { try write(appends, under: claim, db) }
                } else {
                    failures = try writeApart(appends, db)
                }
                for release in batch.releases { try ClaimRow.delete(release.claim, db) }
                return .commit
            }
        } catch {
            for claim in appends.keys { failures[claim] = explained(error, writing: claim) }
            releaseFailure = batch.releases.first.map { explained(error, writing: $0.claim) }
        }
        studies.withLock { studies in
            for claim in Set(failures.keys).union(batch.releases.map(\.claim)) { studies[claim] = nil }
        }
        queue.settle(batch, failures: failures, releaseFailure: releaseFailure)
        let kept = appends.filter { failures[$0.key] == nil }
        if !kept.isEmpty { tell(.committed(kept.map(StoreActivity.Events.init), in: ContinuousClock.now - start)) }
        log.bound(db)
    }

    /// Writes each study in a savepoint of its own.
    ///
    /// - Returns: the studies of which nothing was written, and why.
    /// - Throws: what keeps all of them from being written.
    private func writeApart(_ appends: [Claim: [CommitQueue.Append]], _ db: Database) throws -> [Claim: any Error] {
        var failures: [Claim: any Error] = [:]
        for (claim, appends) in appends {
            do {
                try db.inSavepoint {
                    try write(appends, under: claim, db)
                    return .commit
                }
            } catch let error as DatabaseError where error.resultCode != .SQLITE_CONSTRAINT {
                throw error
            } catch {
                failures[claim] = explained(error, writing: claim)
            }
        }
        return failures
    }

    private func write(_ appends: [CommitQueue.Append], under claim: Claim, _ db: Database) throws {
        let known = studies.withLock { $0.removeValue(forKey: claim) }
        guard let study = known else { throw Fenced(experiment: claim.experiment) }
        var writer = try StudyWriter(db, study, under: claim)
        for append in appends {
            try writer.append(append.records)
            if let receipt = append.receipt { try db.keep(receipt, of: claim.experiment) }
        }
        try writer.finish()
        remember(writer.study, under: claim)
    }

    private func explained(_ error: any Error, writing claim: Claim) -> any Error {
        (error as? DatabaseError)?.explained(path: path, writing: claim.experiment) ?? error
    }
}

extension Database {
    /// The value of `body`, whose writes are kept unless it throws.
    fileprivate func transaction<Value>(_ body: (Database) throws -> Value) throws -> Value {
        var value: Value?
        try inTransaction(.immediate) {
            value = try body(self)
            return .commit
        }
        guard let value else { preconditionFailure("a transaction that was committed has run its body") }
        return value
    }
}
