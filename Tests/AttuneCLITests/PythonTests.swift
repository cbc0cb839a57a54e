import AttuneTestSupport
import Foundation
import Testing

/// What is written in Python, against the server that was built here.
@Suite(.timeLimit(.minutes(10)), .enabled(if: Python.path != nil, "there is no python3")) struct PythonTests {
    private func run(_ command: String) async throws -> CommandLineTool.Result {
        let tool = try CommandLineTool()
        let python = try #require(Python.path)
        let run = try await tool.start("/bin/sh", ["-c", command.replacing("PYTHON", with: "'\(python)' -B")])
        return try await run.finished()
    }

    private let repository = CommandLineTool.repository.path
    private let binary = CommandLineTool.products.appending(path: "attune").path

    @Test func `the Python client's tests pass`() async throws {
        let result = try await run(
            "cd '\(repository)/clients/python' && ATTUNE_BINARY='\(binary)' PYTHON -m unittest discover -s tests -t .")
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains("OK") && !result.errors.contains("skipped"), "\(result.errors)")
    }

    @Test(.enabled(if: KatibSDK.python != nil, "Katib's SDK is not installed; make katib-sdk does it"))
    func `the manifests hold together, and take what Katib's users send`() async throws {
        let python = try #require(KatibSDK.python)
        let result = try await run("ATTUNE='\(binary)' '\(python)' '\(repository)/deploy/check.py'")
        #expect(result.code == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains(" 0 failed"))
    }

    /// A small run of the campaign.
    @Test func `what a server under load has acknowledged outlives its being killed, and nothing happens twice`()
        async throws
    {
        let campaign = "\(repository)/Tests/Campaigns/kill-service.py"
        let result = try await run("PYTHON '\(campaign)' '\(binary)' --seconds 4 --clients 8 --every 1 --seed 3")
        #expect(result.code == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("every acknowledged tell is there, once"))
    }
}

enum Python {
    static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/python3" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }
}
