import Foundation

/// The token in a file, which is read again now and then as others renew it.
actor TokenFile: CredentialSource {
    /// How long what was read is believed.
    private static let trust: TimeInterval = 60

    private let path: String
    private let identity: ClientIdentity?
    private let now: @Sendable () -> Date
    private var known: (token: String, readAt: Date)?

    init(_ path: String, identity: ClientIdentity?, now: @escaping @Sendable () -> Date) {
        self.path = path
        self.identity = identity
        self.now = now
    }

    func current() throws -> ShownCredentials {
        if let known, 0..<TokenFile.trust ~= now().timeIntervalSince(known.readAt) { return shown(known.token) }
        return shown(try read())
    }

    func renewed(after refused: ShownCredentials) throws -> ShownCredentials? {
        let renewed = shown(try read())
        return renewed == refused ? nil : renewed
    }

    /// A token that was read before is good until there is another.
    private func read() throws -> String {
        let text = try? String(contentsOfFile: path, encoding: .utf8)
        let token = text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        guard let latest = token.isEmpty ? known?.token : token else {
            throw TransportError(.hopeless, "there is no token in \(path)")
        }
        known = (latest, now())
        return latest
    }

    private func shown(_ token: String) -> ShownCredentials {
        ShownCredentials(authorization: "Bearer \(token)", identity: identity)
    }
}
