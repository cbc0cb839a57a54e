import AttuneClusterSimulator
import AttuneCore
import AttuneKubernetes
import AttuneTestSupport
import Foundation
import Testing

/// Recorded stories of several requests, each told again on a cluster of its own.
@Suite(.enabled(if: SharedFolder.kubernetes.exists, SharedFolder.kubernetes.missing))
struct SimulatorRecordedStoryTests {
    private func cluster(
        _ script: PodScript = .endless(), users: [String: SimulatedCluster.User]? = nil
    ) -> SimulatedCluster {
        SimulatedCluster(
            .init(
                kubelet: .script { _, _ in script }, controllers: [.garbageCollector, .jobs, .namespaces],
                users: users, namespaces: ["t1", "t2", "default"]))
    }

    private func add(_ name: String, _ spec: JSON.Fields = [:], to cluster: SimulatedCluster) throws {
        var job = Sample.job(name, spec: spec)
        job["metadata"]?["namespace"] = "t1"
        try cluster.create(job)
    }

    @Test func `a custom resource from its definition to its end`() async throws {
        let cluster = cluster()
        for name in ["40-crd-create", "40-cr-create"] { try await Recording(name).check(on: cluster) }
        // The last of them is about a rule in CEL.
        try await Recording("40-cr-create-422").check(on: cluster, leavingOut: [4])
        for name in ["40-cr-status-put", "40-cr-status-stale-409", "40-cr-put-spec", "40-cr-put-without-rv-422"] {
            try await Recording(name).check(on: cluster)
        }
        for name in ["40-cr-status-patch", "40-cr-ssa"] { try await Recording(name).check(on: cluster) }
        try cluster.create([
            "apiVersion": "hpo.example.com/v1", "kind": "Trial",
            "metadata": ["name": "f", "namespace": "t1", "finalizers": ["hpo.example.com/cleanup"]],
            "spec": ["objective": "minimize"],
        ])
        try await Recording("40-cr-finalizer").check(on: cluster)
        let owner = try #require(cluster.get("trials", "a", in: "t1")?["metadata"]?["uid"]?.string)
        try await ownedJob(owner, on: cluster)
        try await Recording("40-cr-table").check(on: cluster)
    }

    /// 40-cr-owner-gc, with the uid that the owner has here.
    private func ownedJob(_ owner: String, on cluster: SimulatedCluster) async throws {
        var recording = try Recording("40-cr-owner-gc")
        recording.exchanges[0].requestBody = recording.exchanges[0].requestBody.replacing(
            "8e3abfaf-a50b-4e84-9457-bdbcd5970e0c", with: owner)
        try await recording.check(on: cluster)
        #expect(cluster.objects(of: "pods").isEmpty)
    }

    @Test func `updates of a Job and of a Lease, current and stale`() async throws {
        let cluster = cluster()
        try add("upd-1", ["suspend": true], to: cluster)
        try cluster.update("jobs", "upd-1", in: "t1") { $0["metadata"]?["annotations"] = ["step": "0"] }
        try await Recording("15-put-ok-then-stale-409").check(on: cluster)
        try await Recording("80-lease").check(on: cluster)
    }

    @Test func `users without rights, tokens that nobody knows, and what a service account may do`() async throws {
        let nothing = SimulatedCluster.User("token-restricted") { _, _, _, _ in false }
        try await Recording("05-403-user").check(on: cluster(users: ["<redacted>": nothing]))
        try await Recording("05-401-bad-token").check(on: cluster(users: [:]))
        try await Recording("05-401-no-auth-post").check(on: cluster(users: [:]))
        let runner = SimulatedCluster.User("system:serviceaccount:t1:trial-runner") {
            verb, resource, group, namespace in
            resource == "jobs" && group == "batch" && namespace == "t1" && verb != "delete"
        }
        let cluster = cluster(users: ["<redacted>": runner])
        try add("a", to: cluster)
        try await Recording("05-sa-allowed-and-403").check(on: cluster)
        let review = try Recording("05-self-subject-access-review")
        for exchange in review.exchanges {
            let answer = try await cluster.send(
                APIRequest(
                    .post, exchange.target, headers: exchange.requestHeaders, body: Array(exchange.requestBody.utf8)))
            let json = try JSON(parsing: String(decoding: try await answer.body.collect(), as: UTF8.self))
            #expect(answer.status == exchange.code)
            #expect(json["status"]?["allowed"] == exchange.json?["status"]?["allowed"])
        }
    }

    @Test func `a namespace that goes, a quota that is full, and too much at once`() async throws {
        let cluster = cluster()
        try cluster.create([
            "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "q", "namespace": "t2"],
            "spec": ["hard": ["count/jobs.batch": "1", "pods": "0"]],
        ])
        var job = Sample.job("q1")
        job["metadata"]?["namespace"] = "t2"
        try cluster.create(job)
        #expect(cluster.objects(of: "pods").isEmpty)
        try await Recording("60-quota-403").check(on: cluster, leavingOut: [1, 2])
        cluster.holdControllers(true)
        try await Recording("60-namespace-delete").check(on: cluster)
        cluster.holdControllers(false)
        #expect(cluster.get("namespaces", "t2") == nil)
        #expect(cluster.objects(of: "jobs", in: "t2").isEmpty)
    }

    @Test func `429 as the server words it`() async throws {
        let cluster = cluster()
        cluster.faults.add(.tooManyRequests, times: 2)
        try await Recording("70-429").check(on: cluster)
    }

    @Test func `logs and their errors`() async throws {
        let lines = ["step=1 loss=0.1", "step=2 loss=0.2", "step=3 loss=0.3", "step=4 loss=0.4", "to-stderr"]
        let script = PodScript(lines.map { .say($0) } + [.write("no-newline")])
        let cluster = cluster(script)
        try cluster.create(pod("logs-xvw8q", ["main"]))
        try await Recording("30-log-errors").check(on: cluster)
        for (number, exchange) in try Recording("30-log").exchanges.enumerated() where number != 1 {
            let answer = try await cluster.ask(.get, exchange.target)
            #expect(answer.json.string == exchange.bodies.joined(separator: "\n"), "exchange \(number)")
        }
        let follow = try await cluster.ask(.get, try Recording("30-log-follow").exchanges[0].target)
        #expect(follow.json.string == (lines + ["no-newline"]).joined(separator: "\n"))
        let stamped = try await cluster.ask(.get, try Recording("30-log").exchanges[1].target)
        #expect(stamped.json.string?.wholeMatch(of: /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z [^\n]+\n?){6}/) != nil)
    }

    @Test func `logs of a pod with two containers, and of one that does not run yet`() async throws {
        let cluster = cluster(.printing(["side"]))
        try cluster.create(pod("two-v9m9x", ["main", "side"]))
        try await Recording("30-log-two-containers").check(on: cluster)
        let early = self.cluster()
        early.holdControllers(true)
        try early.create(pod("logs-xvw8q", ["main"]))
        try await Recording("30-log-too-early").check(on: early)
    }

    private func pod(_ name: String, _ containers: [String]) -> JSON {
        let containers = containers.map { JSON.object(["name": .string($0), "image": "busybox:1"]) }
        return [
            "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name), "namespace": "t1"],
            "spec": ["restartPolicy": "Never", "containers": .array(containers)],
        ]
    }

    @Test func `a running pod that is deleted gets its time`() async throws {
        let cluster = cluster()
        try cluster.create(pod("slow", ["main"]))
        cluster.holdControllers(true)
        try await Recording("25-delete-pod-graceful").check(on: cluster)
        cluster.holdControllers(false)
        #expect(cluster.get("pods", "slow", in: "t1") == nil)
    }

    @Test func `lists in pages`() async throws {
        let cluster = cluster()
        for number in 0..<7 { try add("page-\(number)", ["suspend": true], to: cluster) }
        var names: [String] = []
        var target = "/apis/batch/v1/namespaces/t1/jobs?limit=2"
        for _ in 0..<4 {
            let page = try await cluster.ask(.get, target)
            names += page.json["items"]?.array?.compactMap { $0["metadata"]?["name"]?.string } ?? []
            let token = page.json["metadata"]?["continue"]?.string
            #expect((page.json["metadata"]?["remainingItemCount"]?.int ?? 0) == 7 - names.count)
            guard let token else { break }
            target = "/apis/batch/v1/namespaces/t1/jobs?limit=2&continue=\(token)"
        }
        #expect(names == (0..<7).map { "page-\($0)" })
        cluster.compact()
        try add("page-8", ["suspend": true], to: cluster)
        cluster.compact()
        let old = try await cluster.ask(.get, target)
        let recorded = try #require(try Recording("90-list-continue-expired-410").exchanges.first)
        #expect(old.code == recorded.code && old.json["reason"] == recorded.json?["reason"])
        let next = try #require(old.json["metadata"]?["continue"]?.string)
        let rest = try await cluster.ask(.get, "/apis/batch/v1/namespaces/t1/jobs?continue=\(next)")
        #expect(rest.code == 200)
    }

    // MARK: Watches

    @Test func `the events of a Job and of its pod come in the recorded order`() async throws {
        let gate = Gate()
        let cluster = cluster(PodScript([.say("x"), .wait(gate)]))
        let jobs = try Recording("20-watch-job").exchanges[0]
        let pods = try Recording("20-watch-pods").exchanges[0]
        let list = try await cluster.ask(.get, "/apis/batch/v1/namespaces/t1/jobs")
        let version = try #require(list.json["metadata"]?["resourceVersion"]?.string)
        let watches = try await [jobs, pods].asyncMap { exchange in
            try await cluster.send(
                APIRequest(.get, exchange.target.replacing("resourceVersion=349", with: "resourceVersion=\(version)")))
        }
        try add("watched", to: cluster)
        gate.open()
        try cluster.delete("jobs", "watched", in: "t1")
        cluster.dropWatches()
        for (watch, recorded) in zip(watches, [jobs, pods]) {
            let text = String(decoding: try await watch.body.collect(), as: UTF8.self)
            let own = try text.split(separator: "\n").map { try JSON(parsing: String($0)) }
            let theirs = try recorded.bodies.map { try JSON(parsing: $0) }.filter { $0["type"] != "BOOKMARK" }
            #expect(stages(own) == stages(theirs))
        }
    }

    /// What happened, without what happened twice: types of events, with conditions or the phase.
    private func stages(_ events: [JSON]) -> [String] {
        var stages: [String] = []
        for event in events {
            let status = event["object"]?["status"]
            let conditions = (status?["conditions"]?.array ?? []).compactMap { $0["type"]?.string }
            let what = status?["phase"]?.string ?? conditions.joined(separator: "+")
            let stage = "\(event["type"]?.string ?? "") \(what)"
            // The simulated scheduler and kubelet write once where the real ones write several times.
            if stages.last != stage, stage != "MODIFIED Pending" { stages.append(stage) }
        }
        return stages
    }

    @Test(arguments: ["20-watch-list-stream", "20-watch-rv0"])
    func `a watch that begins with all there is`(_ name: String) async throws {
        let cluster = cluster()
        for name in ["create-1", "page-1"] { try add(name, ["suspend": true], to: cluster) }
        let exchange = try Recording(name).exchanges[0]
        let watch = try await cluster.send(APIRequest(.get, exchange.target, timeout: nil))
        let recorded = try exchange.bodies.map { try JSON(parsing: $0) }
        if recorded.last?["type"] != "BOOKMARK" {
            cluster.dropWatches()
        } else {
            cluster.clock.advance(by: .seconds(3))
        }
        let text = String(decoding: try await watch.body.collect(), as: UTF8.self)
        let events = try text.split(separator: "\n").map { try JSON(parsing: String($0)) }
        #expect(events.first?["type"] == "ADDED")
        let bookmark = events.first { $0["type"] == "BOOKMARK" }
        let theirs = recorded.first { $0["type"] == "BOOKMARK" }
        #expect(bookmark?["object"]?["metadata"]?["annotations"] == theirs?["object"]?["metadata"]?["annotations"])
        #expect(bookmark?["object"]?["kind"] == theirs?["object"]?["kind"])
    }

    @Test func `a watch from too long ago`() async throws {
        let cluster = cluster()
        try add("a", to: cluster)
        cluster.compact()
        let exchange = try Recording("90-watch-too-old-410").exchanges[0]
        let events = try await cluster.events(of: exchange.target)
        let recorded = try exchange.bodies.map { try JSON(parsing: $0) }
        #expect(events.map { $0["type"] } == recorded.map { $0["type"] })
        for part in ["kind", "status", "reason", "code"] {
            #expect(events[0]["object"]?[part] == recorded[0]["object"]?[part])
        }
    }

    // MARK: Jobs

    @Test func `a suspended Job is resumed, and a running one suspended`() async throws {
        let recorded = try Recording("50-final-suspended").exchanges.compactMap(\.json)
        let cluster = cluster(PodScript())
        try add("s", ["suspend": true], to: cluster)
        #expect(conditions(cluster.get("jobs", "s", in: "t1")) == conditions(recorded.first))
        try cluster.update("jobs", "s", in: "t1") { $0["spec"]?["suspend"] = false }
        #expect(conditions(cluster.get("jobs", "s", in: "t1")) == conditions(recorded.last))
        let endless = self.cluster()
        try add("r", to: endless)
        try endless.update("jobs", "r", in: "t1") { $0["spec"]?["suspend"] = true }
        let suspended = try #require(try Recording("50-suspend-while-running").exchanges.last?.json)
        let job = endless.get("jobs", "r", in: "t1")
        #expect(conditions(job) == conditions(suspended))
        #expect(Set(job?["status"]?.object?.keys ?? []) == Set(suspended["status"]?.object?.keys ?? []))
        #expect(endless.objects(of: "pods").isEmpty)
    }

    private func conditions(_ job: JSON?) -> [String] {
        (job?["status"]?["conditions"]?.array ?? []).map { condition in
            ["type", "status", "reason"].compactMap { condition[$0]?.string }.joined(separator: " ")
        }
    }

    @Test func `a finished Job goes when its time is over`() throws {
        let cluster = cluster(PodScript())
        try add("fin-ttl", ["ttlSecondsAfterFinished": 2], to: cluster)
        #expect(cluster.get("jobs", "fin-ttl", in: "t1") != nil)
        cluster.clock.advance(by: .seconds(3))
        #expect(cluster.get("jobs", "fin-ttl", in: "t1") == nil)
        #expect(cluster.objects(of: "pods").isEmpty)
    }
}

extension Array {
    fileprivate func asyncMap<Result>(_ change: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await change(element)) }
        return results
    }
}
