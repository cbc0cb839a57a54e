import AttuneCore
import Foundation
import GRDB
import Synchronization

extension SQLiteStore {
    /// How often the holder of a claim says that it lives.
    static let heartbeatInterval = Duration.seconds(15)
    /// How long a holder on another host may be silent before it counts as dead.
    static let silenceLimit: TimeInterval = 60

    public func claim(_ id: Experiment.ID, at time: Date) async throws -> Claim {
        let claim = try await write { [self] db in
            let row = try Row.fetchOne(db, sql: "SELECT id, manifest FROM experiment WHERE name = ?", arguments: [id])
            guard let row else { throw AttuneError("there is no experiment named \(id)") }
            if let holder = try ClaimRow.of(id, db), isAlive(holder, at: time) {
                throw HeldElsewhere(experiment: id, holder: holder.process.name)
            }
            let experiment = try Experiment(json: JSON(parsing: row["manifest"]))
            let token = try ClaimRow.insert(process, experiment: row["id"], at: time, db)
            let claim = Claim(experiment: id, token: token)
            let study = OpenStudy(
                row: row["id"], objective: experiment.objective, space: experiment.space,
                resourceParameter: experiment.ladder?.parameter)
            remember(study, under: claim)
            return claim
        }
        queue.open(claim)
        beginHeartbeat()
        return claim
    }

    public func release(_ claim: Claim) async throws {
        guard let (promise, startsDraining) = queue.release(claim) else { return }
        if startsDraining { drain() }
        endHeartbeatIfIdle()
        try await promise.value
    }

    /// Whether the holder still lives.
    ///
    /// On this host the system knows. A holder on another host is alive until it has been silent for a minute.
    func isAlive(_ holder: ClaimRow, at time: Date) -> Bool {
        if queue.hasAbandoned(holder.claim) { return false }
        return holder.process.isRunning(seenFrom: process)
            ?? (time.timeIntervalSince(holder.heardAt) < SQLiteStore.silenceLimit)
    }

    /// The living process that runs the experiment, such as `process 4711 on host`; nil when none does.
    public func holder(of id: Experiment.ID) async throws -> String? {
        let now = clock.now()
        return try await read { [self] db in
            try ClaimRow.of(id, db).flatMap { isAlive($0, at: now) ? $0.process.name : nil }
        }
    }

    // MARK: Stopping from another process

    /// Asks the process that runs the experiment to stop it.
    ///
    /// - Returns: false when no living process runs it; then there is nobody to ask.
    public func requestStop(_ id: Experiment.ID) async throws -> Bool {
        let now = clock.now()
        return try await write { [self] db in
            guard let holder = try ClaimRow.of(id, db), isAlive(holder, at: now) else { return false }
            try db.execute(
                sql: "UPDATE claim SET stopRequestedAt = ? WHERE token = ?",
                arguments: [now.timeIntervalSince1970, holder.claim.token])
            return true
        }
    }

    /// The experiments whose holders someone has asked to stop.
    public func requestedStops() async throws -> [Experiment.ID] {
        try await read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM claim JOIN experiment ON experiment.id = claim.experiment
                    WHERE stopRequestedAt IS NOT NULL
                    """)
        }
    }

    /// Whether someone asked the holder of `claim` to stop since it was last asked here.
    public func takeStopRequest(_ claim: Claim) async throws -> Bool {
        let isRequested = try await read { db in
            try Bool.fetchOne(
                db, sql: "SELECT stopRequestedAt IS NOT NULL FROM claim WHERE token = ?", arguments: [claim.token])
                ?? false
        }
        guard isRequested else { return false }
        return try await write { db in
            try db.execute(
                sql: "UPDATE claim SET stopRequestedAt = NULL WHERE token = ? AND stopRequestedAt IS NOT NULL",
                arguments: [claim.token])
            return db.changesCount > 0
        }
    }

    // MARK: Signs of life

    private func beginHeartbeat() {
        heartbeat.withLock { task in
            guard task == nil else { return }
            task = Task { [weak self, clock] in
                while true {
                    do {
                        try await clock.sleepFor(SQLiteStore.heartbeatInterval)
                        guard let self else { return }
                        try await self.beat()
                    } catch is CancellationError {
                        return
                    } catch {
                        // The next beat may succeed. If none does, another takes over, and the claim's token keeps us out.
                    }
                }
            }
        }
    }

    private func endHeartbeatIfIdle() {
        heartbeat.withLock { task in
            guard queue.held.isEmpty else { return }
            task?.cancel()
            task = nil
        }
    }

    private func beat() async throws {
        let held = queue.held
        let now = clock.now().timeIntervalSince1970
        try await write { db in
            for claim in held {
                try db.execute(sql: "UPDATE claim SET heardAt = ? WHERE token = ?", arguments: [now, claim.token])
            }
        }
    }
}
