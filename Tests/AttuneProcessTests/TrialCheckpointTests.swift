import AttuneCore
import Foundation
import Testing

@testable import AttuneProcess

/// What a process finds where checkpoints are kept.
@Suite(.timeLimit(.minutes(10))) struct TrialCheckpointTests {
    @Test func `where a container would find its checkpoints stands the trial's own directory`() async throws {
        let lab = try Lab(mount: "/var/log/katib/checkpoints/")
        let end = try await lab.run(
            """
            echo 3 >/var/log/katib/checkpoints/epoch; read epoch <$ATTUNE_CHECKPOINT_DIR/epoch
            [ /var/log/katib/checkpoints = $ATTUNE_CHECKPOINT_DIR ] && [ $HERE = $ATTUNE_CHECKPOINT_DIR/here ] &&
            echo loss=$epoch /var/log/katib/checkpoints-too
            """)
        #expect(end.lastOutput == "loss=3 /var/log/katib/checkpoints-too")
    }

    @Test func `a child begins with what its parent left, and what it writes is its own`() async throws {
        let lab = try Lab()
        #expect(try await lab.run("\(keep(3)); echo loss=0").lastOutput == "loss=0")
        let child = try await lab.run("\(show); \(keep(4)); echo loss=0", parent: 1)
        #expect(child.lastOutput == "3\nloss=0")
        let grandchild = try await lab.run("\(show); echo loss=0", parent: 2)
        #expect(grandchild.lastOutput == "4\nloss=0")
        #expect(try await lab.run("\(show); echo loss=0", parent: 1).lastOutput == "3\nloss=0")
    }

    @Test func `an attempt that begins again goes on from the trial's own checkpoint, not the parent's`() async throws {
        let lab = try Lab()
        _ = try await lab.run("\(keep(3)); echo loss=0")
        _ = try await lab.run("\(keep(4)); echo loss=0", parent: 1)
        try lab.lose(2)
        let again = try await lab.followLast("\(show); echo loss=0")
        #expect(again.lastOutput == "4\nloss=0")
    }

    @Test func `a child whose parent's checkpoints are gone fails, saying so`() async throws {
        let lab = try Lab()
        _ = try await lab.run("echo loss=0")
        try FileManager.default.removeItem(atPath: lab.scratch.path("1/checkpoints"))
        let end = try await lab.run("echo loss=0", parent: 1)
        guard case .failed(let reason) = end.kind else {
            Issue.record("ended as \(end.kind)")
            return
        }
        #expect(reason.contains("the checkpoints with which it is to begin are gone from"))
        #expect(reason.contains("/1/checkpoints"))
    }

    @Test func `a trial finds how much it is to use in all`() async throws {
        let lab = try Lab()
        #expect(try await lab.run("echo ${ATTUNE_RESOURCE-none}").lastOutput == "none")
        #expect(try await lab.run("echo $ATTUNE_RESOURCE", resource: 9).lastOutput == "9")
    }

    private func keep(_ epoch: Int) -> String { "echo \(epoch) >$ATTUNE_CHECKPOINT_DIR/epoch" }
    private var show: String { "cat $ATTUNE_CHECKPOINT_DIR/epoch" }
}

/// Runs the trials of an experiment one after another, each a shell script of its own.
private final class Lab {
    let scratch: Scratch
    private let mount: String?
    private var study: Study

    init(mount: String? = nil) throws {
        scratch = try Scratch()
        self.mount = mount
        study = Study(try Lab.experiment("true", mount).0, createdAt: Date())
    }

    func run(_ script: String, parent: Trial.Number? = nil, resource: Int? = nil) async throws -> WorkEnd {
        let suggestion = Suggestion(study.experiment.space.assignment(at: [0.5]), resource: resource, parent: parent)
        try study.apply(.started(study.nextNumber, suggestion, at: Date()))
        return try await followLast(script)
    }

    /// Runs the present attempt of the last trial.
    func followLast(_ script: String) async throws -> WorkEnd {
        let (experiment, resource) = try Lab.experiment(script, mount)
        let runner = try ProcessRunner(
            experiment, resource: resource, directories: TrialDirectories(root: scratch.url),
            supervisor: scratch.supervisor, environment: ["PATH": "/usr/bin:/bin"], baseDirectory: scratch.url,
            now: { Date() })
        return try await runner.run(study.trials[study.trials.count - 1]) { _ in }
    }

    func lose(_ number: Trial.Number) throws {
        try study.apply(.lost(number, reason: "the machine went down", at: Date()))
    }

    private static func experiment(_ script: String, _ mount: String?) throws -> (Experiment, JSON) {
        let resource: JSON = [
            "apiVersion": "attune.dev/v1", "kind": "Process", "command": ["sh", "-c", .string(script)],
            "env": ["HERE": .string((mount ?? "/none/") + "here")],
        ]
        let template = TrialTemplate(source: .spec(resource), references: [.init(name: "x", reference: "x")])
        let experiment = Experiment(
            metadata: Metadata(name: "lab"), objective: .minimize("loss"),
            space: try SearchSpace([ParameterSpec("x", .double(0...1))]),
            algorithm: AlgorithmSpec("pbt", mount.map { [.init("suggestion_trial_dir", $0)] } ?? []), template: template
        )
        return (experiment, resource)
    }
}
