import AttuneAlgorithms
import AttuneClusterSimulator
import AttuneCore
import AttuneKubernetes
import AttuneYAML
import Foundation
import Synchronization
import Testing

/// A simulated cluster with Katib's kinds, and what works on it.
struct TestCluster {
    let simulated: SimulatedCluster
    let clock: TunerClock

    init(_ script: @escaping SimulatedCluster.KubeletMode.Script = TestCluster.halving, seed: UInt64 = 1) throws {
        var configuration = SimulatedCluster.Configuration()
        configuration.kubelet = .script(script)
        configuration.seed = seed
        simulated = SimulatedCluster(configuration)
        clock = TestCluster.clock(simulated.clock)
        for definition in TestCluster.definitions { try simulated.installCRD(definition) }
    }

    /// Prints the loss 4, 2 and 1.
    static let halving: SimulatedCluster.KubeletMode.Script = { _, _ in .printing(["loss=4", "loss=2", "loss=1"]) }

    /// Time passes a thousand times as fast as the wall's for those who wait, and the cluster's time with it.
    static func clock(_ simulated: SimulatedClock) -> TunerClock {
        let begin = ContinuousClock.now
        let start = simulated.now
        return TunerClock(
            now: { start + (ContinuousClock.now - begin).seconds * 1_000 },
            sleepFor: { try await Task.sleep(for: $0 / 1_000) })
    }

    func client(_ transport: (any APITransport)? = nil) -> KubernetesClient {
        KubernetesClient(transport ?? simulated, clock: clock)
    }

    /// Katib's kinds, as they are installed.
    static let definitions: [JSON] = ["experiments", "trials", "suggestions"].compactMap { plural in
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = repository.appending(path: "deploy/crds/\(plural).yaml")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
        return try? YAML.documents(text).first?.json
    }

    // MARK: Experiments

    /// An Experiment whose trials are Jobs that are told their rate.
    static func manifest(
        _ name: String = "demo", parallel: Int = 2, maxTrials: Int? = 4, collector: String = "", more: String = ""
    ) -> String {
        """
        apiVersion: kubeflow.org/v1beta1
        kind: Experiment
        metadata:
          name: \(name)
          namespace: default
        spec:
          objective: {type: minimize, objectiveMetricName: loss}
          algorithm: {algorithmName: random}
          parallelTrialCount: \(parallel)
          \(maxTrials.map { "maxTrialCount: \($0)" } ?? "")
          \(collector)
          \(more)
          parameters:
            - {name: rate, parameterType: double, feasibleSpace: {min: "0.1", max: "0.9"}}
          trialTemplate:
            primaryContainerName: main
            trialParameters: [{name: rate, reference: rate}]
            trialSpec:
              apiVersion: batch/v1
              kind: Job
              spec:
                backoffLimit: 0
                template:
                  spec:
                    restartPolicy: Never
                    containers:
                      - {name: main, image: "training:1", command: [train, "--rate=${trialParameters.rate}"]}
        """
    }

    static func json(_ yaml: String) throws -> JSON { try #require(try YAML.documents(yaml).first).json }

    static func experiment(_ yaml: String) throws -> Experiment {
        let reading = Experiment.reading(
            try #require(try YAML.documents(yaml).first), catalogue: .standard, purpose: .orchestrating, seed: 1)
        return try #require(reading.experiment, "\(reading.problems)")
    }
}
