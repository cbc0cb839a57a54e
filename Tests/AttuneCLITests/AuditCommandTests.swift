import AttuneCore
import AttuneTestSupport
import Testing

/// What early stopping saved and risked, from the command line.
@Suite(.timeLimit(.minutes(10))) struct AuditCommandTests {
    /// A trial that reports its own number's share of ten, four times, as fast as it can.
    private static let script = "for i in 1 2 3 4; do echo loss=$x; done"

    @Test func `the audit is a line for each rule, and JSON`() async throws {
        let attune = try CommandLineTool()
        let more = "  metricsCollectorSpec: {collector: {kind: StdOut}}"
        let file = try attune.write(
            CommandTests.yaml("audited", trials: 8, script: Self.script, more: more), to: "audited.yaml")
        #expect(try await attune("run", file, "--quiet").code == 0)
        let text = try await attune("audit", "audited")
        #expect(text.code == 0, "\(text.errors)")
        for name in ["medianstop", "percentile", "threshold", "patience", "plateau", "asha", "wilcoxon", "curve"] {
            #expect(text.output.contains("\n\(name)"), "\(name) in:\n\(text.output)")
        }
        #expect(text.output.contains("32 units of resource were used by 8 trials"), "\(text.output)")
        let json = try await attune("audit", "audited", "--output", "json", "--rule", "plateau window=2 start_step=2")
            .json()
        #expect(json["resource"]?.int == 32 && json["reporting"]?.int == 8)
        let row = json["rules"]?[0]
        #expect(row?["rule"] == "plateau" && row?["inUse"] == false && row?["settings"]?["window"] == "2")
        #expect(row?["stops"] == [] && json["rules"]?.array?.count == 1 && json["control"] == .null)
    }

    @Test func `what cannot be audited is said`() async throws {
        let attune = try CommandLineTool()
        let file = try attune.write(CommandTests.yaml("silent", trials: 2, script: "true"), to: "silent.yaml")
        #expect(try await attune("run", file, "--quiet").code == 0)
        #expect(try await attune("audit", "silent").output.contains("no trial has reported anything yet"))
        let unknown = try await attune("audit", "silence")
        #expect(unknown.code == 2 && unknown.errors.contains("did you mean silent"))
        let setting = try await attune("audit", "silent", "--rule", "asha eta")
        #expect(setting.code == 2 && setting.errors.contains("settings are written name=value"))
        let rule = try await attune("audit", "silent", "--rule", "ascha")
        #expect(rule.code == 2 && rule.errors.contains("did you mean \"asha\""), "\(rule.errors)")
    }

    @Test func `an experiment that stops improving is over, and says so`() async throws {
        let attune = try CommandLineTool()
        let more = "  stopWhen: {plateau: {trials: 3, minImprovement: 5}}"
        let yaml = CommandTests.yaml("still", trials: 50, script: "echo loss=$x", more: more)
            .replacing("  maxTrialCount: 50\n", with: "")
        let file = try attune.write(yaml, to: "still.yaml")
        let run = try await attune("run", file, "--json")
        #expect(run.code == 0, "\(run.errors)")
        #expect(try run.json()["reason"] == "ExperimentPlateauReached")
        #expect(try await attune("show", "still").output.contains("the best has stopped improving"))
        let ended = try await attune("show", "still", "--json").json()["trials"]?["succeeded"]?.int ?? 0
        #expect((4...6).contains(ended), "\(ended)")
        #expect(try await attune("replay", "still", "--verify").code == 0)
    }
}
