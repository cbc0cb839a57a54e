import AttuneKubernetes
import Foundation
import NIOSSL

/// How a test talks to its server.
enum Wire: CaseIterable, Sendable {
    case plain
    /// HTTP/1.1 over TLS.
    case secure
    /// HTTP/2 over TLS.
    case http2

    func serve<Result: Sendable>(
        _ script: @escaping ScriptedServer.Script,
        body: @Sendable @escaping (WiredServer) async throws -> Result
    ) async throws -> Result {
        let certificates = self == .plain ? nil : try TestCertificates()
        let context = try certificates?.serverContext(protocols: self == .http2 ? ["h2", "http/1.1"] : ["http/1.1"])
        return try await ScriptedServer.with(context, script: script) { server in
            let wired = try WiredServer(server, certificates)
            // The transport must outlive the last use of its streams.
            defer { withExtendedLifetime(wired) {} }
            return try await body(wired)
        }
    }
}

/// A server, and how it is to be known.
@dynamicMemberLookup
struct WiredServer: Sendable {
    let server: ScriptedServer
    /// Nil without TLS.
    let certificates: TestCertificates?
    let transport: CurlTransport

    init(_ server: ScriptedServer, _ certificates: TestCertificates?) throws {
        self.server = server
        self.certificates = certificates
        transport = try CurlTransport(
            WiredServer.configuration(server, certificates), now: { Date(timeIntervalSince1970: 1_700_000_000) })
    }

    subscript<Value>(dynamicMember key: KeyPath<ScriptedServer, Value>) -> Value { server[keyPath: key] }

    /// Another transport than the usual one.
    func transport(_ change: (inout ClusterConfiguration) -> Void) throws -> CurlTransport {
        try CurlTransport(configuration(change), now: { Date(timeIntervalSince1970: 1_700_000_000) })
    }

    func configuration(_ change: (inout ClusterConfiguration) -> Void) -> ClusterConfiguration {
        var configuration = WiredServer.configuration(server, certificates)
        change(&configuration)
        return configuration
    }

    private static func configuration(
        _ server: ScriptedServer, _ certificates: TestCertificates?
    ) -> ClusterConfiguration {
        let scheme = certificates == nil ? "http" : "https"
        var configuration = ClusterConfiguration(server: ServerAddress("\(scheme)://127.0.0.1:\(server.port)")!)
        configuration.authorities = certificates?.root.certificateBytes
        return configuration
    }
}

extension CurlTransport {
    /// The body of the answer to a GET.
    func text(_ target: String) async throws -> String {
        String(decoding: try await send(APIRequest(.get, target)).body.collect(), as: UTF8.self)
    }
}

extension APIRequest {
    /// A request whose answer may last.
    static func stream(_ target: String) -> APIRequest { APIRequest(.get, target, timeout: nil) }
}

extension Exchange {
    /// Answers with what was asked.
    func echo() async throws {
        try await head(201, [("X-Two", "a"), ("X-Two", "b")])
        let lines = headers.map { "\($0.name): \($0.value)" }
        try await part("\(method) \(target)\n\(lines.joined(separator: "\n"))\n\n")
        if !body.isEmpty { try await write(.part(body)) }
        try await end()
    }
}
