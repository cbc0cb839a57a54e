import AttuneClusterSimulator
import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneKubernetes

/// Katib's darts examples on a cluster.
@Suite(.timeLimit(.minutes(10)))
struct TextObjectiveOperatorTests {
    private static func manifest(algorithm: String = "darts", kind: String = "StdOut") -> String {
        let filter = #"{filter: {metricsFormat: ["([\\w-]+)=(Genotype.*)"]}"#
        let path = kind == "File" ? ", fileSystemPath: {kind: File, path: /var/log/katib/metrics.log}" : ""
        let settings = algorithm == "darts" ? ", algorithmSettings: [{name: num_epochs, value: \"1\"}]" : ""
        return """
            apiVersion: kubeflow.org/v1beta1
            kind: Experiment
            metadata: {name: demo, namespace: default}
            spec:
              parallelTrialCount: 1
              maxTrialCount: 1
              maxFailedTrialCount: 1
              objective: {type: maximize, objectiveMetricName: Best-Genotype}
              metricsCollectorSpec: {collector: {kind: \(kind)}, source: \(filter)\(path)}}
              algorithm: {algorithmName: \(algorithm)\(settings)}
              nasConfig:
                graphConfig: {numLayers: 1, inputSizes: [32, 32, 3], outputSizes: [10]}
                operations:
                - operationType: separable_convolution
                  parameters:
                  - {name: filter_size, parameterType: categorical, feasibleSpace: {list: ["3", "5"]}}
              trialTemplate:
                primaryContainerName: training-container
                trialParameters:
                - {name: search, reference: \(algorithm == "darts" ? "search-space" : "architecture")}
                trialSpec:
                  apiVersion: batch/v1
                  kind: Job
                  spec:
                    template:
                      spec:
                        containers:
                        - name: training-container
                          image: darts:1
                          command: [python3, run_trial.py, "--search=${trialParameters.search}"]
                        restartPolicy: Never
            """
    }

    private static let printing: SimulatedCluster.KubeletMode.Script = { _, _ in
        .printing(["Epoch=1 Train-Loss=0.5", "Best-Genotype=\(Samples.genotype)", "done"])
    }

    @Test func `a darts experiment succeeds, and its status has the genotype`() async throws {
        let desk = Desk(try TestCluster(Self.printing))
        desk.start()
        try desk.submit(Self.manifest())
        let object = try await desk.experiment(last: "Succeeded")
        await desk.stop()
        let optimal = try #require(object["status"]?["currentOptimalTrial"])
        let metric: JSON = [
            "name": "Best-Genotype", "min": "unavailable", "max": "unavailable", "latest": .string(Samples.genotype),
        ]
        #expect(optimal["bestTrialName"] == "demo-1")
        #expect(optimal["observation"]?["metrics"] == [metric])
        #expect(
            optimal["parameterAssignments"]?.array?.compactMap { $0["name"]?.string }
                == ["algorithm-settings", "search-space", "num-layers"])
        #expect(object["status"]?["trialsSucceeded"]?.int == 1)
        let trial = try #require(desk.simulated.get("trials", "demo-1"))
        #expect(Conditions(trial["status"]).has("Succeeded"))
        #expect(trial["status"]?["observation"]?["metrics"] == [metric])
    }

    @Test func `an experiment of numbers that prints a text has no metrics`() async throws {
        let desk = Desk(try TestCluster(Self.printing))
        desk.start()
        try desk.submit(Self.manifest(algorithm: "random"))
        let object = try await desk.experiment(last: "Failed")
        await desk.stop()
        #expect(object["status"]?["trialMetricsUnavailable"]?.int == 1)
        let trial = try #require(desk.simulated.get("trials", "demo-1"))
        let message = Conditions(trial["status"])["MetricsUnavailable"]?["message"]?.string
        #expect(message?.contains("never reported Best-Genotype") == true, "\(message ?? "")")
    }

    @Test func `the collector beside a trial is told which metrics take texts`() throws {
        func arguments(_ algorithm: String) throws -> [String] {
            let experiment = try TestCluster.experiment(Self.manifest(algorithm: algorithm, kind: "File"))
            return CollectorSidecar(
                experiment.collector, named: "c", image: "attune", objective: experiment.objective
            ).arguments
        }
        #expect(try arguments("darts").contains("--text=Best-Genotype"))
        #expect(try !arguments("random").contains { $0.hasPrefix("--text") })
    }
}
