import AttuneCore
import Foundation
import Testing

@testable import AttuneKubernetes

extension CurlTests {
    struct CurlSecurityTests {
        @Test func `fifty streams and many requests share one HTTP2 connection`() async throws {
            let go = Signal()
            let script: ScriptedServer.Script = { exchange in
                #expect(exchange.isHTTP2)
                try await exchange.head()
                if exchange.target.hasPrefix("/watch") { await go.wait() }
                try await exchange.part(exchange.target)
                try await exchange.end()
            }
            try await Wire.http2.serve(script) { server in
                let transport = server.transport
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<50 {
                        group.addTask {
                            let body = try await transport.send(.stream("/watch/\(number)")).body
                            #expect(try await body.collect() == Array("/watch/\(number)".utf8))
                        }
                        group.addTask {
                            let text = try await transport.text("/get/\(number)")
                            #expect(text == "/get/\(number)")
                        }
                    }
                    await server.begun.wait { $0 == 100 }
                    await server.open.wait { $0 == 50 }
                    go.fire()
                    try await group.waitForAll()
                }
                #expect(server.connections.count == 1)
            }
        }

        @Test func `a certificate that others signed, or for another host, is hopeless`() async throws {
            let others = try TestCertificates()
            try await Wire.http2.serve({ try await $0.answer() }) { server in
                let changes: [@Sendable (inout ClusterConfiguration) -> Void] = [
                    { $0.authorities = others.root.certificateBytes },
                    { $0.authorities = nil },
                    { $0.authorities = Array("no certificate".utf8) },
                    { $0.serverName = "other.example" },
                    { $0.credentials.identity = ClientIdentity(certificate: [1], key: [2]) },
                ]
                for change in changes {
                    let transport = try server.transport(change)
                    let error = await #expect(throws: TransportError.self) { _ = try await transport.text("/") }
                    #expect(error?.kind == .hopeless, "\(String(describing: error))")
                }
                #expect(server.begun.count == 0)
            }
        }

        @Test func `any certificate does where that is said, and another name where that is given`() async throws {
            try await Wire.http2.serve({ try await $0.answer(200, [], $0.header(":authority") ?? "") }) { server in
                let careless = try server.transport {
                    $0.authorities = nil
                    $0.isInsecure = true
                }
                let authority = "127.0.0.1:\(server.port)"
                #expect(try await careless.text("/") == authority)
                let named = try server.transport { $0.serverName = "cluster.example" }
                #expect(try await named.text("/") == authority)
            }
        }

        @Test func `a client certificate reaches the server`() async throws {
            try await Wire.http2.serve({ try await $0.answer(200, [], $0.client ?? "nobody") }) { server in
                let client = try #require(server.certificates).client
                #expect(try await server.transport.text("/") == "nobody")
                let known = try server.transport {
                    $0.credentials.identity = ClientIdentity(
                        certificate: client.certificateBytes, key: client.keyBytes)
                }
                #expect(try await known.text("/") == "CN=trainer")
            }
        }
    }
}
