import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

/// attune is killed with -9 again and again in the middle of experiments whose trials go on from checkpoints. In the end
/// every epoch that the log speaks of was trained once, from the checkpoint that it says, and the log replays.
///
/// `ATTUNE_KILLS` says how often each is killed, `ATTUNE_SEED` when; `make campaign` asks for many.
@Suite(.serialized, .timeLimit(.minutes(60))) struct KilledExperimentsTests {
    @Test(arguments: RecordedLevels.experiments) func `attune killed at any moment trains every epoch once`(
        name: String
    ) async throws {
        let attune = try CommandLineTool()
        let file = CommandLineTool.repository.appending(path: "experiments/\(name)/experiment.yaml").path
        let environment = ProcessInfo.processInfo.environment
        let kills = environment["ATTUNE_KILLS"].flatMap { Int($0) } ?? 3
        var random = RandomSource(seed: environment["ATTUNE_SEED"].flatMap { UInt64($0) } ?? 1)
        var struck = 0
        for _ in 1...kills {
            let run = try await attune.start(await begins(name, file, attune))
            let moment = Moment(after: Progress(of: attune), using: &random)
            await kill(run) { moment.hasCome(Progress(of: attune)) }
            if try await run.finished().code == SIGKILL { struck += 1 }
        }
        #expect(struck > 0, "it was over before it could be killed")
        let last = try await attune.start(begins(name, file, attune)).finished()
        #expect(last.code == 0, "\(last.errors)")
        #expect(try await attune("replay", name, "--verify").code == 0)
        try RecordedLevels(await attune("export", name).json()).check()
        #expect(Progress(of: attune).copies == 0)
    }

    /// Kills attune as soon as a moment has come, watched for on a thread of its own: other tests may keep all tasks busy.
    private func kill(
        _ run: ProgramRun, when hasCome: @escaping @Sendable () -> Bool
    ) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                while run.isRunning, !hasCome() { sched_yield() }
                run.send(SIGKILL)
                continuation.resume()
            }
        }
    }

    /// How to go on, or to begin where attune was killed before it had.
    private func begins(_ name: String, _ file: String, _ attune: CommandLineTool) async throws -> [String] {
        try await attune("show", name).code == 0 ? ["resume", name, "--quiet"] : ["run", file, "--quiet"]
    }

    @Test func `attune killed while it copies a checkpoint copies it again, and never half`() async throws {
        let attune = try CommandLineTool()
        let file = try attune.write(Self.manyFiles, to: "copies.yaml")
        let first = try await attune.start(["run", file, "--quiet"])
        await kill(first) { Progress(of: attune).copies > 0 }
        _ = try await first.finished()
        #expect(Progress(of: attune).copies > 0, "it was killed too late")
        let resumed = try await attune("resume", "copies")
        #expect(resumed.code == 0, "\(resumed.errors)")
        let trials = try #require(try await attune("trials", "copies", "--json").json().array)
        let found = trials.map { $0["metrics"]?["found"]?["latest"]?.double }
        #expect(found == Array(repeating: 0, count: 5) + Array(repeating: 120, count: 5))
        #expect(Progress(of: attune).copies == 0)
    }

    /// Five trials leave 120 files each; five children say how many they find.
    private static let manyFiles = """
        apiVersion: kubeflow.org/v1beta1
        kind: Experiment
        metadata: {name: copies}
        spec:
          seed: 1
          objective: {type: minimize, objectiveMetricName: loss, additionalMetricNames: [found]}
          algorithm:
            algorithmName: pbt
            algorithmSettings:
              - {name: suggestion_trial_dir, value: /checkpoints}
              - {name: n_population, value: "5"}
              - {name: truncation_threshold, value: "0.2"}
          parallelTrialCount: 2
          maxTrialCount: 10
          parameters: [{name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}]
          trialTemplate:
            trialParameters: [{name: x, reference: x}]
            trialSpec:
              apiVersion: attune.dev/v1
              kind: Process
              command: [sh, -c]
              args:
                - |
                  found=$(ls /checkpoints | wc -l)
                  for i in $(seq 120); do echo $i >/checkpoints/$i; done
                  echo loss=${trialParameters.x} found=$found
        """
}

/// How far an experiment is, as its trials' directories show.
private struct Progress {
    var launched = 0
    var ended = 0
    /// Copies of checkpoints under way, or cut short.
    var copies = 0

    init(of attune: CommandLineTool) {
        let trials = attune.directory.appending(path: "trials").path
        guard let names = FileManager.default.enumerator(atPath: trials) else { return }
        for case let name as String in names {
            if name.hasSuffix("/started") { launched += 1 }
            if name.hasSuffix("/exit") { ended += 1 }
            if name.contains("/checkpoints.copy-"), names.level == 3 { copies += 1 }
        }
    }
}

/// When to kill: as something is launched, ends or is copied, after some more of it.
private struct Moment {
    private let launched: Int
    private let ended: Int
    private let waitsForCopy: Bool

    init(after progress: Progress, using random: inout RandomSource) {
        launched = random.below(2) == 0 ? progress.launched + 1 + random.below(4) : .max
        ended = progress.ended + 1 + random.below(6)
        waitsForCopy = random.below(3) == 0
    }

    func hasCome(_ progress: Progress) -> Bool {
        progress.launched >= launched || progress.ended >= ended || waitsForCopy && progress.copies > 0
    }
}
