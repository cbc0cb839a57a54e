import AttuneCore
import Foundation
import Testing

@testable import AttuneProcess

/// What a process finds where checkpoints are kept.
@Suite(.timeLimit(.minutes(1))) struct TrialCheckpointTests {
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
}

/// Runs single trials of an experiment, each a shell script.
private struct Lab {
    let scratch: Scratch
    private let mount: String?

    init(mount: String? = nil) throws {
        scratch = try Scratch()
        self.mount = mount
    }

    func run(_ script: String) async throws -> WorkEnd {
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
        let runner = try ProcessRunner(
            experiment, resource: resource, directories: TrialDirectories(root: scratch.url),
            supervisor: scratch.supervisor, environment: ["PATH": "/usr/bin:/bin"], baseDirectory: scratch.url,
            now: { Date() })
        var study = Study(experiment, createdAt: Date())
        try study.apply(.started(1, Suggestion(experiment.space.assignment(at: [0.5])), at: Date()))
        return try await runner.run(study[1]) { _ in }
    }
}
