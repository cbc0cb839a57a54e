import AttuneCore
import Foundation
import Synchronization

/// Who has logged in with a browser. Kept in memory: when the service starts anew, people log in again.
///
/// A session is bound to the hash of the token it was opened with, so that it can do what the token can, and ends with it.
final class PageSessions: Sendable {
    struct Session: Sendable, Hashable {
        let tokenHash: [UInt8]
        /// What requests that change something must show beside the cookie.
        let csrf: String
        fileprivate(set) var lastUse: Date
    }

    static let cookie = "attune_session"
    static let csrfHeader = "x-attune-csrf"
    /// How long nobody may have used a session.
    static let idleTime: TimeInterval = 12 * 3_600
    /// Beyond it the session that was not used for the longest time ends.
    static let most = 4_096

    private let clock: TunerClock
    private let sessions = Mutex<[String: Session]>([:])

    init(clock: TunerClock) { self.clock = clock }

    /// Begins a session.
    ///
    /// - Returns: its identifier, which is all that the cookie carries.
    func open(_ tokenHash: [UInt8]) -> String {
        var random = SystemRandomNumberGenerator()
        let id = PageSessions.secret(&random)
        let session = Session(tokenHash: tokenHash, csrf: PageSessions.secret(&random), lastUse: clock.now())
        sessions.withLock { sessions in
            sessions[id] = session
            guard sessions.count > PageSessions.most else { return }
            if let oldest = sessions.min(by: { $0.value.lastUse < $1.value.lastUse })?.key { sessions[oldest] = nil }
        }
        return id
    }

    /// The session of a request, which is used thereby; nil where it has none, or one that has ended.
    func session(of head: CallHead) -> Session? {
        guard let id = PageSessions.identifier(in: head.header("cookie")) else { return nil }
        let now = clock.now()
        return sessions.withLock { sessions in
            guard let session = sessions[id] else { return nil }
            guard now.timeIntervalSince(session.lastUse) < PageSessions.idleTime else {
                sessions[id] = nil
                return nil
            }
            sessions[id]?.lastUse = now
            return session
        }
    }

    func close(_ head: CallHead) {
        guard let id = PageSessions.identifier(in: head.header("cookie")) else { return }
        sessions.withLock { $0[id] = nil }
    }

    /// Ends what was opened with a token that is good no more.
    func close(withToken hash: [UInt8]) {
        sessions.withLock { sessions in sessions = sessions.filter { $0.value.tokenHash != hash } }
    }

    /// Lets a request that changes something pass only where a page of this service has made it: it knows the session's
    /// secret, which no other origin can read, and says that it comes from here.
    static func requireOwnPage(_ head: CallHead, _ session: Session) throws(ServiceError) {
        guard let shown = head.header(csrfHeader), isSame(shown, session.csrf) else {
            throw ServiceError(
                .permissionDenied, "\(csrfHeader): a request by cookie that changes something must show the session's")
        }
        try requireOwnOrigin(head)
    }

    static func requireOwnOrigin(_ head: CallHead) throws(ServiceError) {
        guard head.isFromOwnPage == true else {
            throw ServiceError(
                .permissionDenied, "origin: only pages of this service may change something by cookie")
        }
    }

    /// The cookie's value among those that a request carries.
    static func identifier(in header: String?) -> String? {
        for pair in (header ?? "").split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2, parts[0] == cookie { return parts[1] }
        }
        return nil
    }

    /// Takes as long whatever the difference.
    private static func isSame(_ a: String, _ b: String) -> Bool {
        let (a, b) = (Array(a.utf8), Array(b.utf8))
        return a.count == b.count && zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// 256 random bits.
    private static func secret(_ random: inout SystemRandomNumberGenerator) -> String {
        (0..<4).map { _ in
            let word = String(random.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - word.count) + word
        }.joined()
    }
}
