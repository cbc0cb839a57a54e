import AttuneClusterSimulator
import AttuneCore
import AttuneStore
import AttuneTestSupport
import Foundation
import Testing

/// Every way in which metrics come from a trial, through the built operator and the built collector: containers are
/// processes of this machine.
@Suite(.timeLimit(.minutes(10)), .enabled(if: Python.path != nil, "there is no python3"))
struct CollectorEndToEndTests {
    @Test(arguments: CollectedTrial.all)
    func `a trial's series arrives in order, once`(sample: CollectedTrial) async throws {
        let scene = try await Scene(sample)
        let process = try await OperatorProcess(scene.tool, scene.cluster)
        try scene.submit(reportingTo: try await process.http())
        try await scene.begun()
        try scene.open()
        _ = try await scene.cluster.succeeded("demo")
        let result = try await process.end()
        #expect(result.code == 0, "\(result.errors)")
        let series = try await scene.series()
        #expect(series == sample.series)
    }

    @Test(arguments: CollectedTrial.all)
    func `a trial's series arrives in order, once, though the operator is killed in the middle of it`(
        sample: CollectedTrial
    ) async throws {
        let scene = try await Scene(sample)
        let address = "127.0.0.1:\(try LoopbackPort.unused())"
        var process = try await OperatorProcess(scene.tool, scene.cluster, http: address)
        try scene.submit(reportingTo: address)
        try await scene.begun()
        try await process.kill()
        try scene.open()
        // What needs nobody who listens goes on to its end meanwhile.
        if !sample.needsOperator { try await scene.cluster.simulated.settled() }
        process = try await OperatorProcess(scene.tool, scene.cluster, http: address)
        #expect(try await process.http() == address)
        _ = try await scene.cluster.succeeded("demo")
        _ = try await process.end()
        let series = try await scene.series()
        #expect(series == sample.series)
    }
}

/// A cluster in which one trial runs, which waits in the middle until it is let go on.
private struct Scene {
    let tool: CommandLineTool
    let cluster: ServedCluster
    private let sample: CollectedTrial
    private let gate: URL

    init(_ sample: CollectedTrial) async throws {
        tool = try CommandLineTool()
        self.sample = sample
        gate = tool.directory.appending(path: "gate")
        // The collector's image has the `attune` that was built.
        let path = "\(CommandLineTool.products.path):/usr/local/bin:/usr/bin:/bin"
        let settings = SimulatedCluster.ProcessSettings(environment: ["PATH": path], directory: tool.directory)
        cluster = try await ServedCluster(
            tool, SimulatedCluster.Configuration(clock: .wall(), kubelet: .processes(settings)))
    }

    /// Lets the trial go on past its middle.
    func open() throws { try Data().write(to: gate) }

    /// - Parameter address: where the operator's HTTP is.
    func submit(reportingTo address: String) throws {
        let port = try LoopbackPort.unused()
        let environment = [
            "GATE": gate.path, "PORT": String(port), "REPORTS": "http://\(address)",
            "EVENTS": CommandLineTool.repository.appending(
                path: "Tests/AttuneCoreTests/Fixtures/TensorFlowEvents/simple/train/events.out.tfevents.fixture"
            ).path,
        ]
        let container: JSON = [
            "name": "main", "image": "training", "command": .array(sample.command.map { .string($0) }),
            "env": .array(environment.map { ["name": .string($0.key), "value": .string($0.value)] }),
        ]
        let template: JSON = [
            "primaryContainerName": "main", "trialParameters": [["name": "rate", "reference": "rate"]],
            "trialSpec": [
                "apiVersion": "batch/v1", "kind": "Job",
                "metadata": ["annotations": ["rate": "${trialParameters.rate}"]],
                "spec": [
                    "backoffLimit": 0, "template": ["spec": ["restartPolicy": "Never", "containers": [container]]],
                ],
            ],
        ]
        let collector = try JSON(parsing: sample.collector.replacing("PORT", with: String(port)))
        try cluster.submit(
            "demo", parallel: 1, maxTrials: 1, more: ["metricsCollectorSpec": collector, "trialTemplate": template])
    }

    /// Returns once something is known of the trial.
    func begun() async throws {
        while try await series().isEmpty {
            try cluster.checkNoneFailed()
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// What is known of the trial by now.
    func series() async throws -> [String] {
        let store = try SQLiteStore(at: tool.directory.appending(path: "attune.db").path)
        guard let trial = try await store.load("default/demo")?.study().trials.first else { return [] }
        return trial.observations.map { String(format: "%.2f", $0.value) }
    }
}
