import AttuneCore
import AttuneTestSupport
import Foundation
import Logging
import Testing

@testable import AttuneService

struct AdmissionTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let names = ["attune-webhook.kubeflow.svc"]

    @Test func `a certificate is good for its names until a month before its end`() throws {
        let certificate = try ServingCertificate.made(for: names, at: now)
        #expect(certificate.isGood(for: names, at: now))
        #expect(certificate.isGood(for: names, at: now + 300 * 86_400))
        #expect(!certificate.isGood(for: names, at: now + 336 * 86_400))
        #expect(!certificate.isGood(for: names + ["other"], at: now))
        #expect(!certificate.isGood(for: names, at: now - 86_400))
        var broken = certificate
        broken.certificate = "nonsense"
        #expect(!broken.isGood(for: names, at: now))
    }

    @Test func `reviews are answered over TLS to whoever trusts the authority`() async throws {
        let certificate = try ServingCertificate.made(for: ["localhost"], at: Date())
        let server = AdmissionServer(
            Server.Address(host: "127.0.0.1", port: 0), certificate, logger: Logger(label: "test")
        ) { ["response": ["uid": $0["request"]?["uid"] ?? ""]] }
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        let serving = Task { try await server.run { found.yield($0) } }
        defer { serving.cancel() }
        var port = 0
        for await first in ports {
            port = first
            break
        }
        let authority = FileManager.default.temporaryDirectory.appending(path: "attune-\(UUID().uuidString).pem")
        try Data(certificate.authority.utf8).write(to: authority)
        defer { try? FileManager.default.removeItem(at: authority) }
        let url = "https://localhost:\(port)/validate-experiment"
        let resolving = ["--silent", "--resolve", "localhost:\(port):127.0.0.1", "--max-time", "60"]
        let trusting = resolving + ["--cacert", authority.path, "--data", #"{"request": {"uid": "u-1"}}"#, url]
        let answer = try await curl(trusting)
        #expect(answer == #"{"response":{"uid":"u-1"}}"#)
        let nonsense = try await curl(resolving + ["--cacert", authority.path, "--data", "nonsense", url])
        #expect(nonsense.contains("AdmissionReview"))
        let stranger = try await curl(resolving + ["--data", "{}", url])
        #expect(stranger.isEmpty)
    }

    private func curl(_ arguments: [String]) async throws -> String {
        try await ProgramRun.finished("curl", arguments).output
    }
}
