import AttuneCore
import Foundation
import Testing

/// Every file in `experiments/` runs to its end as a user would run it.
@Suite(.timeLimit(.minutes(5))) struct ExperimentsTests {
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

    @Test func `a population's trials train from their parents' checkpoints, and the best reads nine digits in ten`()
        async throws
    {
        let attune = try CommandLineTool()
        let file = CommandLineTool.repository.appending(path: "experiments/pbt/experiment.yaml").path
        #expect(try await attune("run", file, "--quiet").code == 0)
        let events = try #require(try await attune("export", "pbt").json()["events"]?.array)
        let starts = events.filter { $0["started"] != nil }
        #expect(starts.count == 36)
        for start in starts {
            let (number, resource) = (try #require(start["started"]?.int), try #require(start["resource"]?.int))
            #expect((start["parent"] == nil) == (resource == 2))
            let lines = try await attune("logs", "pbt", "\(number)").output.split(separator: "\n")
            let epochs = lines.compactMap { $0.split(separator: " ").first }
            #expect(epochs == ["epoch=\(resource - 1)", "epoch=\(resource)"], "trial \(number)")
        }
        let best = try await attune("best", "pbt", "--json").json()["metrics"]?["accuracy"]?["latest"]?.double
        #expect(try #require(best) >= 0.9)
        #expect(try await attune("replay", "pbt", "--verify").code == 0)
    }

    @Test func `every experiment folder is run by a test and has a readme`() throws {
        let folder = CommandLineTool.repository.appending(path: "experiments")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names == (Self.expected.map(\.0) + ["early-stopping", "pbt"]).sorted())
        for name in names {
            #expect(FileManager.default.fileExists(atPath: folder.appending(path: "\(name)/README.md").path), "\(name)")
        }
    }
}
