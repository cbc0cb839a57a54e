import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@Suite(.timeLimit(.minutes(10))) struct TokenCommandTests {
    @Test func `a token's secret is shown once, and what it is good for is listed`() async throws {
        let attune = try CommandLineTool()
        let made = try await attune("token", "create", "ci", "--scope", "write", "--namespace", "a", "--expires", "90d")
        #expect(made.code == 0, "\(made.errors)")
        let secret = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(secret.wholeMatch(of: /attune_[0-9a-f]{64}/) != nil)
        let list = try await attune("token", "list", "--json")
        #expect(!list.output.contains(secret))
        let token = try #require(try list.json().array?.first)
        #expect(token["scope"] == "write")
        #expect(token["namespaces"] == ["a"])
        #expect(token["revoked"] == .null)
        #expect(try await attune("token", "create", "ci").code == 2)
        #expect(try await attune("token", "revoke", "ci").code == 0)
        #expect(try await attune("token", "revoke", "ci").code == 2)
        #expect(try await attune("token", "create", "ci").code == 0)
    }

    @Test(arguments: [
        ["--scope", "root"], ["--namespace", "Not One"], ["--expires", "soon"], ["--expires", "0d"],
    ])
    func `a token of no known kind is bad input`(options: [String]) async throws {
        let attune = try CommandLineTool()
        let made = try await attune.start(["token", "create", "ci"] + options).finished()
        #expect(made.code == 2)
    }

    @Test func `a backup is checked, and overwrites nothing`() async throws {
        let attune = try CommandLineTool()
        #expect(try await attune("token", "create", "ci").code == 0)
        let copy = try attune.write("mine", to: "copy.db")
        #expect(try await attune("backup", copy).code == 2)
        #expect(try await attune("backup", "--check", copy).code == 2)
        #expect(try await attune("backup", copy + ".new").code == 0)
        #expect(try await attune("backup", "--check", copy + ".new").code == 0)
    }

    @Test func `serving strangers must be asked for`() async throws {
        let attune = try CommandLineTool()
        let serve = try await attune("serve", "--http", "0.0.0.0:0", "--grpc", "127.0.0.1:0")
        #expect(serve.code == 2)
        #expect(serve.errors.contains("--allow-anonymous"))
    }
}
