import AttuneCore
import AttuneStore
import AttuneTestSupport
import Foundation
import Synchronization
import Testing

@testable import AttuneService

/// Logging in with a browser, and what a cookie is good for.
struct PageSessionTests {
    private static let create = "/attune.v1.Experiments/SuspendExperiment"
    private static let read = "/v1/page/experiments"

    /// Logs in and gives the cookie's pair and the session's secret.
    private static func logIn(
        _ server: RunningServer, _ token: String
    ) async throws -> (cookie: String, csrf: String, header: String) {
        let body: JSON = ["token": .string(token)]
        let reply = try await server.post("/v1/page/login", body.description, ["origin": "http://\(server.http)"])
        #expect(reply.status == 204, "\(reply.body)")
        let header = try #require(reply.headers["set-cookie"])
        let cookie = String(header.prefix { $0 != ";" })
        let session = try await server.json("/v1/page/session", ["cookie": cookie])
        return (cookie, try #require(session["csrf"]?.string), header)
    }

    @Test func `where no token is needed the page is open, and says so`() async throws {
        try await RunningServer.with { server in
            let session = try await server.json("/v1/page/session")
            #expect(session["signedIn"] == true && session["needsToken"] == false && session["scope"] == "admin")
            #expect(session["version"]?.string == attuneVersion && session["algorithms"]?.array?.isEmpty == false)
            let elsewhere = try await server.get("/v1/page/session", ["origin": "http://evil.example"])
            #expect(elsewhere.status == 403)
            #expect(try await server.get(Self.read, ["origin": "http://evil.example"]).status == 403)
        }
    }

    @Test func `a stranger is told to log in, and gets nothing else`() async throws {
        try await RunningServer.with { server in
            _ = try await server.token("alice", .read)
            let session = try await server.json("/v1/page/session")
            #expect(session["signedIn"] == false && session["needsToken"] == true && session["scope"] == "none")
            #expect(session["csrf"] == .null && session["algorithms"] == [])
            for path in ["", "/sample", "/sample/history", "/sample/trials/1/log", "/sample/ticks"] {
                #expect(try await server.get(Self.read + path).status == 401, "\(path)")
            }
            #expect(try await server.get("/v1/page/changes").status == 401)
            #expect(try await server.get("/").status == 200, "the page itself says nothing")
        }
    }

    @Test func `a token opens a session, whose cookie scripts cannot read and other sites cannot send`() async throws {
        try await RunningServer.with { server in
            let token = try await server.token("alice", .write)
            let (cookie, csrf, header) = try await Self.logIn(server, token)
            #expect(header.contains("HttpOnly") && header.contains("SameSite=Strict") && header.contains("Path=/"))
            #expect(
                !header.contains("Secure") && !header.contains(token.dropFirst(7)),
                "plain HTTP; no secret of the token's")
            #expect(csrf.count == 64 && !cookie.contains(csrf))
            let session = try await server.json("/v1/page/session", ["cookie": "other=1; \(cookie); more=2"])
            #expect(session["signedIn"] == true && session["scope"] == "write" && session["identity"] == "alice")
            #expect(try await server.get(Self.read, ["cookie": cookie]).status == 200)
        }
    }

    @Test(arguments: ["attune_wrong", "", "attune_session", "' OR 1=1 --"])
    func `a wrong token opens nothing`(_ token: String) async throws {
        try await RunningServer.with { server in
            _ = try await server.token("alice", .write)
            let reply = try await server.post("/v1/page/login", (["token": .string(token)] as JSON).description)
            #expect(reply.status == 401 && reply.headers["set-cookie"] == nil)
            #expect(try await server.post("/v1/page/login", "{}").status == 400)
            #expect(try await server.post("/v1/page/login", "nonsense").status == 400)
            #expect(try await server.get("/v1/page/login").status == 405)
        }
    }

    @Test(arguments: ["attune_session=forged", "attune_session=", "attune_session", "other=1", ""])
    func `a forged cookie is good for nothing`(_ cookie: String) async throws {
        try await RunningServer.with { server in
            _ = try await server.token("alice", .write)
            #expect(try await server.get(Self.read, ["cookie": cookie]).status == 401)
        }
    }

    @Test func `a form of another site can neither log in nor out`() async throws {
        try await RunningServer.with { server in
            let token = try await server.token("alice", .write)
            let body = (["token": .string(token)] as JSON).description
            let login = try await server.post("/v1/page/login", body, ["origin": "http://evil.example"])
            #expect(login.status == 403 && login.headers["set-cookie"] == nil)
            let form = try await server.post("/v1/page/login", body, ["content-type": "text/plain"])
            #expect(form.status == 415)
            let (cookie, _, _) = try await Self.logIn(server, token)
            #expect(try await server.post("/v1/page/logout", "{}", ["cookie": cookie]).status == 403)
            #expect(try await server.get(Self.read, ["cookie": cookie]).status == 200)
        }
    }

    @Test func `what changes something needs the session's secret and the service's own origin beside the cookie`()
        async throws
    {
        try await RunningServer.with { server in
            try await PageTests.fill(server.store, Samples.experiment(), [1])
            let (cookie, csrf, _) = try await Self.logIn(server, try await server.token("alice", .write))
            let own = "http://\(server.http)"
            let body = #"{"experiment": "sample"}"#
            let refused: [[String: String]] = [
                ["cookie": cookie], ["cookie": cookie, "origin": own], ["cookie": cookie, "x-attune-csrf": csrf],
                ["cookie": cookie, "x-attune-csrf": csrf, "origin": "http://evil.example"],
                ["cookie": cookie, "x-attune-csrf": csrf, "origin": "null"],
                ["cookie": cookie, "x-attune-csrf": String(csrf.reversed()), "origin": own],
                ["cookie": cookie, "x-attune-csrf": "", "origin": own],
            ]
            for headers in refused {
                #expect(try await server.post(Self.create, body, headers).status == 403, "\(headers)")
            }
            #expect(try await server.store.summary(of: "sample")?.status == .running)
            let headers = ["cookie": cookie, "x-attune-csrf": csrf, "origin": own]
            #expect(try await server.post(Self.create, body, headers).status == 200)
            #expect(try await server.store.summary(of: "sample")?.status == .stopped)
        }
    }

    @Test func `a token in the header needs neither secret nor origin, and goes before the cookie`() async throws {
        try await RunningServer.with { server in
            try await PageTests.fill(server.store, Samples.experiment(), [1])
            let (readers, writer) = (try await server.token("reader", .read), try await server.token("writer", .write))
            let (reader, _, _) = try await Self.logIn(server, readers)
            let reply = try await server.post(
                Self.create, #"{"experiment": "sample"}"#, ["authorization": "Bearer \(writer)", "cookie": reader])
            #expect(reply.status == 200)
        }
    }

    @Test func `who may only read is refused what changes something`() async throws {
        try await RunningServer.with { server in
            try await PageTests.fill(server.store, Samples.experiment(), [1])
            let (cookie, csrf, _) = try await Self.logIn(server, try await server.token("reader", .read))
            let session = try await server.json("/v1/page/session", ["cookie": cookie])
            #expect(session["scope"] == "read")
            let headers = ["cookie": cookie, "x-attune-csrf": csrf, "origin": "http://\(server.http)"]
            for method in [
                "CreateExperiment", "SuspendExperiment", "ResumeExperiment", "EditBudget", "DeleteExperiment",
            ] {
                let reply = try await server.post(
                    "/attune.v1.Experiments/\(method)",
                    method == "CreateExperiment" ? "{}" : #"{"experiment": "sample"}"#,
                    headers)
                #expect(reply.status == 403 && reply.body.contains("needs write"), "\(method)")
            }
            let valid = try await server.post("/attune.v1.Experiments/ValidateExperiment", #"{"text": "a"}"#, headers)
            #expect(valid.status == 200)
        }
    }

    @Test func `a session sees its token's namespaces alone`() async throws {
        try await RunningServer.with { server in
            try await PageTests.fill(server.store, Samples.experiment(), [1])
            let (cookie, _, _) = try await Self.logIn(server, try await server.token("vision", .read, ["vision"]))
            let session = try await server.json("/v1/page/session", ["cookie": cookie])
            #expect(session["namespace"] == "vision" && session["namespaces"] == ["vision"])
            #expect(try await server.json(Self.read, ["cookie": cookie])["total"] == 0)
            #expect(try await server.get(Self.read + "?namespace=default", ["cookie": cookie]).status == 403)
            #expect(try await server.get("/v1/page/changes?namespace=default", ["cookie": cookie]).status == 403)
        }
    }

    @Test func `logging out ends the session`() async throws {
        try await RunningServer.with { server in
            let (cookie, csrf, _) = try await Self.logIn(server, try await server.token("alice", .read))
            let headers = ["cookie": cookie, "x-attune-csrf": csrf, "origin": "http://\(server.http)"]
            let reply = try await server.post("/v1/page/logout", "{}", headers)
            #expect(reply.status == 204 && reply.headers["set-cookie"]?.contains("Max-Age=0") == true)
            #expect(try await server.get(Self.read, ["cookie": cookie]).status == 401)
        }
    }

    /// A gate by a clock of its own, and the head of a request with a cookie.
    private func gate(_ time: Date = Date(timeIntervalSince1970: 1_000_000)) throws -> (TokenGate, SQLiteStore, Clock) {
        let clock = Clock(time)
        let store = try TemporaryFile.store()
        let gate = TokenGate(
            store, isRequired: false, browsers: BrowserGuard(Server.Address(host: "127.0.0.1", port: 1)),
            clock: TunerClock(now: { clock.time.withLock { $0 } }, sleepFor: TunerClock.system.sleepFor))
        return (gate, store, clock)
    }

    private final class Clock: Sendable {
        let time: Mutex<Date>
        init(_ time: Date) { self.time = Mutex(time) }
        func move(_ seconds: Double) { time.withLock { $0 += seconds } }
    }

    private func head(_ id: String) -> CallHead {
        CallHead(transport: .http, peer: "") { $0 == "cookie" ? "attune_session=\(id)" : nil }
    }

    private func token(_ store: SQLiteStore, expires: Date? = nil) async throws -> TokenSecret {
        var random = SystemRandomNumberGenerator()
        let secret = TokenSecret(random: &random)
        try await store.create(
            StoredToken(
                name: "a", hash: secret.hash, scope: "read", namespaces: [], createdAt: Date(timeIntervalSince1970: 0),
                expiresAt: expires))
        return secret
    }

    @Test func `revoking the token ends the session within seconds`() async throws {
        let (gate, store, clock) = try gate()
        let id = try await gate.logIn(try await token(store))
        #expect(try await gate.admit(head(id), needing: .read).identity == "a")
        _ = try await store.revokeToken("a", at: clock.time.withLock { $0 })
        clock.move(TokenGate.memory)
        await #expect(throws: ServiceError.self) { try await gate.admit(head(id), needing: .read) }
        #expect(gate.sessions.session(of: head(id)) == nil, "it does not come back with a new token of that name")
    }

    @Test func `an expired token's session ends with it`() async throws {
        let (gate, store, clock) = try gate()
        let id = try await gate.logIn(try await token(store, expires: clock.time.withLock { $0 } + 60))
        #expect(try await gate.admit(head(id), needing: .read).identity == "a")
        clock.move(60)
        await #expect(throws: ServiceError.self) { try await gate.admit(head(id), needing: .read) }
    }

    @Test func `a session that nobody uses for half a day ends, and one in use does not`() async throws {
        let (gate, store, clock) = try gate()
        let secret = try await token(store)
        let (idle, used) = (try await gate.logIn(secret), try await gate.logIn(secret))
        #expect(idle != used)
        clock.move(PageSessions.idleTime - 1)
        #expect(try await gate.admit(head(used), needing: .read).identity == "a")
        clock.move(2)
        #expect(try await gate.admit(head(used), needing: .read).identity == "a")
        await #expect(throws: ServiceError.self) { try await gate.admit(head(idle), needing: .read) }
    }

    @Test func `so many sessions are kept and no more`() {
        let clock = Clock(Date(timeIntervalSince1970: 0))
        let sessions = PageSessions(
            clock: TunerClock(now: { clock.time.withLock { $0 } }, sleepFor: TunerClock.system.sleepFor))
        let first = sessions.open([1])
        for _ in 0..<PageSessions.most {
            clock.move(0.001)
            _ = sessions.open([1])
        }
        #expect(sessions.session(of: head(first)) == nil)
    }

    @Test func `a cookie counts over HTTP only`() async throws {
        let (gate, store, _) = try gate()
        let id = try await gate.logIn(try await token(store))
        let grpc = CallHead(transport: .grpc, peer: "") { $0 == "cookie" ? "attune_session=\(id)" : nil }
        await #expect(throws: ServiceError.self) { try await gate.admit(grpc, needing: .read) }
    }
}
