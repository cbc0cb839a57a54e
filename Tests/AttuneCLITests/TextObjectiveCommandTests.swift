import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

/// Searches that end with a text, on this machine.
@Suite(.timeLimit(.minutes(10))) struct TextObjectiveCommandTests {
    /// Katib's darts example, its trial a script that prints what Katib's container does.
    private func yaml(_ script: String, algorithm: String = "darts", collector: String? = nil) -> String {
        let usual = #"{collector: {kind: StdOut}, source: {filter: {metricsFormat: ["([\\w-]+)=(Genotype.*)"]}}}"#
        return """
            apiVersion: kubeflow.org/v1beta1
            kind: Experiment
            metadata: {name: darts-cpu}
            spec:
              parallelTrialCount: 1
              maxTrialCount: 1
              maxFailedTrialCount: 1
              objective: {type: maximize, objectiveMetricName: Best-Genotype}
              metricsCollectorSpec: \(collector ?? usual)
              algorithm:
                algorithmName: \(algorithm)
                algorithmSettings: \(algorithm == "darts" ? "[{name: num_epochs, value: \"2\"}]" : "[]")
              nasConfig:
                graphConfig: {numLayers: 1, inputSizes: [32, 32, 3], outputSizes: [10]}
                operations:
                - operationType: separable_convolution
                  parameters:
                  - {name: filter_size, parameterType: categorical, feasibleSpace: {list: ["3"]}}
              trialTemplate:
                trialParameters: []
                trialSpec:
                  apiVersion: attune.dev/v1
                  kind: Process
                  command:
                  - sh
                  - -c
                  - |
            \(script.split(separator: "\n").map { "        \($0)" }.joined(separator: "\n"))
            """
    }

    private static let searching = """
        for epoch in 1 2; do echo "Epoch $epoch: Train-Loss=0.$epoch Validation-Accuracy=0.3"; done
        echo "Best-Genotype=\(Samples.genotype)"
        """

    @Test func `Katib's darts example ends with its genotype`() async throws {
        let attune = try CommandLineTool()
        let run = try await attune("run", try attune.write(yaml(Self.searching), to: "darts.yaml"))
        #expect(run.code == 0, "\(run.output) \(run.errors)")
        #expect((run.output + run.errors).contains("best Best-Genotype = \(Samples.genotype) in trial 1"))
        let best = try await attune("best", "darts-cpu").output
        #expect(best.contains("trial 1  Best-Genotype = \(Samples.genotype)\n"), "\(best)")
        #expect(try await attune("show", "darts-cpu").output.contains("= \(Samples.genotype) in trial 1"))
        let shown = try await attune("show", "darts-cpu", "--json").json()
        #expect(shown["status"] == "Succeeded" && shown["best"]?["value"]?.string == Samples.genotype)
        let metric = shown["bestTrial"]?["metrics"]?["Best-Genotype"]
        #expect(metric?["latest"]?.string == Samples.genotype && metric?["min"] == .null && metric?["max"] == .null)
        let list = try await attune("list").output
        #expect(list.contains("Best-Genotype=Genotype(") && list.contains("…"), "\(list)")
        let table = try await attune("trials", "darts-cpu").output
        #expect(table.contains("Succeeded") && table.contains("Genotype("), "\(table)")
        let csv = try await attune("trials", "darts-cpu", "--csv").output
        #expect(csv.contains("\"\(Samples.genotype)\""), "\(csv)")
        let replay = try await attune("replay", "darts-cpu", "--verify")
        #expect(replay.code == 0, "\(replay.errors)")
        let report = try await attune("report", "darts-cpu", "--output", "-")
        #expect(report.code == 0 && report.output.contains("separable_convolution_3x3"), "\(report.errors)")
    }

    @Test func `an experiment of numbers still ends without metrics`() async throws {
        let attune = try CommandLineTool()
        let file = try attune.write(yaml(Self.searching, algorithm: "random"), to: "random.yaml")
        let run = try await attune("run", file)
        #expect(run.code != 0)
        let trial = try #require(try await attune("trials", "darts-cpu", "--json").json()[0])
        #expect(trial["state"] == "MetricsUnavailable")
        #expect(trial["reason"]?.string?.hasPrefix("never reported Best-Genotype") == true, "\(trial)")
    }

    @Test func `a long text with control characters does no harm to a terminal`() async throws {
        let attune = try CommandLineTool()
        let script = """
            printf 'Best-Genotype=Genotype(\\033[2J\\033]0;x\\007\\302\\2332J' ; head -c 1000000 /dev/zero | tr '\\0' g; echo
            """
        let run = try await attune("run", try attune.write(yaml(script), to: "darts.yaml"))
        #expect(run.code == 0, "\(run.output.prefix(2000)) \(run.errors.prefix(2000))")
        var printed = run.output + run.errors
        for command in ["show", "best", "trials"] { printed += try await attune(command, "darts-cpu").output }
        printed += try await attune("list").output
        let controls = printed.unicodeScalars.filter { $0.properties.generalCategory == .control && $0 != "\n" }
        #expect(controls.isEmpty)
        let text = try await attune("best", "darts-cpu", "--json").json()["metrics"]?["Best-Genotype"]?["latest"]?
            .string
        #expect(text?.hasPrefix("Genotype(\u{1B}[2J\u{1B}]0;x\u{7}\u{9B}2Jgggg") == true)
        #expect((text?.utf8.count).map { $0 <= ReportedValue.longestText && $0 > 60 << 10 } == true)
    }

    @Test func `a trial pushes a text with attune report`() async throws {
        let attune = try CommandLineTool()
        let program = CommandLineTool.products.appending(path: "attune").path
        let script = "\(program) report Best-Genotype=0.25\n\(program) report \"Best-Genotype=a=b c\""
        let file = try attune.write(yaml(script, collector: "{collector: {kind: Push}}"), to: "push.yaml")
        let run = try await attune("run", file)
        #expect(run.code == 0, "\(run.output) \(run.errors)")
        let metric = try await attune("best", "darts-cpu", "--json").json()["metrics"]?["Best-Genotype"]
        #expect(metric?["latest"] == "a=b c" && metric?["max"]?.double == 0.25)
    }

    @Test func `attune collect prints the texts of metrics that take them`() async throws {
        let attune = try CommandLineTool()
        let file = try attune.write("found=Genotype(a b)\nloss=Genotype(c)\nfound=0.5\n", to: "metrics.log")
        let collecting = try await attune.start([
            "collect", "--file", file, "--filter=(\\w+)=(.*)", "--metric=found", "--metric=loss", "--text=found",
        ])
        while try collecting.printed().count(where: \.isNewline) < 2 { await Task.yield() }
        collecting.send(SIGTERM)
        let lines = try await collecting.finished().output.split(separator: "\n")
        #expect(
            lines.map { CollectedLine.observation(String($0))?.reported } == [.text("Genotype(a b)"), .number(0.5)])
    }
}
