import AttuneClusterSimulator
import AttuneCore
import AttuneKubernetes
import Foundation
import Testing

/// Containers as processes of this machine.
struct SimulatorProcessTests {
    private let cluster = SimulatedCluster(.init(clock: .wall(), kubelet: .processes(.init())))

    private func pod(of job: String) throws -> String {
        try #require(
            cluster.objects(of: "pods").first { $0["metadata"]?["labels"]?["job-name"]?.string == job }?["metadata"]?[
                "name"]?.string)
    }

    @Test func `a container's command runs, with its environment, and its words go to the log`() async throws {
        let container: JSON = [
            "name": "main", "image": "busybox:1", "command": ["sh", "-c", "echo $GREETING; echo $POD >&2; exit 3"],
            "env": [
                ["name": "GREETING", "value": "hello"],
                ["name": "POD", "valueFrom": ["fieldRef": ["fieldPath": "metadata.labels['job-name']"]]],
            ],
        ]
        try cluster.create(Sample.job("a", template: ["containers": [container]]))
        _ = try await cluster.first("jobs") { $0.trueConditions.contains("Failed") }
        let name = try pod(of: "a")
        #expect(cluster.log(ofPod: name, container: "main") == "hello\na\n")
        let ended = cluster.get("pods", name)?["status"]?["containerStatuses"]?[0]?["state"]?["terminated"]
        #expect(ended?["exitCode"] == 3)
    }

    @Test func `a sidecar shares a volume, starts before the others, and its end does not matter`() async throws {
        let mount: JSON = [["name": "shared", "mountPath": "/metrics"]]
        let wait = "while [ ! -e /metrics/log ]; do sleep 0.02; done; cat /metrics/log; trap 'exit 7' TERM; "
        let sidecar: JSON = [
            "name": "side", "image": "x:1", "restartPolicy": "Always", "volumeMounts": mount,
            "command": ["sh", "-c", .string("echo > /metrics/ready; " + wait + "while :; do sleep 0.02; done")],
        ]
        let main: JSON = [
            "name": "main", "image": "x:1", "volumeMounts": mount,
            "command": [
                "sh", "-c", "while [ ! -e /metrics/ready ]; do sleep 0.02; done; echo loss=1 > /metrics/log; sleep 0.2",
            ],
        ]
        try cluster.create(
            Sample.job(
                "b",
                template: [
                    "initContainers": [sidecar], "containers": [main],
                    "volumes": [["name": "shared", "emptyDir": [:]]],
                ]))
        let job = try await cluster.first("jobs") { job in
            job.trueConditions.contains("Complete") || job.trueConditions.contains("Failed")
        }
        #expect(job.trueConditions.contains("Complete"))
        #expect(cluster.log(ofPod: try pod(of: "b"), container: "side") == "loss=1\n")
    }

    @Test func `a deleted pod's process is told to end, and the pod goes`() async throws {
        let command: JSON = ["sh", "-c", "trap 'exit 0' TERM; echo ready; while :; do sleep 0.02; done"]
        try cluster.create(
            Sample.job("c", template: ["containers": [["name": "main", "image": "x:1", "command": command]]]))
        let name = try pod(of: "c")
        let log = try await cluster.send(
            .init(.get, "\(Sample.pods)/\(name)/log?follow=true", timeout: nil))
        for try await _ in log.body { break }
        try cluster.delete("jobs", "c")
        try await cluster.until { $0.objects(of: "pods").isEmpty }
    }

    @Test func `a command that is not there is a StartError`() async throws {
        try cluster.create(
            Sample.job(
                "d", template: ["containers": [["name": "main", "image": "x:1", "command": ["/no/such/program"]]]]))
        _ = try await cluster.first("jobs") { $0.trueConditions.contains("Failed") }
        let pod = cluster.get("pods", try pod(of: "d"))
        let ended = pod?["status"]?["containerStatuses"]?[0]?["state"]?["terminated"]
        #expect(ended?["reason"] == "StartError" && ended?["exitCode"] == 128)
    }
}
