import AttuneCore
import AttuneProto
import AttuneTestSupport
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Testing

@testable import AttuneService

struct TLSTests {
    private let files: Certificates

    init() async throws { files = try await Certificates() }

    @Test func `both ports speak TLS`() async throws {
        let files = self.files
        try await RunningServer.with({
            $0.tls = TLSFiles(certificate: files.path("server.pem"), key: files.path("server.key"))
        }) {
            server in
            let secure = try await server.ping(files, client: nil)
            #expect(secure == nil)
            let (status, body) = try await files.curl(server, client: nil)
            #expect(status == 0)
            #expect(body == "{}")
            let plain = await #expect(throws: (any Error).self) {
                _ = try await server.rawCall("/attune.v1.Server/Ping", [], timeout: .seconds(2))
            }
            #expect(plain != nil)
        }
    }

    @Test func `client certificates are required where their signer is named, and are who calls`() async throws {
        let files = self.files
        let log = Captured()
        let tls = TLSFiles(
            certificate: files.path("server.pem"), key: files.path("server.key"), clientCA: files.path("ca.pem"))
        try await RunningServer.with(logger: log.logger, { $0.tls = tls }) { server in
            let without = try await server.ping(files, client: nil, within: .seconds(2))
            #expect(without != nil)
            let with = try await server.ping(files, client: "client")
            #expect(with == nil)
            let refused = try await files.curl(server, client: nil)
            #expect(refused.status != 0)
            let (status, body) = try await files.curl(server, client: "client")
            #expect(status == 0)
            #expect(body == "{}")
            let calls = log.text.split(separator: "\n").filter { $0.contains("message=call") }
            #expect(calls.count == 2)
            #expect(calls.allSatisfy { $0.contains("certificate=trainer") && $0.contains("identity=trainer") })
        }
    }

    @Test func `files that are missing, no certificates, or do not fit are named`() throws {
        func complaint(_ certificate: String, _ key: String, _ ca: String? = nil) -> String? {
            let tls = TLSFiles(
                certificate: files.path(certificate), key: files.path(key), clientCA: ca.map(files.path))
            do {
                _ = try tls.load()
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(complaint("server.pem", "server.key") == nil)
        #expect(complaint("none.pem", "server.key")?.contains("none.pem cannot be read") == true)
        #expect(complaint("server.key", "server.key")?.contains("holds no certificate") == true)
        #expect(complaint("server.pem", "server.pem")?.contains("holds no private key") == true)
        #expect(complaint("server.pem", "client.key")?.contains("is not the key of") == true)
        #expect(complaint("server.pem", "server.key", "none.pem")?.contains("none.pem cannot be read") == true)
    }
}

extension RunningServer {
    /// - Returns: why it failed; nil where it did not.
    fileprivate func ping(
        _ files: Certificates, client: String?, within timeout: Duration = .seconds(60)
    ) async throws -> RPCError? {
        let roots = TLSConfig.TrustRootsSource.certificates([.file(path: files.path("ca.pem"), format: .pem)])
        let security: HTTP2ClientTransport.Posix.TransportSecurity =
            if let client {
                .mTLS(
                    certificateChain: [.file(path: files.path("\(client).pem"), format: .pem)],
                    privateKey: .file(path: files.path("\(client).key"), format: .pem)
                ) {
                    $0.trustRoots = roots
                    $0.serverCertificateVerification = .noHostnameVerification
                }
            } else {
                .tls {
                    $0.trustRoots = roots
                    $0.serverCertificateVerification = .noHostnameVerification
                }
            }
        do {
            try await withClient(security: security) { client in
                _ = try await Self.call(client, "/attune.v1.Server/Ping", [], timeout: timeout)
            }
            return nil
        } catch let error as RPCError {
            return error
        }
    }
}

/// A root, and a server's and a client's certificate under it, made by openssl.
private struct Certificates {
    private let directory: URL

    init() async throws {
        directory = URL(fileURLWithPath: try TemporaryFile.path("x")).deletingLastPathComponent()
        try await openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=root", "-keyout", "ca.key",
            "-out", "ca.pem")
        try Data("subjectAltName=IP:127.0.0.1,DNS:localhost".utf8).write(to: directory.appending(path: "names"))
        for (name, subject) in [("server", "/CN=localhost"), ("client", "/O=team/CN=trainer")] {
            try await openssl(
                "req", "-newkey", "rsa:2048", "-nodes", "-subj", subject, "-keyout", "\(name).key", "-out",
                "\(name).csr")
            try await openssl(
                "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
                "2", "-extfile", "names", "-out", "\(name).pem")
        }
    }

    func path(_ name: String) -> String { directory.appending(path: name).path }

    private func openssl(_ arguments: String...) async throws {
        let (status, _) = try await run("openssl", arguments)
        try #require(status == 0)
    }

    /// Pings over HTTPS.
    func curl(_ server: RunningServer, client: String?) async throws -> (status: Int32, body: String) {
        var arguments = [
            "--silent", "--cacert", "ca.pem", "--max-time", "60", "--data", "{}", "--header",
            "content-type: application/json",
        ]
        if let client { arguments += ["--cert", "\(client).pem", "--key", "\(client).key"] }
        arguments.append("https://127.0.0.1:\(server.http.port)/attune.v1.Server/Ping")
        return try await run("curl", arguments)
    }

    private func run(_ program: String, _ arguments: [String]) async throws -> (status: Int32, body: String) {
        let end = try await ProgramRun.finished(program, arguments, in: directory)
        return (end.code, end.output)
    }
}
