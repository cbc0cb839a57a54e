import Foundation
import Testing

/// The Python client's own tests, against the server that was built here.
@Suite(.timeLimit(.minutes(5))) struct PythonClientTests {
    private static let python = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map {
        "\($0)/python3"
    }.first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test(.enabled(if: python != nil, "there is no python3")) func `the Python client's tests pass`() async throws {
        let python = try #require(Self.python)
        let directory = CommandLineTool.repository.appending(path: "clients/python").path
        let binary = CommandLineTool.products.appending(path: "attune").path
        let tool = try CommandLineTool()
        let script = "cd '\(directory)' && ATTUNE_BINARY='\(binary)' '\(python)' -B -m unittest discover -s tests -t ."
        let run = try CommandLineTool.Running(
            executable: URL(filePath: "/bin/sh"), ["-c", script], directory: tool.directory)
        let result = try await run.finished()
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains("OK") && !result.errors.contains("skipped"), "\(result.errors)")
    }
}
