import AttuneCore
import AttuneTestSupport
import Testing

/// A store in which one experiment begins with what another found.
@Suite(.timeLimit(.minutes(10))) struct WarmStartCommandTests {
    @Test func `an experiment begins with what another found, and says so`() async throws {
        let attune = try CommandLineTool()
        let first = try attune.write(CommandTests.yaml("first", trials: 4, script: "echo loss=$x"), to: "first.yaml")
        #expect(try await attune("run", first).code == 0)
        let more = "  warmStart: {experiments: [first]}"
        let file = try attune.write(
            CommandTests.yaml("second", trials: 2, script: "echo loss=$x", more: more), to: "b.yaml")
        let run = try await attune("run", file)
        #expect(run.code == 0, "\(run.errors)")
        let before = try #require(try await attune("trials", "first", "--json").json().array)
        #expect(try await attune("delete", "first").code == 0)
        let show = try await attune("show", "second", "--json").json()
        #expect(show["priorTrials"]?.int == 4 && show["trials"]?["total"]?.int == 2)
        #expect(try await attune("show", "second").output.contains("began with  4 trials of other experiments"))
        let imported = try #require(try await attune("export", "second").json()["events"]?[0])
        #expect(imported["imported"] == "first")
        let rows = imported["trials"]?.array ?? []
        #expect(
            Set(rows.map { $0[3]?["x"]?.double }) == Set(before.map { $0["parameters"]?["x"]?.double })
                && rows.allSatisfy { $0[2]?.double == $0[3]?["x"]?.double })
        #expect(try await attune("replay", "second", "--verify").code == 0)
    }

    @Test func `an experiment to begin with that is not there is refused at its line`() async throws {
        let attune = try CommandLineTool()
        let more = "  warmStart:\n    experiments: [lost]"
        let file = try attune.write(CommandTests.yaml("second", trials: 2, script: "true", more: more), to: "b.yaml")
        let run = try await attune("run", file)
        #expect(run.code == 2)
        #expect(
            run.errors.contains("b.yaml:13:19: error: spec.warmStart.experiments[0]: found \"lost\""), "\(run.errors)")
        #expect(try await attune("list", "--json").json() == [])
        #expect(try await attune("run", file, "--name", "lost").errors.contains("is this experiment itself"))
    }
}
