import AttuneCore
import AttuneStore
import Foundation
import Synchronization

/// Lets in those who bear a token of the store, for what the token is good for. Where the store has had no token and none
/// is required, everyone is let in.
///
/// Tokens are read from the store every few seconds: a new one counts soon, a revoked one not much longer, and a call
/// costs no query.
public struct TokenGate: Gate {
    /// How long a token may go on after it was revoked.
    static let memory: TimeInterval = 2

    private struct Known {
        var tokens: [[UInt8]: StoredToken] = [:]
        var readAt: Date?
    }

    private final class Cache: Sendable { let known = Mutex(Known()) }

    private let store: SQLiteStore
    private let isRequired: Bool
    private let browsers: BrowserGuard
    private let clock: TunerClock
    /// Of those who have logged in with a browser.
    let sessions: PageSessions
    private let cache = Cache()

    init(
        _ store: SQLiteStore, isRequired: Bool, browsers: BrowserGuard, clock: TunerClock,
        sessions: PageSessions? = nil
    ) {
        self.store = store
        self.isRequired = isRequired
        self.browsers = browsers
        self.clock = clock
        self.sessions = sessions ?? PageSessions(clock: clock)
    }

    public func admit(_ head: CallHead, needing scope: Scope) async throws(ServiceError) -> Caller {
        let tokens = try await tokens()
        guard isRequired || !tokens.isEmpty else {
            try browsers.check(head)
            return Caller(
                namespace: try Namespace.named(head.header(Namespace.header)) ?? Caller.defaultNamespace,
                identity: head.certificateName)
        }
        return try caller(try bearer(head, of: tokens, needing: scope), head, needing: scope)
    }

    /// Whether callers need a token at present.
    var needsToken: Bool {
        get async throws(ServiceError) {
            if isRequired { return true }
            return try await !tokens().isEmpty
        }
    }

    /// Begins a session for who has the token.
    ///
    /// - Returns: the session's identifier.
    /// - Throws: `unauthenticated` where the token is good for nothing.
    func logIn(_ secret: TokenSecret) async throws(ServiceError) -> String {
        let token = try good(try await tokens()[secret.hash])
        return sessions.open(token.hash)
    }

    /// The token that a caller shows, or opened its session with; a token in the header goes first.
    private func bearer(
        _ head: CallHead, of tokens: [[UInt8]: StoredToken], needing scope: Scope
    ) throws(ServiceError) -> StoredToken {
        if let secret = TokenSecret(authorization: head.header("authorization")) { return try good(tokens[secret.hash]) }
        guard head.transport == .http, let session = sessions.session(of: head) else {
            throw ServiceError(
                .unauthenticated, "authorization: this service needs a token: Authorization: Bearer attune_…")
        }
        do throws(ServiceError) {
            let token = try good(tokens[session.tokenHash])
            if scope > .read { try PageSessions.requireOwnPage(head, session) }
            return token
        } catch {
            if error.code == .unauthenticated { sessions.close(withToken: session.tokenHash) }
            throw error
        }
    }

    private func good(_ token: StoredToken?) throws(ServiceError) -> StoredToken {
        guard let token else {
            throw ServiceError(
                .unauthenticated, "authorization: no such token; attune token list shows those there are")
        }
        guard token.revokedAt == nil else {
            throw ServiceError(.unauthenticated, "authorization: the token \(token.name) was revoked")
        }
        if let end = token.expiresAt, end <= clock.now() {
            throw ServiceError(.unauthenticated, "authorization: the token \(token.name) expired")
        }
        return token
    }

    private func caller(
        _ token: StoredToken, _ head: CallHead, needing scope: Scope
    ) throws(ServiceError) -> Caller {
        let held = Scope(rawValue: token.scope) ?? .read
        guard held >= scope else {
            throw ServiceError(
                .permissionDenied,
                "the token \(token.name) has the scope \(held.rawValue); this needs \(scope.rawValue)")
        }
        let named = try Namespace.named(head.header(Namespace.header))
        let only = token.namespaces.count == 1 ? token.namespaces[0] : nil
        let namespace = named ?? only ?? Caller.defaultNamespace
        guard token.namespaces.isEmpty || token.namespaces.contains(namespace) else {
            throw ServiceError(
                .permissionDenied,
                "\(Namespace.header): the token \(token.name) is for \(token.namespaces.joined(separator: ", ")), "
                    + "not for \(namespace)")
        }
        return Caller(
            namespace: namespace, scope: held, identity: token.name,
            namespaces: token.namespaces.isEmpty ? nil : Set(token.namespaces))
    }

    /// As the store had them a moment ago. Where the store does not answer, nobody is let in.
    private func tokens() async throws(ServiceError) -> [[UInt8]: StoredToken] {
        let now = clock.now()
        let fresh = cache.known.withLock { known -> [[UInt8]: StoredToken]? in
            guard let readAt = known.readAt, abs(now.timeIntervalSince(readAt)) < TokenGate.memory else { return nil }
            return known.tokens
        }
        if let fresh { return fresh }
        do {
            let tokens = Dictionary(try await store.tokens().map { ($0.hash, $0) }) { first, _ in first }
            cache.known.withLock { $0 = Known(tokens: tokens, readAt: now) }
            return tokens
        } catch {
            throw ServiceError(.unavailable, "the store does not answer: \(error)")
        }
    }
}
