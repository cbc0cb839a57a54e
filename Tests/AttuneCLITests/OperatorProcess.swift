import AttuneClusterSimulator
import AttuneCore
import AttuneTestSupport
import AttuneYAML
import Foundation

/// A simulated cluster that answers over HTTP, with a kubeconfig file and Katib's kinds.
final class ServedCluster: Sendable {
    let simulated: SimulatedCluster
    let kubeconfig: String
    private let serving: Task<Void, any Error>

    init(_ tool: CommandLineTool, _ configuration: SimulatedCluster.Configuration) async throws {
        let simulated = SimulatedCluster(configuration)
        self.simulated = simulated
        for plural in ["experiments", "trials", "suggestions"] {
            let file = CommandLineTool.repository.appending(path: "deploy/crds/\(plural).yaml")
            guard let definition = try YAML.documents(try String(contentsOf: file, encoding: .utf8)).first else {
                continue
            }
            try simulated.installCRD(definition.json)
        }
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        serving = Task { try await simulated.serve { found.yield($0) } }
        var port = 0
        for await first in ports {
            port = first
            break
        }
        let file = tool.directory.appending(path: "kubeconfig")
        try SimulatedCluster.writeKubeconfig(to: file, port: port)
        kubeconfig = file.path(percentEncoded: false)
    }

    deinit { serving.cancel() }

    /// An Experiment of Jobs that are told their rate and print a loss.
    func submit(_ name: String, parallel: Int, maxTrials: Int, more: JSON = [:]) throws {
        var spec: JSON = [
            "objective": ["type": "minimize", "objectiveMetricName": "loss"],
            "algorithm": ["algorithmName": "random"], "parallelTrialCount": .number(parallel),
            "maxTrialCount": .number(maxTrials),
            "parameters": [
                ["name": "rate", "parameterType": "double", "feasibleSpace": ["min": "0.1", "max": "0.9"]]
            ],
            "trialTemplate": [
                "primaryContainerName": "main", "trialParameters": [["name": "rate", "reference": "rate"]],
                "trialSpec": [
                    "apiVersion": "batch/v1", "kind": "Job",
                    "spec": [
                        "backoffLimit": 0,
                        "template": [
                            "spec": [
                                "restartPolicy": "Never",
                                "containers": [
                                    ["name": "main", "image": "training", "args": ["${trialParameters.rate}"]]
                                ],
                            ]
                        ],
                    ],
                ],
            ],
        ]
        for (key, value) in more.object ?? [:] { spec[key] = value }
        try simulated.create([
            "apiVersion": "kubeflow.org/v1beta1", "kind": "Experiment",
            "metadata": ["name": .string(name), "namespace": "default"], "spec": spec,
        ])
    }

    /// The experiment, once it has succeeded.
    ///
    /// - Throws: when it has failed.
    func succeeded(_ name: String) async throws -> JSON {
        let ended = try await simulated.first("experiments") { object in
            object["metadata"]?["name"]?.string == name
                && ["Succeeded", "Failed"].contains(ServedCluster.state(of: object))
        }
        if ServedCluster.state(of: ended) == "Failed" { throw ExperimentFailed(object: ended) }
        return ended
    }

    /// - Throws: when an experiment has failed.
    func checkNoneFailed() throws {
        for object in simulated.objects(of: "experiments") where ServedCluster.state(of: object) == "Failed" {
            throw ExperimentFailed(object: object)
        }
    }

    private static func state(of object: JSON) -> String? {
        let last = object["status"]?["conditions"]?.array?.last
        return last?["status"]?.string == "True" ? last?["type"]?.string : nil
    }
}

struct ExperimentFailed: Error {
    var object: JSON
}

/// A real `attune operator` of a tool's own store.
final class OperatorProcess: Sendable {
    private let running: ProgramRun

    /// - Parameter http: where its HTTP is to be; port 0 takes one that is free.
    init(_ tool: CommandLineTool, _ cluster: ServedCluster, http: String = "127.0.0.1:0") async throws {
        running = try await tool.start([
            "operator", "--kubeconfig", cluster.kubeconfig, "--namespace", "default", "--no-lease", "--http", http,
            "--grpc", "127.0.0.1:0", "--api-rate", "5000", "--log-level", "notice",
        ])
    }

    deinit { running.send(SIGKILL) }

    /// Kills it in the middle of everything.
    func kill() async throws {
        running.send(SIGKILL)
        _ = try await running.finished()
    }

    /// Ends it in order.
    func end() async throws -> CommandLineTool.Result {
        running.send(SIGTERM)
        return try await running.finished()
    }

    /// Where its gRPC is, once it says so.
    func grpc() async throws -> String { try await said(/gRPC on ([^ ,\n]+)/) }

    /// The host and port of its HTTP, once it says so.
    func http() async throws -> String { try await said(/serves http:\/\/([^ ,\n]+)/) }

    private func said(_ pattern: Regex<(Substring, Substring)>) async throws -> String {
        for _ in 0..<1_200 {
            if let match = try running.printed().firstMatch(of: pattern) { return String(match.output.1) }
            guard running.isRunning else { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw ServerDidNotStart()
    }
}
