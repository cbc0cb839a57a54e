import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

/// The contract that scripts rely on: exit codes, JSON, what a kill leaves behind.
@Suite(.timeLimit(.minutes(10))) struct CommandTests {
    /// An experiment whose trials run `script`, with the value in `x`.
    static func yaml(_ name: String, trials: Int, script: String, more: String = "") -> String {
        """
        apiVersion: kubeflow.org/v1beta1
        kind: Experiment
        metadata: {name: \(name)}
        spec:
          seed: 1
          objective: {type: minimize, objectiveMetricName: loss}
          algorithm: {algorithmName: random}
          parallelTrialCount: 2
          maxTrialCount: \(trials)
          parameters:
            - {name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}
        \(more)
          trialTemplate:
            trialParameters: [{name: x, reference: x}]
            trialSpec:
              apiVersion: attune.dev/v1
              kind: Process
              command: [sh, -c, '\(script)']
              env: [{name: x, value: "${trialParameters.x}"}]
        """
    }

    @Test func `a run ends with 0 and its trials are an array of the documented shape`() async throws {
        let attune = try CommandLineTool()
        let file = try attune.write(Self.yaml("shape", trials: 3, script: "echo loss=$x"), to: "shape.yaml")
        let run = try await attune("run", file)
        #expect(run.code == 0, "\(run.errors)")
        let trials = try #require(try await attune("trials", "shape", "--json").json().array)
        #expect(trials.map { $0["number"]?.int } == [1, 2, 3])
        for trial in trials {
            #expect(
                trial.object?.keys == [
                    "number", "name", "state", "parameters", "metrics", "startTime", "completionTime", "reason",
                ])
            #expect(trial["state"] == "Succeeded")
            #expect(trial["metrics"]?["loss"]?["latest"]?.double == trial["parameters"]?["x"]?.double)
            #expect(trial["metrics"]?["loss"]?.object?.keys == ["latest", "min", "max"])
        }
    }

    @Test func `bad input ends with 2, names the line, and stores nothing`() async throws {
        let attune = try CommandLineTool()
        let text = Self.yaml("bad", trials: 3, script: "echo loss=$x").replacing("max: \"1\"", with: "max: \"-1\"")
        let file = try attune.write(text, to: "bad.yaml")
        let run = try await attune("run", file)
        #expect(run.code == 2)
        #expect(run.errors.contains("bad.yaml:11:"), "\(run.errors)")
        #expect(try await attune("validate", file).code == 2)
        #expect(try await attune("show", "bad").code == 2)
        #expect(try await attune("run", "no-such-file.yaml").code == 2)
        #expect(try await attune("run", file, "--parallel", "many").code == 2)
        #expect(try await attune("frobnicate").code == 2)
    }

    @Test func `an experiment that fails ends with 1`() async throws {
        let attune = try CommandLineTool()
        let file = try attune.write(
            Self.yaml("failing", trials: 5, script: "echo no luck >&2; exit 9", more: "  maxFailedTrialCount: 2"),
            to: "f.yaml")
        let run = try await attune("run", file)
        #expect(run.code == 1, "\(run.errors)")
        let trial = try #require(try await attune("trials", "failing", "--json").json()[0])
        #expect(trial["reason"]?.string?.contains("exited with code 9") == true)
        #expect(trial["reason"]?.string?.contains("no luck") == true)
    }

    @Test func `a second run of the same name is refused and says what to do`() async throws {
        let attune = try CommandLineTool()
        let file = try attune.write(Self.yaml("twice", trials: 2, script: "echo loss=$x"), to: "twice.yaml")
        #expect(try await attune("run", file).code == 0)
        let again = try await attune("run", file)
        #expect(again.code == 2)
        #expect(again.errors.contains("attune resume twice"))
        #expect(try await attune("run", file, "--name", "other").code == 0)
        let list = try #require(try await attune("list", "--json").json().array)
        #expect(list.map { $0["name"]?.string } == ["other", "twice"])
    }

    @Test func `attune killed with -9 loses no trial and starts none twice`() async throws {
        let attune = try CommandLineTool()
        let starts = attune.directory.appending(path: "starts").path
        let script = "echo $ATTUNE_TRIAL_NUMBER >> \(starts); sleep 0.1; echo loss=$x"
        let file = try attune.write(Self.yaml("killed", trials: 12, script: script), to: "killed.yaml")
        let first = try await attune.start(["run", file])
        try await until { try await count("succeeded", of: "killed", attune) >= 3 }
        first.send(SIGKILL)
        _ = try await first.finished()
        let resumed = try await attune("resume", "killed")
        #expect(resumed.code == 0, "\(resumed.errors)")
        let trials = try #require(try await attune("trials", "killed", "--json").json().array)
        #expect(trials.count == 12 && trials.allSatisfy { $0["state"] == "Succeeded" })
        let lines = try String(contentsOfFile: starts, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 12 && Set(lines).count == 12)
        #expect(try await attune("replay", "killed", "--verify").code == 0)
    }

    @Test func `Ctrl-C lets go with 130 and the trials go on`() async throws {
        let attune = try CommandLineTool()
        let gate = attune.directory.appending(path: "gate").path
        let script = "while [ ! -e \(gate) ]; do sleep 0.02; done; echo loss=$x"
        let file = try attune.write(Self.yaml("gated", trials: 2, script: script), to: "gated.yaml")
        let run = try await attune.start(["run", file])
        try await until { try await count("running", of: "gated", attune) == 2 }
        run.send(SIGINT)
        let interrupted = try await run.finished()
        #expect(interrupted.code == 130)
        #expect(interrupted.errors.contains("attune resume gated"))
        #expect(try await attune("show", "gated", "--json").json()["trials"]?["running"]?.int == 2)
        _ = try attune.write("", to: "gate")
        #expect(try await attune("resume", "gated").code == 0)
        #expect(try await attune("show", "gated", "--json").json()["trials"]?["succeeded"]?.int == 2)
    }

    @Test func `stop ends the trials of a run elsewhere, and of one that is gone`() async throws {
        let attune = try CommandLineTool()
        let file = try attune.write(Self.yaml("endless", trials: 2, script: "sleep 100"), to: "endless.yaml")
        let run = try await attune.start(["run", file])
        try await until { try await count("running", of: "endless", attune) == 2 }
        let second = try await attune("resume", "endless")
        #expect(second.code == 2)
        #expect(second.errors.contains("is being run by process"))
        #expect(try await attune("stop", "endless").code == 0)
        #expect(try await run.finished().code == 130)
        #expect(try await attune("show", "endless", "--json").json()["trials"]?["killed"]?.int == 2)
        let resumed = try await attune.start(["resume", "endless", "--max-trials", "3"])
        try await until { try await count("running", of: "endless", attune) == 1 }
        resumed.send(SIGKILL)
        _ = try await resumed.finished()
        #expect(try await attune("stop", "endless").code == 0)
        #expect(try await attune("show", "endless", "--json").json()["trials"]?["killed"]?.int == 3)
        #expect(try await attune("delete", "endless").code == 0)
        #expect(try await attune("list", "--json").json() == [])
    }

    @Test func `exports and logs hold what the trials said`() async throws {
        let attune = try CommandLineTool()
        let file = try attune.write(
            Self.yaml("talk", trials: 2, script: "echo hello, world; echo loss=$x"), to: "talk.yaml")
        #expect(try await attune("run", file).code == 0)
        #expect(try await attune("logs", "talk", "2").output.hasPrefix("hello, world\nloss="))
        let csv = try await attune("export", "talk", "--format", "csv").output.split(separator: "\n")
        #expect(csv.count == 3)
        #expect(csv[0] == "number,name,state,x,loss_latest,loss_min,loss_max,startTime,completionTime,reason")
        let export = try await attune("export", "talk").json()
        #expect(export["trials"]?.array?.count == 2)
        #expect(export["events"]?.array?.isEmpty == false)
        #expect(try await attune("logs", "talk", "3").code == 2)
    }

    @Test func `two stores beside each other never take one's trials for the other's`() async throws {
        let attune = try CommandLineTool()
        let file = try attune.write(Self.yaml("same", trials: 2, script: "echo loss=$x"), to: "same.yaml")
        #expect(try await attune("run", file, "--seed", "1").code == 0)
        let other = attune.directory.appending(path: "other.db").path
        #expect(try await attune("run", file, "--seed", "2", "--store", other).code == 0)
        let trials = try #require(try await attune("trials", "same", "--json", "--store", other).json().array)
        for trial in trials {
            #expect(trial["metrics"]?["loss"]?["latest"]?.double == trial["parameters"]?["x"]?.double)
        }
        #expect(try await attune("delete", "same", "--store", other).code == 0)
        #expect(try await attune("logs", "same", "1").code == 0)
    }

    /// What a trial may do to its own files, and how it then ends.
    static let vandals: [(String, Set<String>)] = [
        ("rm -rf $ATTUNE_TRIAL_DIR; sleep 0.2", ["Failed"]),
        // The supervisor's own record may replace the nonsense before anybody has read it.
        ("echo nonsense > $ATTUNE_TRIAL_DIR/exit; sleep 0.2", ["Failed", "MetricsUnavailable"]),
        ("mkfifo $ATTUNE_TRIAL_DIR/pushed.jsonl", ["MetricsUnavailable"]),
        // Attune may look while the pipes are there, or only once the supervisor's last record has taken their place.
        ("for f in $ATTUNE_TRIAL_DIR/*; do rm $f; mkfifo $f; done", ["Failed", "MetricsUnavailable"]),
        (
            "mkfifo $ATTUNE_TRIAL_DIR/pipe; for f in $ATTUNE_TRIAL_DIR/*; do rm $f; ln -s pipe $f; done",
            ["Failed", "MetricsUnavailable"]
        ),
        ("for f in $ATTUNE_TRIAL_DIR/*; do ln -sf /dev/zero $f; done", ["Failed", "MetricsUnavailable"]),
        (
            "mkfifo $ATTUNE_TRIAL_DIR/exit $ATTUNE_TRIAL_DIR/exit.new $ATTUNE_TRIAL_DIR/stop",
            ["Failed", "MetricsUnavailable"]
        ),
        ("mkdir $ATTUNE_TRIAL_DIR/exit", ["Failed"]),
        ("rm -rf $ATTUNE_TRIAL_DIR; mkfifo $ATTUNE_TRIAL_DIR", ["Failed"]),
    ]

    @Test(arguments: vandals)
    func `a trial that spoils its own files ends alone, and can be stopped and deleted`(
        script: String, states: Set<String>
    ) async throws {
        let attune = try CommandLineTool()
        let push = "  metricsCollectorSpec: {collector: {kind: Push}}"
        let text = "[ $ATTUNE_TRIAL_NUMBER = 1 ] && { \(script); exit; }; attune report loss=$x"
        let file = try attune.write(Self.yaml("spoilt", trials: 3, script: text, more: push), to: "spoilt.yaml")
        let run = try await attune("run", file)
        #expect(run.code == 0, "\(run.errors)")
        let trials = try #require(try await attune("trials", "spoilt", "--json").json().array)
        #expect(states.contains(trials.first?["state"]?.string ?? ""), "\(trials)")
        #expect(trials.dropFirst().map { $0["state"]?.string } == ["Succeeded", "Succeeded"])
        _ = try await attune("logs", "spoilt", "1")
        #expect(try await attune("stop", "spoilt").code == 0)
        #expect(try await attune("delete", "spoilt").code == 0)
    }

    @Test func `a trial that puts pipes in place of its files can still be stopped`() async throws {
        let attune = try CommandLineTool()
        let script =
            "echo loss=$x; while [ ! -e gate ]; do sleep 0.02; done; "
            + "for f in $ATTUNE_TRIAL_DIR/*; do rm $f; mkfifo $f; done; touch spoilt-$x; exec sleep 1000"
        let file = try attune.write(Self.yaml("piped", trials: 2, script: script), to: "piped.yaml")
        let run = try await attune.start(["run", file])
        // By then both are followed.
        try await until { try await trials(of: "piped", attune).count { $0["metrics"]?["loss"] != nil } == 2 }
        _ = try attune.write("", to: "gate")
        try await until {
            try FileManager.default.contentsOfDirectory(atPath: attune.directory.path)
                .count { $0.hasPrefix("spoilt-") } == 2
        }
        #expect(try await attune("stop", "piped").code == 0)
        #expect(try await run.finished().code == 130)
        #expect(try await attune("show", "piped", "--json").json()["trials"]?["killed"]?.int == 2)
        #expect(try await attune("delete", "piped").code == 0)
    }

    @Test func `attune report refuses what nobody would read`() async throws {
        let attune = try CommandLineTool()
        let file = try attune.write(Self.yaml("deaf", trials: 2, script: "attune report loss=1"), to: "deaf.yaml")
        #expect(try await attune("run", file).code == 0)
        let trial = try #require(try await attune("trials", "deaf", "--json").json()[0])
        #expect(trial["state"] == "Failed")
        #expect(trial["reason"]?.string?.contains("kind: Push") == true)
    }

    @Test func `validate says what this machine would refuse, and run refuses it at its line`() async throws {
        let attune = try CommandLineTool()
        let collector = "  metricsCollectorSpec: {collector: {kind: File}}"
        let file = try attune.write(Self.yaml("deaf", trials: 2, script: "true", more: collector), to: "deaf.yaml")
        let validated = try await attune("validate", file)
        #expect(validated.code == 0)
        #expect(validated.errors.contains("warning: spec.metricsCollectorSpec"))
        let run = try await attune("run", file)
        #expect(run.code == 2)
        #expect(run.errors.contains("deaf.yaml:12:"), "\(run.errors)")
    }

    @Test func `completions exist for three shells`() async throws {
        let attune = try CommandLineTool()
        for shell in ["bash", "zsh", "fish"] {
            let script = try await attune("--generate-completion-script", shell)
            #expect(script.code == 0 && script.output.contains("replay"), "\(shell)")
        }
    }

    @Test func `the doctor finds this machine fit`() async throws {
        let attune = try CommandLineTool()
        let report = try await attune("doctor")
        #expect(report.code == 0, "\(report.output)")
    }

    /// How many trials are in a state; 0 while there is no such experiment.
    private func count(_ state: String, of name: String, _ attune: CommandLineTool) async throws -> Int {
        let show = try await attune("show", name, "--json")
        return show.code == 0 ? try show.json()["trials"]?[state]?.int ?? 0 : 0
    }

    /// The trials; none while there is no such experiment.
    private func trials(of name: String, _ attune: CommandLineTool) async throws -> [JSON] {
        let list = try await attune("trials", name, "--json")
        return list.code == 0 ? try list.json().array ?? [] : []
    }

    /// Asks again until it is so. The test's time limit ends what never comes.
    private func until(_ condition: () async throws -> Bool) async throws {
        while try await !condition() { await Task.yield() }
    }
}
