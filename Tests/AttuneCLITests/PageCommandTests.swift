import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The page and the report, from the command line.
@Suite(.serialized, .timeLimit(.minutes(10))) struct PageCommandTests {
    private static func ran(_ attune: CommandLineTool, _ name: String, _ flags: String...) async throws
        -> ProgramRun.End
    {
        let file = try attune.write(
            CommandTests.yaml(name, trials: 4, script: "echo step=1 loss=$x"), to: "\(name).yaml")
        return try await attune.start(["run", file] + flags).finished()
    }

    @Test func `a report is written as one file, and metrics are another thing`() async throws {
        let attune = try CommandLineTool()
        #expect(try await Self.ran(attune, "kept").code == 0)
        let file = attune.directory.appending(path: "out.html").path
        let written = try await attune("report", "kept", "--output", file)
        #expect(written.code == 0 && written.errors.contains("wrote \(file)"), "\(written.errors)")
        let html = try String(contentsOfFile: file, encoding: .utf8)
        #expect(html.hasPrefix("<!doctype html>") && html.contains("<title>kept · Attune</title>"))
        #expect(!html.contains("src=\"") && !html.contains("href=\""))
        let data = try #require(
            html.firstMatch(of: /<script type="application\/json" id="report-data">(.*?)<\/script>/))
        let json = try JSON(parsing: String(data.output.1))
        let values = try #require(try await attune("trials", "kept", "--json").json().array)
            .compactMap { $0["metrics"]?["loss"]?["min"]?.double }
        #expect(json["history"]?["value"]?.array?.compactMap(\.double) == values)
        #expect(json["experiment"]?["best"]?["value"]?.double == values.min())
        #expect(json["trials"]?["trials"]?[0]?["value"]?.double == values.min(), "the best comes first")
        let streamed = try await attune("report", "kept", "--output", "-")
        #expect(streamed.code == 0 && streamed.output.hasPrefix("<!doctype html>"))
    }

    @Test(
        arguments: [
            (["none"], "there is no experiment named none"), (["loss=1"], "works inside a trial"),
            (["kept", "loss=1"], "not both"), (["a", "b"], "a report is of one"), (["kept", "--step", "3"], "--step"),
            (["loss=1", "--output", "x.html"], "--output"), (["=1"], "name=value"), (["loss=high"], "name=value"),
        ] as [([String], String)])
    func `what is neither a report nor metrics is refused`(_ arguments: [String], _ reason: String) async throws {
        let attune = try CommandLineTool()
        #expect(try await Self.ran(attune, "kept").code == 0)
        let refused = try await attune.start(["report"] + arguments).finished()
        #expect(refused.code == 2 && refused.errors.contains(reason), "\(arguments): \(refused.errors)")
    }

    @Test func `a run shows its page, and ends with the experiment`() async throws {
        let attune = try CommandLineTool()
        let end = try await Self.ran(attune, "shown", "--ui", "127.0.0.1:0")
        #expect(end.code == 0, "\(end.errors)")
        #expect(end.errors.contains("the page is at http://127.0.0.1:") && end.errors.contains("/experiments/shown"))
        #expect(end.errors.contains("attune serve shows shown again"))
    }

    @Test func `a page that stays shows what was found until it is interrupted`() async throws {
        let attune = try CommandLineTool()
        let file = try attune.write(
            CommandTests.yaml("stays", trials: 3, script: "echo step=1 loss=$x"), to: "stays.yaml")
        let run = try await attune.start(["run", file, "--ui", "127.0.0.1:0", "--ui-stay"])
        let errors = try await run.complaints(until: "until Ctrl-C")
        let address = try #require(errors.firstMatch(of: /the page is at (http:\/\/[^\/]+)\//)).output.1
        let url = try #require(URL(string: "\(address)/v1/page/experiments/stays"))
        let (data, _) = try await URLSession.shared.data(from: url)
        let json = try JSON(parsing: String(decoding: data, as: UTF8.self))
        #expect(json["state"] == "Succeeded" && json["counts"]?["succeeded"] == 3)
        run.send(SIGINT)
        let end = try await run.finished()
        #expect(end.code == 0, "\(end.errors)")
    }

    @Test func `a page that cannot be served keeps the experiment from beginning`() async throws {
        let attune = try CommandLineTool()
        let end = try await Self.ran(attune, "refused", "--ui", "192.0.2.1:1")
        #expect(end.code != 0 && !end.errors.isEmpty)
        #expect(try await attune("trials", "refused").code == 2, "nothing was recorded")
    }
}

extension ProgramRun {
    /// What it has written to standard error by the time that some words are among it, or it has ended.
    fileprivate func complaints(until words: String) async throws -> String {
        for _ in 0..<1_200 where isRunning {
            let text = try complained()
            if text.contains(words) { return text }
            try await Task.sleep(for: .milliseconds(50))
        }
        return try complained()
    }
}
