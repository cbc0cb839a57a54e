import AttuneClusterSimulator
import AttuneCore
import AttuneKubernetes
import Testing

struct SimulatorJobTests {
    @Test func `a Job whose pod ends well is Complete, and its log is there`() async throws {
        let cluster = SimulatedCluster(.init(kubelet: .script { _, _ in .printing(["loss=0.5", "loss=0.25"]) }))
        let made = try await cluster.ask(.post, Sample.jobs, Sample.job("a"))
        #expect(made.code == 201)
        #expect(made.json["status"] == [:])
        let job = try #require(cluster.get("jobs", "a"))
        #expect(job.trueConditions == ["SuccessCriteriaMet", "Complete"])
        #expect(job["status"]?["succeeded"] == 1)
        let pod = try #require(cluster.objects(of: "pods").first)
        let name = try #require(pod["metadata"]?["name"]?.string)
        #expect(pod["metadata"]?["labels"]?["batch.kubernetes.io/job-name"] == "a")
        let log = try await cluster.ask(.get, "\(Sample.pods)/\(name)/log")
        #expect(log.json == "loss=0.5\nloss=0.25\n")
        #expect(cluster.callCounts == ["create jobs": 1, "log pods": 1])
    }

    @Test func `a watch tells everything that happens to a Job, in order`() async throws {
        let cluster = SimulatedCluster()
        let watch = try await cluster.send(
            APIRequest(.get, Sample.jobs + "?watch=true&resourceVersion=100&allowWatchBookmarks=true"))
        try cluster.create(Sample.job("a"))
        try cluster.delete("jobs", "a")
        cluster.dropWatches()
        let text = String(decoding: try await watch.body.collect(), as: UTF8.self)
        let events = try text.split(separator: "\n").map { try JSON(parsing: String($0)) }
        #expect(events.first?["type"] == "ADDED")
        #expect(events.last?["type"] == "DELETED")
        let versions = events.compactMap { $0["object"]?["metadata"]?["resourceVersion"]?.int }
        #expect(versions == versions.sorted() && Set(versions).count == events.count)
        #expect(cluster.objects(of: "pods").isEmpty)
    }

    @Test func `a Job fails when its pods fail more often than it allows`() async throws {
        let cluster = SimulatedCluster(.init(kubelet: .script { _, _ in .printing([], exit: 3) }))
        try cluster.create(Sample.job("a", spec: ["backoffLimit": 2]))
        let job = try #require(cluster.get("jobs", "a"))
        #expect(job.trueConditions == ["FailureTarget", "Failed"])
        #expect(job["status"]?["failed"] == 3)
        #expect(job["status"]?["conditions"]?[1]?["reason"] == "BackoffLimitExceeded")
        #expect(cluster.objects(of: "pods").count == 3)
    }

    @Test func `a pod waits for its gate`() async throws {
        let gate = Gate()
        let cluster = SimulatedCluster(.init(kubelet: .script { _, _ in PodScript.printing(["x=1"]).after(gate) }))
        try cluster.create(Sample.job("a"))
        #expect(cluster.get("jobs", "a")?["status"]?["ready"] == 1)
        gate.open()
        let job = try await cluster.first("jobs") { $0.trueConditions.contains("Complete") }
        #expect(job["status"]?["active"] == nil)
    }
}
