import AttuneKubernetes
import Foundation
import Testing

struct CurlTransportTests {
    @Test func `method, target, headers and body arrive, and so does the answer`() async throws {
        for method in [APIRequest.Method.get, .post, .put, .patch, .delete] {
            let body = method == .get ? [] : Array("{\"a\": \"é\"}".utf8)
            let seen = try await ScriptedServer.with(script: { try await $0.echo() }) { server in
                let request = APIRequest(
                    method, "/apis/batch/v1/jobs?labelSelector=a%3Db&x=../y", headers: ["x-one": "1"], body: body)
                let response = try await server.transport().send(request)
                #expect(response.status == 201)
                #expect(response.headers["x-two"] == "a, b")
                return String(decoding: try await response.body.collect(), as: UTF8.self)
            }
            #expect(seen.hasPrefix("\(method.rawValue) /apis/batch/v1/jobs?labelSelector=a%3Db&x=../y\n"))
            #expect(seen.contains("\nx-one: 1\n"))
            #expect(seen.hasSuffix("\n\n" + String(decoding: body, as: UTF8.self)))
        }
    }
}

extension Exchange {
    /// Answers with what was asked.
    fileprivate func echo() async throws {
        try await head(201, [("X-Two", "a"), ("X-Two", "b")])
        let lines = headers.map { "\($0.name): \($0.value)" }
        try await part("\(method) \(target)\n\(lines.joined(separator: "\n"))\n\n")
        if !body.isEmpty { try await write(.part(body)) }
        try await end()
    }
}

extension ScriptedServer {
    func transport(_ change: (inout ClusterConfiguration) -> Void = { _ in }) throws -> CurlTransport {
        var configuration = ClusterConfiguration(server: ServerAddress("http://127.0.0.1:\(port)")!)
        change(&configuration)
        return try CurlTransport(configuration, now: { Date(timeIntervalSince1970: 1_700_000_000) })
    }
}
