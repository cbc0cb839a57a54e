import AttuneCore
import GRDB

/// The tables, and how a file of an earlier version is brought up to date.
///
/// The version is SQLite's `user_version`, read and raised in one transaction: of two processes that create the store at
/// the same moment, the second finds it done.
enum Schema {
    /// Marks the file as Attune's (`PRAGMA application_id`, "Attn").
    static let applicationID: Int32 = 0x4174_746E

    /// Migration n brings version n to n + 1. One that was released never changes; a new version adds a new one.
    static let migrations: [@Sendable (Database) throws -> Void] = [
        createVersion1, createVersion2, createVersion3, createVersion4,
    ]

    /// - Throws: `AttuneError` when the file holds another program's database.
    static func refuseForeign(_ db: Database, path: String) throws {
        guard try Int32.fetchOne(db, sql: "PRAGMA application_id") != applicationID else { return }
        guard try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0 else {
            throw AttuneError("\(path) is a database of another program; choose another file for the store")
        }
    }

    /// - Throws: `AttuneError` when the file was written by a later version.
    static func migrate(_ db: Database, path: String, to version: Int = migrations.count) throws {
        guard try current(db, path: path) < version else { return }
        try db.inTransaction(.immediate) {
            for migration in migrations[try current(db, path: path)..<version] { try migration(db) }
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            try db.execute(sql: "PRAGMA user_version = \(version)")
            return .commit
        }
    }

    private static func current(_ db: Database, path: String) throws -> Int {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard version <= migrations.count else {
            throw AttuneError(
                "\(path) has schema version \(version), and this Attune knows only \(migrations.count); use a newer one"
            )
        }
        return version
    }

    /// What is true is in `experiment.manifest` and `event`; the other columns and `trial` repeat it for lists and pages.
    private static func createVersion1(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE experiment (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    name TEXT NOT NULL UNIQUE,
                    manifest TEXT NOT NULL,
                    createdAt REAL NOT NULL,
                    metric TEXT NOT NULL,
                    direction TEXT NOT NULL,
                    maxTrials INTEGER,
                    status TEXT NOT NULL,
                    message TEXT,
                    events INTEGER NOT NULL DEFAULT 0,
                    running INTEGER NOT NULL DEFAULT 0,
                    succeeded INTEGER NOT NULL DEFAULT 0,
                    failed INTEGER NOT NULL DEFAULT 0,
                    killed INTEGER NOT NULL DEFAULT 0,
                    earlyStopped INTEGER NOT NULL DEFAULT 0,
                    metricsUnavailable INTEGER NOT NULL DEFAULT 0,
                    bestTrial INTEGER,
                    bestValue REAL
                );
                CREATE TABLE event (
                    experiment INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
                    seq INTEGER NOT NULL,
                    trial INTEGER,
                    kind TEXT NOT NULL,
                    body TEXT NOT NULL,
                    PRIMARY KEY (experiment, seq)
                ) WITHOUT ROWID;
                CREATE INDEX eventOfTrial ON event(experiment, trial, seq) WHERE trial IS NOT NULL;
                CREATE TABLE trial (
                    experiment INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
                    number INTEGER NOT NULL,
                    state TEXT NOT NULL,
                    reason TEXT,
                    value REAL,
                    attempt INTEGER NOT NULL DEFAULT 1,
                    startedAt REAL NOT NULL,
                    endedAt REAL,
                    assignment TEXT NOT NULL,
                    labels TEXT NOT NULL,
                    metrics TEXT NOT NULL DEFAULT '{}',
                    PRIMARY KEY (experiment, number)
                ) WITHOUT ROWID;
                CREATE INDEX trialInState ON trial(experiment, state, number);
                CREATE TABLE claim (
                    token INTEGER PRIMARY KEY AUTOINCREMENT,
                    experiment INTEGER NOT NULL UNIQUE REFERENCES experiment(id) ON DELETE CASCADE,
                    host TEXT NOT NULL,
                    place TEXT NOT NULL,
                    pid INTEGER NOT NULL,
                    startTicks INTEGER NOT NULL,
                    claimedAt REAL NOT NULL,
                    heardAt REAL NOT NULL,
                    stopRequestedAt REAL
                );
                """)
    }

    /// Why a trial was proposed, and how many trials of other experiments a study began with.
    private static func createVersion2(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE trial ADD COLUMN why TEXT;
                ALTER TABLE experiment ADD COLUMN imported INTEGER NOT NULL DEFAULT 0;
                """)
    }

    /// Trials that rest at a level of resource, and what a trial had reached when it last rested or succeeded.
    private static func createVersion3(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE trial ADD COLUMN resource INTEGER;
                ALTER TABLE trial ADD COLUMN parent INTEGER;
                ALTER TABLE trial ADD COLUMN standing REAL;
                ALTER TABLE experiment ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
                UPDATE trial SET standing = value WHERE state = 'Succeeded';
                """)
    }

    /// What the service keeps: replies to requests that may be repeated, what trials reported by name, which were
    /// stopped, and tokens.
    private static func createVersion4(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE request (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    owner TEXT NOT NULL,
                    key TEXT NOT NULL,
                    reply BLOB NOT NULL,
                    UNIQUE (owner, key)
                );
                CREATE TABLE observationLog (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    namespace TEXT NOT NULL,
                    trial TEXT NOT NULL,
                    time REAL NOT NULL,
                    timeText TEXT NOT NULL,
                    metric TEXT NOT NULL,
                    value TEXT NOT NULL
                );
                CREATE INDEX observationLogOfTrial ON observationLog(namespace, trial, time, number);
                CREATE TABLE stoppedTrial (
                    namespace TEXT NOT NULL,
                    trial TEXT NOT NULL,
                    time REAL NOT NULL,
                    PRIMARY KEY (namespace, trial)
                ) WITHOUT ROWID;
                CREATE TABLE token (
                    name TEXT PRIMARY KEY,
                    hash BLOB NOT NULL UNIQUE,
                    scope TEXT NOT NULL,
                    namespaces TEXT NOT NULL,
                    createdAt REAL NOT NULL,
                    expiresAt REAL,
                    revokedAt REAL
                ) WITHOUT ROWID;
                """)
    }
}
