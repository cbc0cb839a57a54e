import AttuneClusterSimulator
import AttuneCore
import AttuneKubernetes
import Foundation
import Testing

struct SimulatorProtocolTests {
    private let cluster = SimulatedCluster(.init(kubelet: .script { _, _ in .endless(["x"]) }, recordsEvents: true))

    @Test func `an update takes fields from whoever applied them, who then conflicts`() async throws {
        let apply = "application/apply-patch+yaml"
        let map: JSON = [
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "m"], "data": ["a": "1", "b": "1"],
        ]
        let place = "/api/v1/namespaces/default/configmaps/m"
        #expect(try await cluster.ask(.patch, place + "?fieldManager=one", map, type: apply).code == 201)
        let patch: JSON = ["data": ["a": "2"]]
        let merge = "application/merge-patch+json"
        #expect(try await cluster.ask(.patch, place + "?fieldManager=two", patch, type: merge).code == 200)
        let refused = try await cluster.ask(.patch, place + "?fieldManager=one", map, type: apply)
        #expect(refused.code == 409)
        #expect(refused.json["details"]?["causes"]?[0]?["field"] == ".data.a")
        let forced = try await cluster.ask(.patch, place + "?fieldManager=one&force=true", map, type: apply)
        #expect(forced.json["data"] == ["a": "1", "b": "1"])
    }

    @Test func `what is applied no more goes`() async throws {
        let apply = "application/apply-patch+yaml"
        let place = "/api/v1/namespaces/default/configmaps/m?fieldManager=one"
        for data: JSON in [["a": "1", "b": "1"], ["a": "1"]] {
            let map: JSON = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "m"], "data": data]
            let answer = try await cluster.ask(.patch, place, map, type: apply)
            #expect(answer.json["data"] == data)
        }
    }

    @Test(arguments: [
        ("app=trial", 2), ("app!=trial", 1), ("app in (trial, other)", 3), ("app notin (trial)", 1), ("fast", 1),
        ("!fast", 2), ("app=trial,fast", 1), ("app==other", 1),
    ])
    func `label selectors choose`(_ selector: String, _ count: Int) async throws {
        for (name, labels) in [("a", ["app": "trial"]), ("b", ["app": "trial", "fast": ""]), ("c", ["app": "other"])] {
            try cluster.create([
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": ["name": .string(name), "labels": .strings(labels)],
            ])
        }
        let text = try #require(selector.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
        let list = try await cluster.ask(.get, "/api/v1/namespaces/default/configmaps?labelSelector=\(text)")
        #expect(list.json["items"]?.array?.count == count)
    }

    @Test func `an object that a watch's selector lets through no more is gone for the watch`() async throws {
        let map: JSON = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "m", "labels": ["on": "yes"]]]
        let watch = try await cluster.send(
            APIRequest(.get, "/api/v1/configmaps?watch=true&labelSelector=on%3Dyes", timeout: nil))
        try cluster.create(map)
        try cluster.update("configmaps", "m") { $0["metadata"]?["labels"] = ["on": "no"] }
        try cluster.update("configmaps", "m") { $0["metadata"]?["labels"] = ["on": "yes"] }
        cluster.dropWatches()
        let text = String(decoding: try await watch.body.collect(), as: UTF8.self)
        let types = try text.split(separator: "\n").map { try JSON(parsing: String($0))["type"]?.string }
        #expect(types == ["ADDED", "DELETED", "ADDED"])
    }

    @Test func `a watch ends when its time is over, with a bookmark`() async throws {
        let watch = try await cluster.send(
            APIRequest(
                .get, Sample.jobs + "?watch=true&timeoutSeconds=90&allowWatchBookmarks=true", timeout: nil))
        cluster.clock.advance(by: .seconds(91))
        let text = String(decoding: try await watch.body.collect(), as: UTF8.self)
        let types = try text.split(separator: "\n").map { try JSON(parsing: String($0))["type"]?.string }
        #expect(types == ["BOOKMARK", "BOOKMARK"])
    }

    @Test func `objects of 1 MiB and requests of 3 MiB are too large`() async throws {
        for (size, code) in [(1_100_000, 422), (4_000_000, 413)] {
            let text =
                "{\"metadata\":{\"name\":\"big\"},\"data\":{\"a\":\"" + String(repeating: "x", count: size) + "\"}}"
            let answer = try await cluster.send(
                APIRequest(.post, "/api/v1/namespaces/default/configmaps", body: Array(text.utf8)))
            #expect(answer.status == code)
        }
    }

    @Test func `events are written about Jobs and pods`() async throws {
        try cluster.create(Sample.job("a"))
        let target = "/api/v1/namespaces/default/events?fieldSelector=involvedObject.kind%3DJob"
        let events = try await cluster.ask(.get, target)
        #expect(events.json["items"]?[0]?["reason"] == "SuccessfulCreate")
        #expect(events.json["items"]?[0]?["involvedObject"]?["name"] == "a")
    }

    @Test func `a log that says nothing for too long ends for its reader`() async throws {
        try cluster.create(Sample.job("a"))
        let pod = try #require(cluster.objects(of: "pods").first?["metadata"]?["name"]?.string)
        let log = try await cluster.send(
            APIRequest(.get, "\(Sample.pods)/\(pod)/log?follow=true", timeout: nil, silence: .seconds(20)))
        var parts = log.body.makeAsyncIterator()
        #expect(try await parts.next() == Array("x\n".utf8))
        cluster.clock.advance(by: .seconds(41))
        await #expect(throws: TransportError.self) { try await parts.next() }
    }

    @Test func `a container that fails is restarted in its pod, later each time, and its last log is kept`()
        async throws
    {
        let cluster = SimulatedCluster(.init(kubelet: .script { _, _ in .printing(["try"], exit: 1) }))
        try cluster.create(Sample.job("a", spec: ["backoffLimit": 4], template: ["restartPolicy": "OnFailure"]))
        let pod = try #require(cluster.objects(of: "pods").first?["metadata"]?["name"]?.string)
        func restarts() -> JSON? { cluster.get("pods", pod)?["status"]?["containerStatuses"]?[0]?["restartCount"] }
        #expect(restarts() == 0)
        cluster.clock.advance(by: .seconds(10))
        #expect(restarts() == 1)
        cluster.clock.advance(by: .seconds(19))
        #expect(restarts() == 1)
        cluster.clock.advance(by: .seconds(1))
        #expect(restarts() == 2)
        let last = try await cluster.ask(.get, "\(Sample.pods)/\(pod)/log?previous=true")
        #expect(last.json == "try\n")
    }
}
