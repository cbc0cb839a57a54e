import AttuneCore
import AttuneProto
import AttuneStore
import Foundation
import GRPCCore
import Synchronization
import Testing

@testable import AttuneService

struct GuardTests {
    private static let ping = "/attune.v1.Server/Ping"
    private static let info = "/attune.v1.Server/GetInfo"

    // MARK: Tokens

    @Test func `a store with a token asks everyone for one`() async throws {
        try await RunningServer.with { server in
            let secret = try await server.token("alice", .read)
            let without = try await server.post(Self.ping, "{}")
            #expect(without.status == 401)
            #expect(without.headers["www-authenticate"] == "Bearer")
            let wrong = try await server.post(Self.ping, "{}", ["authorization": "Bearer attune_wrong"])
            #expect(wrong.status == 401)
            let right = try await server.post(Self.ping, "{}", ["authorization": "Bearer \(secret)"])
            #expect(right.status == 200)
            let refusal = await #expect(throws: RPCError.self) { _ = try await server.rawCall(Self.ping, []) }
            #expect(refusal?.code == .unauthenticated)
            _ = try await server.rawCall(Self.ping, [], ["authorization": "Bearer \(secret)"])
        }
    }

    @Test func `a token is good for its scope and the smaller ones`() async throws {
        let write = AttuneService.Method("test.Guard", "Write", .write) { (request: Attune_V1_PingRequest, _) in
            Attune_V1_PingReply()
        }
        try await RunningServer.with(methods: [write]) { server in
            let reader = try await server.token("reader", .read)
            let admin = try await server.token("admin", .admin)
            let refused = try await server.post("/test.Guard/Write", "{}", ["authorization": "Bearer \(reader)"])
            #expect(refused.status == 403)
            #expect(refused.body.contains("needs write"))
            let allowed = try await server.post("/test.Guard/Write", "{}", ["authorization": "Bearer \(admin)"])
            #expect(allowed.status == 200)
        }
    }

    @Test func `a token is good for its namespaces alone`() async throws {
        try await RunningServer.with { server in
            let secret = try await server.token("vision", .read, ["vision"])
            let own = try await server.post(Self.info, "{}", ["authorization": "Bearer \(secret)"])
            #expect(own.body.contains(#""namespace":"vision""#))
            let other = try await server.post(
                Self.info, "{}", ["authorization": "Bearer \(secret)", "attune-namespace": "speech"])
            #expect(other.status == 403)
            #expect(other.body.contains("vision"))
            let metadata: GRPCCore.Metadata = ["authorization": "Bearer \(secret)", "attune-namespace": "speech"]
            let refusal = await #expect(throws: RPCError.self) { _ = try await server.rawCall(Self.info, [], metadata) }
            #expect(refusal?.code == .permissionDenied)
        }
    }

    @Test func `a revoked or expired token is refused within seconds, and the service stays closed`() async throws {
        let store = try TemporaryFile.store()
        let time = Mutex(Date(timeIntervalSince1970: 1_000_000))
        let clock = TunerClock(now: { time.withLock { $0 } }, sleepFor: TunerClock.system.sleepFor)
        let gate = TokenGate(
            store, isRequired: false, browsers: BrowserGuard(Server.Address(host: "127.0.0.1", port: 1)), clock: clock)
        var random = SystemRandomNumberGenerator()
        let secret = TokenSecret(random: &random)
        try await store.create(
            StoredToken(
                name: "a", hash: secret.hash, scope: "read", namespaces: [], createdAt: clock.now(),
                expiresAt: clock.now().addingTimeInterval(60)))
        let head = CallHead(transport: .grpc, peer: "") { $0 == "authorization" ? "Bearer \(secret.text)" : nil }
        #expect(try await gate.admit(head, needing: .read).identity == "a")
        time.withLock { $0 += 60 }
        let expired = await #expect(throws: ServiceError.self) { try await gate.admit(head, needing: .read) }
        #expect(expired?.message.contains("expired") == true)
        #expect(try await store.revokeToken("a", at: clock.now()))
        #expect(try await store.revokeToken("a", at: clock.now()) == false)
        time.withLock { $0 += TokenGate.memory }
        let revoked = await #expect(throws: ServiceError.self) { try await gate.admit(head, needing: .read) }
        #expect(revoked?.message.contains("revoked") == true)
        let stranger = CallHead(transport: .grpc, peer: "") { _ in nil }
        await #expect(throws: ServiceError.self) { try await gate.admit(stranger, needing: .read) }
    }

    @Test func `a store keeps no secret, and no log shows one`() async throws {
        let log = Captured()
        try await RunningServer.with(logger: log.logger) { server in
            let secret = try await server.token("alice", .read)
            _ = try await server.post(Self.ping, #"{"unknownWord": 1}"#, ["authorization": "Bearer \(secret)"])
            _ = try await server.rawCall(Self.ping, [], ["authorization": "Bearer \(secret)"])
            let digits = secret.dropFirst("attune_".count)
            #expect(!log.text.contains(digits))
            #expect(!log.text.contains("unknownWord"))
            #expect(log.text.contains("identity=alice"))
            let kept = try await server.store.tokens()
            #expect(kept.map(\.hash) == [TokenSecret(secret).hash])
        }
    }

    // MARK: The network

    @Test func `listening beyond loopback needs tokens, certificates, or to be asked for`() async throws {
        var configuration = Server.Configuration()
        configuration.http = Server.Address(host: "0.0.0.0", port: 0)
        let refusal = #expect(throws: AttuneError.self) { try Exposure(configuration, hasTokens: false).check() }
        #expect(refusal?.description.contains("attune token create") == true)
        try Exposure(configuration, hasTokens: true).check()
        configuration.allowsAnonymous = true
        try Exposure(configuration, hasTokens: false).check()
    }

    @Test func `pages of other origins and names cannot use an open service through a browser`() throws {
        let browsers = BrowserGuard(Server.Address(host: "127.0.0.1", port: 6780))
        func head(_ host: String, origin: String?) -> CallHead {
            CallHead(transport: .http, peer: "", authority: host) { $0 == "origin" ? origin : nil }
        }
        try browsers.check(head("localhost:6780", origin: nil))
        try browsers.check(head("127.0.0.1:6780", origin: "http://127.0.0.1:6780"))
        try browsers.check(head("[::1]:6780", origin: nil))
        #expect(throws: ServiceError.self) { try browsers.check(head("evil.example:6780", origin: nil)) }
        #expect(throws: ServiceError.self) {
            try browsers.check(head("localhost:6780", origin: "https://evil.example"))
        }
        #expect(throws: ServiceError.self) { try browsers.check(head("localhost:6780", origin: "null")) }
    }

    // MARK: Limits

    @Test func `a message that is too long is refused by its size`() async throws {
        try await RunningServer.with({ $0.limits.messageBytes = 10_000 }) { server in
            let long = "{\"x\": \"" + String(repeating: "a", count: 20_000) + "\"}"
            let reply = try await server.post(Self.ping, long)
            #expect(reply.status == 413)
            #expect(reply.body.contains("10000 bytes"))
            let bytes = [UInt8](repeating: 0, count: 20_000)
            let refusal = await #expect(throws: RPCError.self) { _ = try await server.rawCall(Self.ping, bytes) }
            #expect(refusal?.code == .resourceExhausted)
            let good = try await server.post(Self.ping, "{}")
            #expect(good.status == 200)
        }
    }

    @Test func `calls beyond the limit are told to come again`() async throws {
        let (method, held) = Held.method()
        try await RunningServer.with(methods: [method], { $0.limits.concurrentCalls = 1 }) { server in
            async let first = server.post("/test.Guard/Hold", "{}")
            await held.begun()
            let second = try await server.post(Self.ping, "{}")
            #expect(second.status == 429)
            #expect(second.headers["retry-after"] == "1")
            let health = try await server.get("/healthz")
            #expect(health.status == 200)
            held.release()
            let done = try await first
            #expect(done.status == 200)
            let third = try await server.post(Self.ping, "{}")
            #expect(third.status == 200)
        }
    }

    @Test func `a deadline is honoured though the method goes on`() async throws {
        let (method, held) = Held.method()
        try await RunningServer.with(methods: [method]) { server in
            let reply = try await server.post("/test.Guard/Hold", "{}", ["grpc-timeout": "20m"])
            #expect(reply.status == 504)
            let refusal = await #expect(throws: RPCError.self) {
                _ = try await server.rawCall("/test.Guard/Hold", [], timeout: .milliseconds(20))
            }
            #expect(refusal?.code == .deadlineExceeded)
            let wrong = try await server.post("/test.Guard/Hold", "{}", ["grpc-timeout": "soon"])
            #expect(wrong.status == 400)
            held.release()
        }
    }

    @Test(arguments: [
        ("1H", Duration.seconds(3_600)), ("2M", .seconds(120)), ("3S", .seconds(3)), ("4m", .milliseconds(4)),
        ("5u", .microseconds(5)), ("6n", .nanoseconds(6)),
    ])
    func `a deadline has gRPC's units`(text: String, length: Duration) throws {
        #expect(try Deadline.duration(text) == length)
        #expect(throws: ServiceError.self) { try Deadline.duration("123456789S") }
        #expect(throws: ServiceError.self) { try Deadline.duration("-1S") }
    }

    @Test func `a request that trickles is cut off`() async throws {
        try await RunningServer.with({ $0.limits.idleSeconds = 1 }) { server in
            let head = "POST /attune.v1.Server/Ping HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"
            async let body = RawConnection.ends(server.http, after: head, trickling: "x")
            async let line = RawConnection.ends(server.http, after: "POST /x HT", trickling: "T")
            async let nothing = RawConnection.ends(server.grpc, after: "", trickling: nil)
            let ends = await [body, line, nothing]
            #expect(ends == [true, true, true])
        }
    }

    @Test func `headers that are too long are refused`() async throws {
        try await RunningServer.with { server in
            let reply = try? await server.post(Self.ping, "{}", ["x-long": String(repeating: "a", count: 50_000)])
            #expect(reply?.status != 200)
            let good = try await server.post(Self.ping, "{}")
            #expect(good.status == 200)
        }
    }
}

extension RunningServer {
    /// - Returns: the secret.
    func token(_ name: String, _ scope: Scope, _ namespaces: [String] = []) async throws -> String {
        var random = SystemRandomNumberGenerator()
        let secret = TokenSecret(random: &random)
        try await store.create(
            StoredToken(
                name: name, hash: secret.hash, scope: scope.rawValue, namespaces: namespaces, createdAt: Date()))
        return secret.text
    }
}
