import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

/// The command line with a server: the same commands, and workers that several machines may be.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ServerCommandTests {
    private static let script = "echo step=1 loss=$x"

    @Test func `what is submitted is worked on, and every reading command shows it`() async throws {
        let attune = try CommandLineTool()
        let server = try await ServerProcess(attune)
        let file = try attune.write(CommandTests.yaml("far", trials: 4, script: Self.script), to: "far.yaml")
        let directory = attune.directory.appending(path: "worker").path
        func call(_ arguments: String...) async throws -> CommandLineTool.Result {
            try await attune.start(arguments + ["--server", server.url]).finished()
        }
        #expect(try await call("validate", file).code == 0)
        let submitted = try await call("submit", file)
        #expect(submitted.code == 0, "\(submitted.errors)")
        #expect(try await call("submit", file).code == 2)
        let worked = try await call("worker", "far", "--parallel", "2", "--directory", directory)
        #expect(worked.code == 0, "\(worked.errors)")
        let trials = try #require(try await call("trials", "far", "--json").json().array)
        #expect(trials.map { $0["state"] } == Array(repeating: "Succeeded", count: 4))
        #expect(try await call("list", "--json").json()[0]?["best"]?["value"] != nil)
        #expect(try await call("show", "far").output.contains("ExperimentMaxTrialsReached"))
        #expect(try await call("best", "far").code == 0)
        #expect(try await call("export", "far", "--format", "csv").output.hasPrefix("number,name,state,x,"))
        #expect(try await call("replay", "far", "--verify").code == 0)
        #expect(try await call("audit", "far").code == 0)
        #expect(try await call("resume", "far", "--max-trials", "5", "--quiet").code == 0)
        #expect(try await call("stop", "far").code == 0)
        #expect(try await call("show", "far").output.contains("Stopped"))
        #expect(try await call("delete", "far").code == 0)
        let gone = try await call("show", "far")
        #expect(gone.code == 2 && gone.errors.contains("there is no experiment named far"))
    }

    @Test func `a server killed in the middle of a worker's trials loses nothing and counts nothing twice`()
        async throws
    {
        let attune = try CommandLineTool()
        var server = try await ServerProcess(attune, http: "127.0.0.1:\(try LoopbackPort.unused())")
        let script = "for i in 1 2 3 4 5; do echo step=$i loss=$x; sleep 0.2; done"
        let file = try attune.write(CommandTests.yaml("shaken", trials: 4, script: script), to: "shaken.yaml")
        #expect(try await attune("submit", file, "--server", server.url).code == 0)
        let directory = attune.directory.appending(path: "worker")
        let worker = try await attune.start([
            "worker", "shaken", "--parallel", "2", "--server", server.url, "--directory", directory.path,
        ])
        try await Self.reaches("loss=", below: directory)
        server = try await server.restarted()
        let result = try await worker.finished()
        #expect(result.code == 0, "\(result.errors)")
        try await Self.checkSteps(of: "shaken", trials: 4, each: 5, attune, server)
    }

    @Test func `a killed worker's trials are taken up by the next, under the same attempt`() async throws {
        let attune = try CommandLineTool()
        let server = try await ServerProcess(attune)
        let script = "for i in 1 2 3 4 5; do echo step=$i loss=$x; sleep 0.2; done"
        let file = try attune.write(CommandTests.yaml("orphaned", trials: 2, script: script), to: "orphaned.yaml")
        #expect(try await attune("submit", file, "--server", server.url).code == 0)
        let directory = attune.directory.appending(path: "worker")
        let arguments = [
            "worker", "orphaned", "--parallel", "2", "--server", server.url, "--directory", directory.path,
        ]
        let first = try await attune.start(arguments)
        try await Self.reaches("loss=", below: directory)
        first.send(SIGKILL)
        _ = try await first.finished()
        let second = try await attune.start(arguments).finished()
        #expect(second.code == 0, "\(second.errors)")
        #expect(second.output.contains("taken up again"), "\(second.output)")
        try await Self.checkSteps(of: "orphaned", trials: 2, each: 5, attune, server)
    }

    /// Waits until some trial has printed `text`.
    private static func reaches(_ text: String, below directory: URL) async throws {
        for _ in 0..<600 {
            let files = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil)
            while let url = files?.nextObject() as? URL {
                guard url.lastPathComponent == "output.log" else { continue }
                if try String(contentsOf: url, encoding: .utf8).contains(text) { return }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("no trial has printed \(text)")
    }

    /// Every trial succeeded at its first attempt, and the log has every step of it once.
    private static func checkSteps(
        of name: String, trials: Int, each: Int, _ attune: CommandLineTool, _ server: ServerProcess
    ) async throws {
        let log = try await attune("export", name, "--server", server.url).json()
        let rows = try #require(log["trials"]?.array)
        #expect(rows.map { $0["state"] } == Array(repeating: "Succeeded", count: trials))
        var steps: [Int: [Int]] = [:]
        for event in log["events"]?.array ?? [] {
            #expect(event["lost"] == nil)
            guard let number = event["observed"]?.int else { continue }
            steps[number, default: []] += (event["rows"]?.array ?? []).compactMap { $0[2]?.int }
        }
        for number in 1...trials { #expect(steps[number] == Array(1...each), "trial \(number)") }
    }
}
