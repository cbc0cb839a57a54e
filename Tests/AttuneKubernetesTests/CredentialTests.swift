import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneKubernetes

extension CurlTests {
    struct CredentialTests {
        private let directory: TemporaryDirectory
        private let clock = ManualClock()

        init() throws { directory = try TemporaryDirectory() }

        /// Tells who asked; refuses the token `old`.
        private static let script: ScriptedServer.Script = { exchange in
            let shown = exchange.header("authorization") ?? "nothing"
            try await exchange.answer(shown == "Bearer old" ? 401 : 200, [], shown)
        }

        private func transport(_ server: WiredServer, _ authorization: Credentials.Authorization) throws
            -> CurlTransport
        {
            try CurlTransport(
                server.configuration { $0.credentials.authorization = authorization }, now: { [clock] in clock.now })
        }

        @Test func `tokens and passwords are shown`() async throws {
            try await Wire.plain.serve(CredentialTests.script) { server in
                #expect(try await transport(server, .none).text("/") == "nothing")
                #expect(try await transport(server, .token("t")).text("/") == "Bearer t")
                let basic = try await transport(server, .basic(user: "ann", password: "b:c")).text("/")
                #expect(basic == "Basic \(Data("ann:b:c".utf8).base64EncodedString())")
            }
        }

        @Test func `a token file is read again each minute`() async throws {
            let file = try directory.write("one\n", to: "token")
            try await Wire.plain.serve(CredentialTests.script) { server in
                let transport = try transport(server, .tokenFile(file))
                #expect(try await transport.text("/") == "Bearer one")
                try directory.write("two", to: "token")
                clock.advance(by: .seconds(59))
                #expect(try await transport.text("/") == "Bearer one")
                clock.advance(by: .seconds(1))
                #expect(try await transport.text("/") == "Bearer two")
                try FileManager.default.removeItem(atPath: file)
                clock.advance(by: .seconds(61))
                #expect(try await transport.text("/") == "Bearer two")
            }
        }

        @Test func `without a token in its file nothing is sent`() async throws {
            let file = directory.path("none")
            try await Wire.plain.serve(CredentialTests.script) { server in
                let transport = try transport(server, .tokenFile(file))
                let error = await #expect(throws: TransportError.self) { _ = try await transport.text("/") }
                #expect(error == TransportError(.hopeless, "there is no token in \(file)"))
                #expect(server.begun.count == 0)
            }
        }

        @Test func `who is refused reads the token again, and asks once more`() async throws {
            let file = try directory.write("old", to: "token")
            try await Wire.plain.serve(CredentialTests.script) { server in
                let transport = try transport(server, .tokenFile(file))
                let refused = try await transport.send(APIRequest(.get, "/"))
                #expect(refused.status == 401)
                #expect(server.begun.count == 1, "the token is still the same")
                try directory.write("new", to: "token")
                let response = try await transport.send(APIRequest(.post, "/", body: Array("x".utf8)))
                #expect(response.status == 200)
                #expect(String(decoding: try await response.body.collect(), as: UTF8.self) == "Bearer new")
                #expect(server.begun.count == 3)
            }
        }

        @Test func `who is refused twice is told, and a fixed token is not shown twice`() async throws {
            try await Wire.plain.serve({ try await $0.answer(401) }) { server in
                let file = try directory.write("a", to: "token")
                let changing = try transport(server, .tokenFile(file))
                _ = try await changing.send(APIRequest(.get, "/"))
                try directory.write("b", to: "token")
                #expect(try await changing.send(APIRequest(.get, "/")).status == 401)
                #expect(server.begun.count == 3)
                #expect(try await transport(server, .token("a")).send(APIRequest(.get, "/")).status == 401)
                #expect(server.begun.count == 4)
            }
        }
    }
}
