import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

/// `attune collect` as a process of its own.
@Suite(.timeLimit(.minutes(10))) struct CollectCommandTests {
    /// What was printed so far; nil where some line is none.
    private func observations(_ text: String) -> [Observation]? {
        let lines = text.split(separator: "\n").map { CollectedLine.observation(String($0)) }
        return lines.contains(nil) ? nil : lines.compactMap(\.self)
    }

    private func append(_ text: String, to path: String) throws {
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    /// Asks again until it is so. The test's time limit ends what never comes.
    private func until(_ condition: () throws -> Bool) async throws {
        while try !condition() { await Task.yield() }
    }

    @Test func `nothing is lost though TERM comes right after the last write`() async throws {
        let attune = try CommandLineTool()
        for round in 1...5 {
            let file = try attune.write("", to: "metrics-\(round).log")
            let collecting = try await attune.start(["collect", "--file", file, "--metric=loss", "--metric", "acc"])
            try append("epoch=1 loss=0.5\n", to: file)
            try await until { try collecting.printed().contains("\n") }
            try append("epoch=2 loss=0.25\nacc=nan\nepoch=3 loss=0.125", to: file)
            collecting.send(SIGTERM)
            let result = try await collecting.finished()
            #expect(result.code == 0, "\(result.errors)")
            let found = try #require(observations(result.output))
            #expect(found.filter { $0.metric == "loss" }.map(\.value) == [0.5, 0.25, 0.125])
            #expect(found.filter { $0.metric == "loss" }.map(\.step) == [1, 2, 3])
            #expect(found.contains { $0.metric == "acc" && $0.value.isNaN })
        }
    }

    @Test func `lines come while the program runs, from a file that came late`() async throws {
        let attune = try CommandLineTool()
        let file = attune.directory.appending(path: "late/metrics.json").path
        let collecting = try await attune.start(
            ["collect", "--file", file, "--format", "JSON", "--metric", "loss", "--interval", "0.05"])
        try FileManager.default.createDirectory(
            at: attune.directory.appending(path: "late"), withIntermediateDirectories: true)
        try Data("{\"loss\": 1}\n".utf8).write(to: URL(filePath: file))
        try await until { observations(try collecting.printed())?.count == 1 }
        try append("{\"loss\": 2}\n", to: file)
        try await until { observations(try collecting.printed())?.count == 2 }
        #expect(collecting.isRunning)
        collecting.send(SIGTERM)
        #expect(try await collecting.finished().code == 0)
    }

    @Test(arguments: [
        ["--metric", "a"], ["--file", "x"], ["--file", "x", "--events", "y", "--metric", "a"],
        ["--file", "x", "--filter", "(", "--metric", "a"], ["--prometheus", "none/metrics", "--metric", "a"],
        ["--prometheus", "8080/metrics", "--metric", "no name"], ["--file", "x", "--format", "XML", "--metric", "a"],
        ["--events", "x", "--filter", "(a)(b)", "--metric", "a"],
    ])
    func `what makes no sense is refused`(arguments: [String]) async throws {
        let attune = try CommandLineTool()
        let result = try await attune.start(["collect"] + arguments).finished()
        #expect(result.code == 2, "\(result.errors)")
        #expect(result.errors.contains("rror"), "\(result.errors)")
    }
}
