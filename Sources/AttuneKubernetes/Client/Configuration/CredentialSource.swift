import Foundation

/// What one request shows.
struct ShownCredentials: Sendable, Hashable {
    /// Of the header.
    var authorization: String?
    var identity: ClientIdentity?
}

/// Where a request's credentials come from.
protocol CredentialSource: Sendable {
    func current() async throws -> ShownCredentials
    /// Others than those that a server refused; nil where there are none.
    func renewed(after refused: ShownCredentials) async throws -> ShownCredentials?
}

/// Credentials that are what they are.
struct FixedCredentials: CredentialSource {
    let shown: ShownCredentials

    func current() -> ShownCredentials { shown }
    func renewed(after refused: ShownCredentials) -> ShownCredentials? { nil }
}

extension Credentials {
    func source(now: @escaping @Sendable () -> Date) -> any CredentialSource {
        func fixed(_ authorization: String?) -> FixedCredentials {
            FixedCredentials(shown: ShownCredentials(authorization: authorization, identity: identity))
        }
        switch authorization {
        case .none: return fixed(nil)
        case .token(let token): return fixed("Bearer \(token)")
        case .basic(let user, let password):
            return fixed("Basic \(Data("\(user):\(password)".utf8).base64EncodedString())")
        case .tokenFile(let path): return TokenFile(path, identity: identity, now: now)
        case .exec(let plugin): return ExecCredentials(plugin, identity: identity, now: now)
        }
    }
}
