import AttuneCore
import Foundation
import GRDB

/// What lets a caller in: known by the hash of its secret alone.
public struct StoredToken: Sendable, Hashable {
    public var name: String
    /// SHA-256 of the secret.
    public var hash: [UInt8]
    public var scope: String
    /// Empty for all.
    public var namespaces: [String]
    public var createdAt: Date
    public var expiresAt: Date?
    public var revokedAt: Date?

    public init(
        name: String, hash: [UInt8], scope: String, namespaces: [String], createdAt: Date, expiresAt: Date? = nil,
        revokedAt: Date? = nil
    ) {
        self.name = name
        self.hash = hash
        self.scope = scope
        self.namespaces = namespaces
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }

    fileprivate init(row: Row) {
        name = row["name"]
        hash = [UInt8](row["hash"] as Data)
        scope = row["scope"]
        namespaces = (row["namespaces"] as String).split(separator: ",").map(String.init)
        createdAt = Date(timeIntervalSince1970: row["createdAt"])
        expiresAt = (row["expiresAt"] as Double?).map(Date.init(timeIntervalSince1970:))
        revokedAt = (row["revokedAt"] as Double?).map(Date.init(timeIntervalSince1970:))
    }
}

extension SQLiteStore {
    /// Every token by name, also those that were revoked.
    public func tokens() async throws -> [StoredToken] {
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM token ORDER BY name").map(StoredToken.init(row:))
        }
    }

    /// - Throws: `AttuneError` where one of its name is in force.
    public func create(_ token: StoredToken) async throws {
        try await write { db in
            let isInForce = try Bool.fetchOne(
                db, sql: "SELECT revokedAt IS NULL FROM token WHERE name = ?", arguments: [token.name])
            guard isInForce != true else {
                throw AttuneError("a token named \(token.name) exists already; revoke it first, or choose another name")
            }
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO token (name, hash, scope, namespaces, createdAt, expiresAt)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    token.name, Data(token.hash), token.scope, token.namespaces.joined(separator: ","),
                    token.createdAt.timeIntervalSince1970, token.expiresAt?.timeIntervalSince1970,
                ])
        }
    }

    /// Keeps the token's name, so that a store that had tokens goes on asking for one.
    ///
    /// - Returns: false where none of that name is in force.
    public func revokeToken(_ name: String, at time: Date) async throws -> Bool {
        try await write { db in
            try db.execute(
                sql: "UPDATE token SET revokedAt = ? WHERE name = ? AND revokedAt IS NULL",
                arguments: [time.timeIntervalSince1970, name])
            return db.changesCount > 0
        }
    }
}
