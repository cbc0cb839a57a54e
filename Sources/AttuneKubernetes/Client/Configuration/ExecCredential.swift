import AttuneCore
import Foundation

/// What a plugin prints: `{"kind": "ExecCredential", "apiVersion": …, "status": {…}}`.
struct ExecCredential: Sendable, Hashable {
    var token: String?
    var identity: ClientIdentity?
    /// Nil where it is good until a server refuses it.
    var expires: Date?

    /// - Throws: `TransportError` for anything else.
    init(parsing text: String, for plugin: ExecPlugin) throws(TransportError) {
        func malformed(_ field: String, _ remedy: String) -> TransportError {
            TransportError(.hopeless, "what \(plugin.command) printed: \(field)\(remedy)")
        }
        guard let json = try? JSON(parsing: text), json["kind"]?.string == "ExecCredential" else {
            throw malformed("", "must be JSON of kind ExecCredential")
        }
        guard json["apiVersion"]?.string == plugin.version.rawValue else {
            throw malformed("apiVersion: ", "must be \(plugin.version.rawValue), as the kubeconfig file says")
        }
        let status = json["status"]
        token = status?["token"]?.string
        switch (status?["clientCertificateData"]?.string, status?["clientKeyData"]?.string) {
        case (let certificate?, let key?):
            identity = ClientIdentity(certificate: Array(certificate.utf8), key: Array(key.utf8))
        case (nil, nil):
            if token == nil { throw malformed("status: ", "must have a token, or a client certificate and its key") }
        default: throw malformed("status: ", "a client certificate and its key must come together")
        }
        guard let expiry = status?["expirationTimestamp"]?.string else { return }
        expires = RFC3339.date(expiry)
        if expires == nil {
            throw malformed("status.expirationTimestamp: ", "must be a time such as 2026-01-01T00:00:00Z")
        }
    }
}
