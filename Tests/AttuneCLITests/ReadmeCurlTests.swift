import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

/// The README's calls, as they stand there but for the port.
@Suite(.timeLimit(.minutes(10))) struct ReadmeCurlTests {
    @Test func `every curl line of the README runs as written`() async throws {
        let readme = try String(
            contentsOf: CommandLineTool.repository.appending(path: "README.md"), encoding: .utf8)
        // One is for a server on a network, which is not here.
        let lines = readme.split(separator: "\n").filter { $0.hasPrefix("curl ") && $0.contains("127.0.0.1") }
        #expect(lines.count >= 5)
        let tool = try CommandLineTool()
        let server = try await ServerProcess(tool)
        for line in lines {
            let command = line.replacing("http://127.0.0.1:6780", with: server.url)
            let run = try await tool.start("/bin/sh", ["-c", String(command) + " --fail-with-body"])
            let result = try await run.finished()
            #expect(result.code == 0, "\(line)\n\(result.output)\(result.errors)")
            #expect(throws: Never.self) { try result.json() }
        }
    }
}
