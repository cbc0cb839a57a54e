import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

/// Every file in `experiments/` runs to its end as a user would run it.
@Suite(.timeLimit(.minutes(10))) struct ExperimentsTests {
    /// Names of the experiments, with how many of their trials end in which state.
    static let expected: [(String, [String: Int])] = [
        ("quickstart", ["Succeeded": 20]),
        ("one-liner", ["Succeeded": 20]),
        ("conditional", ["Succeeded": 16]),
        ("json-metrics", ["Succeeded": 8]),
        ("failing-trials", ["Succeeded": 2, "Failed": 2, "MetricsUnavailable": 2]),
        ("push", ["Succeeded": 4]),
        ("katib-job", ["Succeeded": 12]),
    ]

    @Test(arguments: expected) func `an example runs to its end`(name: String, states: [String: Int]) async throws {
        let attune = try CommandLineTool()
        let run = try await attune(
            "run", CommandLineTool.repository.appending(path: "experiments/\(name)/experiment.yaml").path)
        #expect(run.code == 0, "\(run.errors)")
        let trials = try #require(try await attune("trials", name, "--json").json().array)
        let counts = trials.reduce(into: [String: Int]()) { $0[$1["state"]?.string ?? "", default: 0] += 1 }
        #expect(counts == states)
        #expect(try await attune("replay", name, "--verify").code == 0)
    }

    @Test func `early stopping stops hopeless trials and never the best`() async throws {
        let attune = try CommandLineTool()
        let file = CommandLineTool.repository.appending(path: "experiments/early-stopping/experiment.yaml").path
        #expect(try await attune("run", file).code == 0)
        let trials = try #require(try await attune("trials", "early-stopping", "--json").json().array)
        #expect(trials.count == 12)
        #expect(trials.contains { $0["state"]?.string == "EarlyStopped" })
        let best = try #require(try await attune("best", "early-stopping", "--json").json()["state"]?.string)
        #expect(best == "Succeeded")
    }

    @Test func `the quickstart finds a good network`() async throws {
        let attune = try CommandLineTool()
        let file = CommandLineTool.repository.appending(path: "experiments/quickstart/experiment.yaml").path
        #expect(try await attune("run", file, "--quiet").code == 0)
        let best = try #require(
            try await attune("best", "quickstart", "--json").json()["metrics"]?["accuracy"]?["max"]?.double)
        #expect(best >= 0.97)
    }

    @Test(arguments: RecordedLevels.experiments)
    func `trials that go on from checkpoints train every epoch that the log speaks of once`(name: String) async throws {
        let attune = try CommandLineTool()
        let file = CommandLineTool.repository.appending(path: "experiments/\(name)/experiment.yaml").path
        let run = try await attune("run", file, "--quiet")
        #expect(run.code == 0, "\(run.errors)")
        try RecordedLevels(await attune("export", name).json()).check()
        #expect(try await attune("replay", name, "--verify").code == 0)
        let best = try await attune("best", name, "--json").json()["metrics"]?["accuracy"]?["max"]?.double
        #expect(try #require(best) >= 0.9)
    }

    @Test func `two objectives under a limit give a front, none of which is beyond it`() async throws {
        let attune = try CommandLineTool()
        let file = CommandLineTool.repository.appending(path: "experiments/two-objectives/experiment.yaml").path
        let run = try await attune("run", file)
        #expect(run.code == 0, "\(run.errors)")
        let trials = try #require(try await attune("trials", "two-objectives", "--json").json().array)
        #expect(trials.count == 24)
        let beyond = Set(
            trials.filter { $0["metrics"]?["loss"]?["latest"]?.double ?? 1 > 0.5 }.compactMap { $0["number"]?.int })
        let front = run.output.split(separator: "\n").filter { $0.contains("(on the front)") }
            .compactMap { $0.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
        #expect(front.count >= 2, "\(run.output)")
        #expect(!beyond.isEmpty && beyond.isDisjoint(with: front))
    }

    @Test func `every experiment folder is run by a test and has a readme`() throws {
        let folder = CommandLineTool.repository.appending(path: "experiments")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(
            names
                == (Self.expected.map(\.0) + ["cells-fashion", "darts-fashion", "early-stopping", "two-objectives"]
                + RecordedLevels.experiments).sorted()
        )
        for name in names {
            #expect(FileManager.default.fileExists(atPath: folder.appending(path: "\(name)/README.md").path), "\(name)")
        }
    }
}
