import AttuneClusterSimulator
import AttuneCore
import AttuneKubernetes
import AttuneTestSupport
import Foundation
import Testing

/// Jobs come to the ends that the recorded ones came to.
@Suite(.enabled(if: SharedFolder.kubernetes.exists, SharedFolder.kubernetes.missing))
struct SimulatorFinalJobTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var file: String
        var script: PodScript
        var seconds = 0
        var testDescription: String { file }
    }

    static let cases = [
        Case(file: "50-final-ok", script: PodScript()), Case(file: "50-final-fail", script: PodScript(end: .exit(3))),
        Case(file: "50-final-indexed", script: PodScript()),
        Case(file: "50-final-nocmd", script: PodScript(start: .cannotStart)),
        Case(file: "50-final-oom", script: PodScript(end: .oomKilled)),
        Case(file: "50-final-pfp", script: PodScript(end: .exit(42))),
        Case(file: "50-final-onfailure", script: PodScript(end: .exit(1)), seconds: 60),
        Case(file: "50-final-deadline", script: .endless(), seconds: 5),
        Case(file: "50-pending-noimage", script: PodScript(start: .imageMissing(until: nil))),
        Case(file: "50-pending-unschedulable", script: PodScript(start: .unschedulable(until: nil))),
    ]

    @Test(arguments: cases) func `the Job and its pods end up as recorded`(_ sample: Case) throws {
        let recording = try Recording(sample.file)
        let bodies = recording.exchanges.compactMap(\.json)
        let recorded = try #require(bodies.first { $0["kind"] == "Job" })
        let script = sample.script
        let cluster = SimulatedCluster(.init(kubelet: .script { _, _ in script }, namespaces: ["t1", "default"]))
        try cluster.create(request(for: recorded))
        if sample.seconds > 0 { cluster.clock.advance(by: .seconds(sample.seconds)) }
        let job = try #require(cluster.objects(of: "jobs", in: "t1").first)
        compareJobs(job, recorded)
        let pods = bodies.first { $0["kind"] == "PodList" }?["items"]?.array ?? []
        let own = cluster.objects(of: "pods", in: "t1")
        #expect(own.count == pods.count)
        for (pod, recorded) in zip(own, pods) { comparePods(pod, recorded) }
    }

    /// The Job as it was asked for.
    private func request(for job: JSON) -> JSON {
        var job = job
        let metadata = job["metadata"]
        job["metadata"] = [
            "name": metadata?["name"] ?? "", "namespace": metadata?["namespace"] ?? "", "labels": ["app": "trial"],
        ]
        job["status"] = nil
        job["spec"]?["selector"] = nil
        job["spec"]?["template"]?["metadata"] = ["labels": ["app": "trial"]]
        return job
    }

    private func compareJobs(_ job: JSON, _ recorded: JSON) {
        #expect(members(job["status"]) == members(recorded["status"]))
        for count in ["active", "succeeded", "failed", "ready", "terminating", "completedIndexes"] {
            #expect(job["status"]?[count] == recorded["status"]?[count], "\(count)")
        }
        let (own, theirs) = (job["status"]?["conditions"]?.array ?? [], recorded["status"]?["conditions"]?.array ?? [])
        #expect(own.count == theirs.count)
        for (condition, recorded) in zip(own, theirs) {
            #expect(members(condition) == members(recorded))
            for part in ["type", "status", "reason"] { #expect(condition[part] == recorded[part]) }
            if recorded["reason"] != "PodFailurePolicy" { #expect(condition["message"] == recorded["message"]) }
        }
    }

    private func comparePods(_ pod: JSON, _ recorded: JSON) {
        let (status, theirs) = (pod["status"], recorded["status"])
        #expect(status?["phase"] == theirs?["phase"])
        let labels = members(recorded["metadata"]?["labels"])
        #expect(members(pod["metadata"]?["labels"]) == labels)
        let extra: Set<String> = ["resources", "allocatedResources"]
        #expect(members(status).subtracting(extra) == members(theirs).subtracting(extra))
        for (condition, recorded) in zip(status?["conditions"]?.array ?? [], theirs?["conditions"]?.array ?? []) {
            for part in ["type", "status", "reason"] {
                #expect(condition[part] == recorded[part], "\(recorded["type"] ?? "")")
            }
        }
        for (container, recorded) in zip(
            status?["containerStatuses"]?.array ?? [], theirs?["containerStatuses"]?.array ?? [])
        {
            let (state, theirs) = (container["state"]?.object, recorded["state"]?.object)
            #expect(state?.keys == theirs?.keys)
            let kind = theirs?.keys.first ?? ""
            if kind == "waiting" { continue }
            for part in ["exitCode", "reason"] { #expect(state?[kind]?[part] == theirs?[kind]?[part]) }
            #expect(container["ready"] == recorded["ready"])
        }
    }

    private func members(_ json: JSON?) -> Set<String> { Set(json?.object?.keys ?? []) }
}
