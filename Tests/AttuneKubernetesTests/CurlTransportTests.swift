import AttuneCore
import Foundation
import NIOSSL
import Synchronization
import Testing

@testable import AttuneKubernetes

extension CurlTests {
    struct CurlTransportTests {
        @Test(arguments: Wire.allCases)
        func `method, target, headers and body arrive, and so does the answer`(_ wire: Wire) async throws {
            for method in [APIRequest.Method.get, .post, .put, .patch, .delete] {
                let body = method == .get ? [] : Array("{\"a\": \"é\"}".utf8)
                let seen = try await wire.serve {
                    try await $0.echo()
                } body: { server in
                    let request = APIRequest(
                        method, "/apis/batch/v1/jobs?labelSelector=a%3Db&x=../y", headers: ["x-one": "1"], body: body)
                    let response = try await server.transport.send(request)
                    #expect(response.status == 201)
                    #expect(response.headers["x-two"] == "a, b")
                    return String(decoding: try await response.body.collect(), as: UTF8.self)
                }
                #expect(seen.hasPrefix("\(method.rawValue) /apis/batch/v1/jobs?labelSelector=a%3Db&x=../y\n"))
                #expect(seen.contains("\nx-one: 1\n"))
                #expect(seen.contains("\nuser-agent: attune/\(attuneVersion)\n"))
                #expect(!seen.contains("content-type") && !seen.contains("expect"))
                #expect(seen.hasSuffix("\n\n" + String(decoding: body, as: UTF8.self)))
            }
        }

        @Test(arguments: Wire.allCases)
        func `the head is there before the body, and each part as it comes`(_ wire: Wire) async throws {
            let steps = (Signal(), Signal())
            let script: ScriptedServer.Script = { exchange in
                try await exchange.head()
                await steps.0.wait()
                try await exchange.part("one")
                await steps.1.wait()
                try await exchange.part("two")
                try await exchange.end()
            }
            try await wire.serve(script) { server in
                let response = try await server.transport.send(.stream("/watch"))
                var parts = response.body.makeAsyncIterator()
                steps.0.fire()
                #expect(try await parts.next() == Array("one".utf8))
                steps.1.fire()
                #expect(try await parts.next() == Array("two".utf8))
                #expect(try await parts.next() == nil)
                #expect(try await parts.next() == nil)
            }
        }

        @Test(arguments: Wire.allCases)
        func `a body that breaks off gives what came, and then says so`(_ wire: Wire) async throws {
            let hasRead = Signal()
            let script: ScriptedServer.Script = { exchange in
                try await exchange.head()
                try await exchange.part("half")
                await hasRead.wait()
                try await exchange.write(.cut)
            }
            try await wire.serve(script) { server in
                let response = try await server.transport.send(.stream("/watch"))
                var parts = response.body.makeAsyncIterator()
                #expect(try await parts.next() == Array("half".utf8))
                hasRead.fire()
                await #expect(throws: TransportError.self) { _ = try await parts.next() }
                let again = await #expect(throws: TransportError.self) { _ = try await parts.next() }
                #expect(again?.kind == .lost)
            }
        }

        @Test(arguments: Wire.allCases)
        func `a server that falls silent within a stream is given up`(_ wire: Wire) async throws {
            let script: ScriptedServer.Script = { exchange in
                try await exchange.head()
                try await exchange.part("alive")
                await exchange.gone.wait()
            }
            try await wire.serve(script) { server in
                let request = APIRequest(.get, "/watch", timeout: nil, silence: .milliseconds(200))
                let error = await #expect(throws: TransportError.self) {
                    for try await _ in try await server.transport.send(request).body {}
                }
                #expect(error?.kind == .timedOut)
                await server.open.wait { $0 == 0 }
            }
        }

        @Test(arguments: Wire.allCases)
        func `an answer that takes longer than the request allows is given up`(_ wire: Wire) async throws {
            try await wire.serve {
                await $0.gone.wait()
            } body: { server in
                let request = APIRequest(.get, "/slow", timeout: .milliseconds(100))
                let error = await #expect(throws: TransportError.self) { _ = try await server.transport.send(request) }
                #expect(error?.kind == .timedOut)
                #expect(error?.description.contains("/slow") == true)
            }
        }

        @Test func `nobody there may be somebody there another time`() async throws {
            let port = try await Wire.plain.serve({ _ in }) { $0.port }
            let configuration = ClusterConfiguration(server: ServerAddress("http://127.0.0.1:\(port)")!)
            let transport = try CurlTransport(configuration, now: { Date(timeIntervalSince1970: 0) })
            let error = await #expect(throws: TransportError.self) {
                _ = try await transport.send(APIRequest(.get, "/"))
            }
            #expect(error?.kind == .lost)
        }

        @Test func `what cannot be sent is not sent`() async throws {
            try await Wire.plain.serve({ try await $0.answer() }) { server in
                let requests = [
                    APIRequest(.get, "no/slash"), APIRequest(.get, "/a b"), APIRequest(.get, "/a\r\nx: y"),
                    APIRequest(.get, "/", headers: ["x": "1\r\nauthorization: Bearer me"]),
                ]
                for request in requests {
                    let error = await #expect(throws: TransportError.self) {
                        _ = try await server.transport.send(request)
                    }
                    #expect(error?.kind == .hopeless)
                }
                #expect(server.begun.count == 0)
            }
        }

        @Test func `interim answers and trailers are not the answer`() async throws {
            let script: ScriptedServer.Script = { exchange in
                let text = """
                    HTTP/1.1 103 Early Hints\r\nX-A: hint\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\
                    X-A: 1\r\n\r\n2\r\nok\r\n0\r\nX-A: 2\r\n\r\n
                    """
                try await exchange.write(.raw(Array(text.utf8)))
            }
            try await Wire.plain.serve(script) { server in
                let response = try await server.transport.send(APIRequest(.get, "/"))
                #expect(response.status == 200)
                #expect(response.headers["x-a"] == "1")
                #expect(try await response.body.collect() == Array("ok".utf8))
            }
        }

        @Test(arguments: Wire.allCases)
        func `compressed answers are read as what they are`(_ wire: Wire) async throws {
            let zipped: [UInt8] = [
                31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 203, 72, 205, 201, 201, 215, 81, 200, 64, 162, 0, 159, 161, 202, 9, 19,
                0,
                0, 0,
            ]
            let script: ScriptedServer.Script = { exchange in
                #expect(exchange.header("accept-encoding") == "gzip")
                try await exchange.head(200, [("Content-Encoding", "gzip")])
                try await exchange.write(.part(zipped))
                try await exchange.end()
            }
            try await wire.serve(script) { server in
                let response = try await server.transport.send(APIRequest(.get, "/"))
                #expect(response.headers["content-encoding"] == nil)
                #expect(try await response.body.collect() == Array("hello, hello, hello".utf8))
            }
        }

        @Test func `a path before the server's own is kept, and any proxy asked where one is named`() async throws {
            try await Wire.plain.serve({ try await $0.answer(200, [], $0.target) }) { server in
                let prefixed = try server.transport { $0.server = ServerAddress("\($0.server)/k8s/c-1/")! }
                #expect(try await prefixed.text("/api?x=1") == "/k8s/c-1/api?x=1")
                let proxied = try server.transport {
                    $0.proxy = $0.server.description
                    $0.server = ServerAddress("http://cluster.example:8001")!
                }
                #expect(try await proxied.text("/api") == "http://cluster.example:8001/api")
            }
        }

        @Test func `requests in another's name say in whose`() async throws {
            try await Wire.plain.serve({ try await $0.echo() }) { server in
                let transport = try server.transport {
                    $0.impersonation = Impersonation(
                        user: "ann", uid: "7", groups: ["a", "b"], extra: ["acme.com/Project": ["x", "y"]])
                }
                let seen = try await transport.text("/")
                for line in [
                    "impersonate-user: ann", "impersonate-uid: 7", "impersonate-group: a", "impersonate-group: b",
                    "impersonate-extra-acme.com%2fproject: x", "impersonate-extra-acme.com%2fproject: y",
                ] {
                    #expect(seen.lowercased().contains("\n\(line)\n"), "\(line)")
                }
            }
        }
    }
}
