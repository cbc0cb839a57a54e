import AttuneClusterSimulator
import AttuneCore
import AttuneKubernetes
import Foundation
import Testing

struct SimulatorFaultTests {
    private let cluster = SimulatedCluster(.init(kubelet: .script { _, _ in .endless(["x=1"]) }))

    @Test func `a write whose answer is lost was carried out`() async throws {
        cluster.faults.add(.answerLost, to: "create jobs", times: 1)
        await #expect(throws: TransportError.self) { try await cluster.ask(.post, Sample.jobs, Sample.job("a")) }
        #expect(cluster.get("jobs", "a") != nil)
        #expect(try await cluster.ask(.post, Sample.jobs, Sample.job("a")).code == 409)
    }

    @Test func `a request that is lost was not carried out`() async throws {
        cluster.faults.add(.requestLost, to: .writes, times: 1)
        await #expect(throws: TransportError.self) { try await cluster.ask(.post, Sample.jobs, Sample.job("a")) }
        #expect(cluster.get("jobs", "a") == nil)
        #expect(try await cluster.ask(.post, Sample.jobs, Sample.job("a")).code == 201)
    }

    @Test(arguments: [(Faults.Fault.conflict, 409), (.tooManyRequests, 429), (.status(500), 500), (.status(503), 503)])
    func `calls are refused as often as was said`(_ fault: Faults.Fault, _ code: Int) async throws {
        cluster.faults.add(fault, to: .writes, times: 2)
        for _ in 0..<2 { #expect(try await cluster.ask(.post, Sample.jobs, Sample.job("a")).code == code) }
        #expect(try await cluster.ask(.post, Sample.jobs, Sample.job("a")).code == 201)
        #expect(cluster.callCounts["create jobs"] == 3)
    }

    @Test func `429 is text with a time to wait`() async throws {
        cluster.faults.add(.tooManyRequests, times: 1)
        let answer = try await cluster.send(APIRequest(.get, Sample.jobs))
        #expect(answer.headers["retry-after"] == "1")
        #expect(answer.headers["content-type"] == "text/plain; charset=utf-8")
    }

    @Test func `conflicts that come by chance come again with the same seed`() async throws {
        func codes() async throws -> [Int] {
            let cluster = SimulatedCluster(.init(kubelet: .none))
            cluster.faults.add(.conflict, to: .writes, probability: 0.5)
            var codes: [Int] = []
            for number in 0..<20 {
                codes.append(try await cluster.ask(.post, Sample.jobs, Sample.job("a\(number)")).code)
            }
            return codes
        }
        let first = try await codes()
        #expect(Set(first) == [201, 409])
        #expect(try await codes() == first)
    }

    @Test func `watches from before a compaction are told so within the stream`() async throws {
        try cluster.create(Sample.job("a"))
        cluster.compact()
        let events = try await cluster.events(of: Sample.jobs + "?watch=true&resourceVersion=101")
        #expect(events.map { $0["type"] } == ["ERROR"])
        #expect(events.first?["object"]?["code"] == 410)
        #expect(events.first?["object"]?["reason"] == "Expired")
    }

    @Test func `open watches can be told that they are too old`() async throws {
        let watch = try await cluster.send(APIRequest(.get, Sample.jobs + "?watch=true", timeout: nil))
        cluster.expireWatches()
        let text = String(decoding: try await watch.body.collect(), as: UTF8.self)
        #expect(text.contains("\"code\":410"))
    }

    @Test func `a watch breaks off in the middle of an event`() async throws {
        cluster.faults.add(.brokenOff(after: 1), to: "watch jobs", times: 1)
        let watch = try await cluster.send(APIRequest(.get, Sample.jobs + "?watch=true", timeout: nil))
        try cluster.create(Sample.job("a"))
        var text = ""
        do {
            for try await part in watch.body { text += String(decoding: part, as: UTF8.self) }
            Issue.record("it ended in order")
        } catch let error as TransportError {
            #expect(error.kind == .lost)
        }
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.last.map { (try? JSON(parsing: String($0))) == nil } == true)
    }

    @Test func `a silent watch ends when its reader has had enough`() async throws {
        cluster.faults.add(.silent, to: .watches, times: 1)
        let watch = try await cluster.send(
            APIRequest(.get, Sample.jobs + "?watch=true", timeout: nil, silence: .seconds(30)))
        try cluster.create(Sample.job("a"))
        cluster.clock.advance(by: .seconds(31))
        await #expect(throws: TransportError(.timedOut, "nothing came for \(Duration.seconds(30))")) {
            try await watch.body.collect()
        }
    }

    @Test func `a log breaks off after so many bytes`() async throws {
        try cluster.create(Sample.job("a"))
        let pod = try #require(cluster.objects(of: "pods").first?["metadata"]?["name"]?.string)
        cluster.faults.add(.brokenOff(after: 2), to: "log pods", times: 1)
        let log = try await cluster.send(APIRequest(.get, "\(Sample.pods)/\(pod)/log?follow=true", timeout: nil))
        var bytes: [UInt8] = []
        await #expect(throws: TransportError.self) { for try await part in log.body { bytes += part } }
        #expect(bytes == Array("x=".utf8))
    }

    @Test func `a server that is down refuses, breaks what is open, and goes on where it was`() async throws {
        let watch = try await cluster.send(APIRequest(.get, Sample.jobs + "?watch=true", timeout: nil))
        let version = try await cluster.ask(.get, Sample.jobs).json["metadata"]?["resourceVersion"]?.int ?? 0
        cluster.goDown()
        await #expect(throws: TransportError.self) { try await watch.body.collect() }
        await #expect(throws: TransportError.self) { try await cluster.ask(.get, Sample.jobs) }
        try cluster.create(Sample.job("a"))
        cluster.comeBack()
        let again = try await cluster.send(
            APIRequest(.get, Sample.jobs + "?watch=true&resourceVersion=\(version)", timeout: nil))
        cluster.dropWatches()
        let text = String(decoding: try await again.body.collect(), as: UTF8.self)
        #expect(text.hasPrefix("{\"type\":\"ADDED\""))
    }

    @Test func `a slow request waits for its gate, and for the clock`() async throws {
        let gate = Gate()
        cluster.faults.add(.delayed(until: gate), to: "create jobs", times: 1)
        async let made = cluster.ask(.post, Sample.jobs, Sample.job("a"))
        #expect(cluster.get("jobs", "a") == nil)
        gate.open()
        #expect(try await made.code == 201)
    }

    @Test func `a pod that is lost with its node says so, and its Job goes on with another`() async throws {
        try cluster.create(Sample.job("a", spec: ["backoffLimit": 1]))
        let name = try #require(cluster.objects(of: "pods").first?["metadata"]?["name"]?.string)
        cluster.losePod(name)
        let pod = try #require(cluster.get("pods", name))
        #expect(pod["status"]?["reason"] == "NodeLost")
        #expect(pod.trueConditions.contains("DisruptionTarget"))
        #expect(cluster.objects(of: "pods").count == 2)
        #expect(cluster.get("jobs", "a")?["status"]?["failed"] == 1)
    }

    @Test func `a deleted pod of a Job is replaced and counted failed, unless it ends well when told`() throws {
        try cluster.create(Sample.job("a", spec: ["backoffLimit": 1]))
        let name = try #require(cluster.objects(of: "pods").first?["metadata"]?["name"]?.string)
        try cluster.delete("pods", name)
        #expect(cluster.get("jobs", "a")?["status"]?["failed"] == 1)
        #expect(cluster.objects(of: "pods").count == 1)
        let polite = SimulatedCluster(.init(kubelet: .script { _, _ in PodScript(end: .never, codeWhenTold: 0) }))
        try polite.create(Sample.job("a"))
        let other = try #require(polite.objects(of: "pods").first?["metadata"]?["name"]?.string)
        try polite.delete("pods", other)
        #expect(polite.get("jobs", "a")?.trueConditions == ["SuccessCriteriaMet", "Complete"])
    }

    @Test func `the cluster's clock can be wrong`() throws {
        let before = cluster.clock.now
        cluster.clock.skew = 3_600
        #expect(cluster.clock.now.timeIntervalSince(before) == 3_600)
    }
}
