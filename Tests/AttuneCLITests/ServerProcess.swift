import AttuneTestSupport
import Foundation

/// A real `attune serve` of a tool's own, on ports of its own.
final class ServerProcess: Sendable {
    let url: String
    private let tool: CommandLineTool
    private let running: ProgramRun

    /// - Parameter http: port 0 takes one that is free.
    init(_ tool: CommandLineTool, http: String = "127.0.0.1:0") async throws {
        self.tool = tool
        running = try await tool.start([
            "serve", "--store", tool.directory.appending(path: "server.db").path(percentEncoded: false), "--http", http,
            "--grpc", "127.0.0.1:0",
        ])
        url = try await running.url()
    }

    deinit { running.send(SIGKILL) }

    /// Kills it in the middle of everything, and gives one that goes on where it was.
    func restarted() async throws -> ServerProcess {
        running.send(SIGKILL)
        _ = try await running.finished()
        return try await ServerProcess(tool, http: String(url.dropFirst("http://".count)))
    }
}

struct ServerDidNotStart: Error {}

extension ProgramRun {
    /// The address that a server says on its first line.
    fileprivate func url() async throws -> String {
        for _ in 0..<1_200 {
            if let match = try printed().firstMatch(of: /http:\/\/[^ ,\n]+/) { return String(match.output) }
            guard isRunning else { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw ServerDidNotStart()
    }
}
