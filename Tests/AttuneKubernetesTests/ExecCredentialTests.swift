import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneKubernetes

struct ExecCredentialTests {
    private let directory: TemporaryDirectory
    private let clock = ManualClock()

    init() throws { directory = try TemporaryDirectory() }

    /// A plugin that counts how often it ran: a dot each in `runs`.
    private func plugin(_ status: String, version: String = "v1") throws -> ExecPlugin {
        let script = """
            #!/bin/sh
            printf . >> "$RUNS"
            n=$(wc -c < "$RUNS")
            printf '%s' "$KUBERNETES_EXEC_INFO" > "$RUNS.info"
            cat <<END
            {"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/\(version)", "status": \(status)}
            END
            """
        var plugin = ExecPlugin(try directory.write(script, to: "plugin", isExecutable: true))
        plugin.environment = ["RUNS": directory.path("runs")]
        plugin.interaction = .never
        return plugin
    }

    private func source(_ plugin: ExecPlugin) -> ExecCredentials {
        ExecCredentials(plugin, identity: nil, now: { [clock] in clock.now })
    }

    private var runs: Int { (try? directory.read("runs").count) ?? 0 }

    @Test func `a plugin is asked once, until what it said expires`() async throws {
        let status = #"{"token": "t$n", "expirationTimestamp": "2023-11-14T22:14:20Z"}"#
        let source = source(try plugin(status))
        for _ in 0..<3 { #expect(try await source.current().authorization == "Bearer t1") }
        clock.advance(by: .seconds(59))
        #expect(try await source.current().authorization == "Bearer t1")
        clock.advance(by: .seconds(1))
        #expect(try await source.current().authorization == "Bearer t2")
        #expect(runs == 2)
    }

    @Test func `many who need it at once wait for one run`() async throws {
        let source = source(try plugin(#"{"token": "t$n"}"#))
        let shown = try await withThrowingTaskGroup(of: ShownCredentials.self) { group in
            for _ in 0..<20 { group.addTask { try await source.current() } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(shown == [ShownCredentials(authorization: "Bearer t1")])
        #expect(runs == 1)
    }

    @Test func `a refusal asks again, and once for all that were refused`() async throws {
        let source = source(try plugin(#"{"token": "t$n"}"#))
        let refused = try await source.current()
        #expect(try await source.renewed(after: refused)?.authorization == "Bearer t2")
        #expect(try await source.renewed(after: refused)?.authorization == "Bearer t2")
        #expect(runs == 2)
        let stubborn = self.source(try plugin(#"{"token": "same"}"#))
        #expect(try await stubborn.renewed(after: try await stubborn.current()) == nil)
    }

    @Test func `a plugin may give a certificate, and is told of the cluster`() async throws {
        var plugin = try plugin(#"{"clientCertificateData": "c", "clientKeyData": "k"}"#)
        plugin.cluster = ["server": "https://a:1", "config": ["x": 1]]
        let shown = try await source(plugin).current()
        let identity = ClientIdentity(certificate: Array("c".utf8), key: Array("k".utf8))
        #expect(shown == ShownCredentials(authorization: nil, identity: identity))
        let info = try JSON(parsing: directory.read("runs.info"))
        #expect(info["apiVersion"] == "client.authentication.k8s.io/v1")
        #expect(info["spec"] == ["interactive": false, "cluster": ["server": "https://a:1", "config": ["x": 1]]])
    }

    @Test func `who is cancelled does not wait for a plugin`() async throws {
        let started = directory.path("started")
        let script = "#!/bin/sh\nmkfifo \"\(started).pipe\"; : > \"\(started)\"; read x < \"\(started).pipe\"\n"
        var plugin = ExecPlugin(try directory.write(script, to: "slow", isExecutable: true))
        plugin.interaction = .never
        let source = source(plugin)
        let waiting = Task { try await source.current() }
        while !FileManager.default.fileExists(atPath: started) { await Task.yield() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { _ = try await waiting.value }
        try Data("\n".utf8).write(to: URL(filePath: "\(started).pipe"))
    }

    @Test func `what is wrong with a plugin is said`() async throws {
        func complaint(_ plugin: ExecPlugin) async -> TransportError? {
            do {
                _ = try await source(plugin).current()
                return nil
            } catch {
                return error as? TransportError
            }
        }
        var absent = ExecPlugin("attune-no-such-command")
        absent.installHint = "install it"
        let missing = await complaint(absent)
        #expect(missing?.kind == .hopeless)
        #expect(missing?.description.hasSuffix("\ninstall it") == true)
        let failing = await complaint(ExecPlugin("false"))
        #expect(failing?.kind == .lost)
        #expect(failing?.description.contains("failed with status 1") == true)
    }

    @Test(arguments: [
        ("{}", "status: must have a token"),
        (#"{"clientKeyData": "k", "token": "t"}"#, "status: a client certificate and its key must come together"),
        (#"{"token": "t", "expirationTimestamp": "soon"}"#, "status.expirationTimestamp: must be a time"),
        ("nonsense", "must be JSON of kind ExecCredential"),
    ])
    func `what a plugin may not print`(_ status: String, _ remedy: String) throws {
        let text = #"{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": \#(status)}"#
        let error = #expect(throws: TransportError.self) { _ = try ExecCredential(parsing: text, for: ExecPlugin("p")) }
        #expect(error?.kind == .hopeless)
        #expect(error?.description.contains(remedy) == true)
        let other = #expect(throws: TransportError.self) {
            _ = try ExecCredential(parsing: text, for: ExecPlugin("p", version: .v1beta1))
        }
        #expect(other?.kind == .hopeless)
    }
}
