import AttuneClusterSimulator
import AttuneCore
import Foundation
import Synchronization
import Testing

@testable import AttuneKubernetes

@Suite(.timeLimit(.minutes(10)))
struct OperatorTests {
    private func desk(
        _ script: @escaping SimulatedCluster.KubeletMode.Script = TestCluster.halving
    ) throws -> Desk { Desk(try TestCluster(script)) }

    @Test func `an experiment is carried out to its end, and every resource says so`() async throws {
        let desk = try desk()
        desk.start()
        try desk.submit(TestCluster.manifest())
        let object = try await desk.experiment(last: "Succeeded")
        try await desk.simulated.until {
            $0.get("suggestions", "demo").map { Conditions($0["status"]).has("Succeeded") } ?? false
        }
        await desk.stop()
        let status = object["status"]
        #expect(status?["trials"]?.int == 4)
        #expect(status?["trialsSucceeded"]?.int == 4)
        #expect(status?["currentOptimalTrial"]?["observation"]?["metrics"]?[0]?["min"]?.string == "1.0")
        #expect(Conditions(status)["Succeeded"]?["reason"]?.string == "ExperimentMaxTrialsReached")
        #expect(object.metadata?["finalizers"] == ["update-prometheus-metrics"])
        let trials = desk.simulated.objects(of: "trials")
        #expect(trials.map(\.name) == ["demo-1", "demo-2", "demo-3", "demo-4"])
        #expect(trials.allSatisfy { Conditions($0["status"]).has("Succeeded") })
        #expect(trials.allSatisfy { $0["status"]?["observation"]?["metrics"]?[0]?["latest"]?.string == "1.0" })
        let suggestion = try #require(desk.simulated.get("suggestions", "demo"))
        #expect(suggestion["status"]?["suggestionCount"]?.int == 4)
        #expect(desk.simulated.count(of: "jobs") == 0)
        #expect(desk.simulated.count(of: "pods") == 0)
    }

    @Test func `a trial costs six calls at the most, and nothing is listed again`() async throws {
        let desk = try desk()
        desk.start()
        try desk.submit(TestCluster.manifest("long", parallel: 10, maxTrials: 200))
        _ = try await desk.experiment("long", last: "Succeeded")
        await desk.stop()
        let counts = desk.simulated.callCounts
        // What belongs to the experiment follows time, not trials.
        let calls = counts.filter { $0.key.contains("trials") || $0.key.contains("jobs") || $0.key == "log pods" }
            .values.reduce(0, +)
        #expect(Double(calls) <= 6 * 200 + 4, "\(counts)")
        let events = desk.simulated.objects(of: "events").compactMap { $0["reason"]?.string }
        #expect(Set(events).isSubset(of: ["ExperimentMaxTrialsReached"]))
        for resource in ["jobs", "pods", "trials", "experiments"] {
            #expect(counts["list \(resource)"] == 1, "\(counts)")
        }
    }

    @Test func `a request that was given up and is carried out late does not put old over new`() async throws {
        let desk = try desk()
        let network = LateTransport(desk.simulated)
        desk.start(network)
        try desk.submit(TestCluster.manifest(parallel: 2, maxTrials: 8))
        _ = try await desk.experiment(last: "Succeeded")
        try await desk.simulated.until {
            $0.get("suggestions", "demo").map { Conditions($0["status"]).has("Succeeded") } ?? false
        }
        await desk.stop()
        #expect(network.count >= 2)
        let experiment = try #require(desk.simulated.get("experiments", "demo"))
        #expect(Conditions(experiment["status"]).has("Succeeded") && experiment["status"]?["trials"]?.int == 8)
        let suggestion = try #require(desk.simulated.get("suggestions", "demo"))
        #expect(suggestion["status"]?["suggestionCount"]?.int == 8)
        #expect(desk.simulated.objects(of: "trials").allSatisfy { Conditions($0["status"]).has("Succeeded") })
    }

    @Test func `every error of a spec is in its condition, and when it is mended the experiment runs`() async throws {
        let desk = try desk()
        desk.start()
        let broken = TestCluster.manifest().replacing("algorithmName: random", with: "algorithmName: randm")
            .replacing("min: \"0.1\"", with: "min: \"5\"")
        try desk.submit(broken)
        let object = try await desk.experiment(last: "Failed")
        let message = try #require(Conditions(object["status"])["Failed"]?["message"]?.string)
        #expect(message.contains("spec.algorithm.algorithmName"))
        #expect(message.contains("spec.parameters[0].feasibleSpace"))
        let good = try TestCluster.json(TestCluster.manifest())
        try desk.simulated.update("experiments", "demo") { $0["spec"] = good["spec"] }
        let mended = try await desk.experiment(last: "Succeeded")
        await desk.stop()
        #expect(mended["status"]?["trialsSucceeded"]?.int == 4)
    }

    @Test func `an operator that begins again adopts what runs, and nothing happens twice`() async throws {
        let gate = Gate()
        let desk = try desk { _, _ in PodScript([.say("loss=2"), .wait(gate), .say("loss=1")]) }
        desk.start()
        try desk.submit(TestCluster.manifest(parallel: 3, maxTrials: 6))
        try await desk.simulated.until { $0.count(of: "pods") == 3 }
        await desk.stop()
        desk.start()
        gate.open()
        let object = try await desk.experiment(last: "Succeeded")
        await desk.stop()
        #expect(object["status"]?["trialsSucceeded"]?.int == 6)
        #expect(desk.simulated.callCounts["create jobs"] == 6)
        #expect(desk.simulated.callCounts["create trials"] == 6)
        let study = try #require(try await desk.store.load("default/demo")).study()
        #expect(study.trials.allSatisfy { $0.observations.map(\.value) == [2, 1] })
    }

    @Test func `a larger budget takes effect at once, and opens what was over where its policy allows`() async throws {
        let desk = try desk()
        desk.start()
        try desk.submit(TestCluster.manifest(maxTrials: 2, more: "resumePolicy: LongRunning"))
        _ = try await desk.experiment(last: "Succeeded")
        try desk.simulated.update("experiments", "demo") { $0["spec"]?["maxTrialCount"] = 5 }
        let object = try await desk.simulated.first("experiments") {
            $0["status"]?["trialsSucceeded"]?.int == 5 && Conditions($0["status"]).has("Succeeded")
        }
        await desk.stop()
        #expect(Conditions(object["status"]).has("Restarting"))
        let suggestion = try #require(desk.simulated.get("suggestions", "demo"))
        #expect(Conditions(suggestion["status"]).has("Running"))
    }

    @Test func `more trials at once begin at once`() async throws {
        let gate = Gate()
        let desk = try desk { _, _ in PodScript([.wait(gate), .say("loss=1")]) }
        desk.start()
        try desk.submit(TestCluster.manifest(parallel: 1, maxTrials: 4))
        try await desk.simulated.until { $0.count(of: "pods") == 1 }
        try desk.simulated.update("experiments", "demo") { $0["spec"]?["parallelTrialCount"] = 3 }
        try await desk.simulated.until { $0.count(of: "pods") == 3 }
        gate.open()
        _ = try await desk.experiment(last: "Succeeded")
        await desk.stop()
    }

    @Test func `deleting an experiment in the middle leaves nothing, and its name is free`() async throws {
        let desk = try desk { _, _ in .endless(["loss=3"]) }
        desk.start()
        try desk.submit(TestCluster.manifest(parallel: 3, maxTrials: 10))
        try await desk.simulated.until { $0.count(of: "pods") == 3 }
        try desk.simulated.delete("experiments", "demo")
        try await desk.simulated.until { cluster in
            ["experiments", "trials", "suggestions", "jobs", "pods"].allSatisfy { cluster.count(of: $0) == 0 }
        }
        #expect(try await desk.store.load("default/demo") == nil)
        try desk.submit(TestCluster.manifest(parallel: 1, maxTrials: 1))
        try await desk.simulated.until { $0.count(of: "pods") == 1 }
        await desk.stop()
    }

    @Test func `deleting a Trial ends it, and the experiment goes on`() async throws {
        let desk = try desk { pod, _ in
            pod["metadata"]?["labels"]?["katib.kubeflow.org/trial"]?.string == "demo-1"
                ? .endless(["loss=3"]) : .printing(["loss=1"])
        }
        desk.start()
        try desk.submit(TestCluster.manifest(parallel: 1, maxTrials: 3))
        _ = try await desk.simulated.first("pods") { $0["status"]?["phase"]?.string == "Running" }
        try desk.simulated.delete("trials", "demo-1")
        let object = try await desk.experiment(last: "Succeeded")
        await desk.stop()
        #expect(object["status"]?["trialsKilled"]?.int == 1)
        #expect(object["status"]?["trialsSucceeded"]?.int == 2)
        #expect(desk.simulated.get("trials", "demo-1") == nil)
    }

    @Test func `what Katib has finished is left as it is`() async throws {
        let desk = try desk()
        var object = try TestCluster.json(TestCluster.manifest())
        let status: JSON = ["conditions": [["type": "Succeeded", "status": "True", "reason": "x"]], "trials": 9]
        object["status"] = status
        try desk.simulated.create(object)
        try desk.simulated.update("experiments", "demo", status: true) { $0["status"] = status }
        desk.start()
        try desk.submit(TestCluster.manifest("other", parallel: 1, maxTrials: 1))
        _ = try await desk.experiment("other", last: "Succeeded")
        await desk.stop()
        #expect(desk.simulated.get("experiments", "demo")?["status"] == status)
        #expect(desk.simulated.objects(of: "trials").map(\.name) == ["other-1"])
    }

    @Test func `a lost pod is tried again, and counts once`() async throws {
        let tries = Mutex(0)
        let desk = try desk { _, _ in
            let isFirst = tries.withLock { tries in
                tries += 1
                return tries == 1
            }
            return isFirst ? PodScript([.say("loss=9")], end: .evicted) : .printing(["loss=1"])
        }
        desk.start()
        try desk.submit(TestCluster.manifest(parallel: 1, maxTrials: 1))
        let object = try await desk.experiment(last: "Succeeded")
        await desk.stop()
        #expect(object["status"]?["trialsSucceeded"]?.int == 1)
        let study = try #require(try await desk.store.load("default/demo")).study()
        #expect(study[1].attempt == 2)
        #expect(study[1].observations.map(\.value) == [1])
    }

    @Test func `the list that the Python SDK sends as a distribution is understood`() async throws {
        let desk = try desk()
        desk.start()
        var object = try TestCluster.json(TestCluster.manifest(maxTrials: 2))
        object["spec"]?["parameters"] = [
            ["name": "rate", "parameterType": "categorical", "feasibleSpace": ["distribution": ["a", "b"]]]
        ]
        try desk.simulated.create(object)
        let done = try await desk.experiment(last: "Succeeded")
        await desk.stop()
        #expect(done["status"]?["trials"]?.int == 2)
    }

    @Test func `a volume is claimed where the policy says FromVolume`() async throws {
        let desk = try desk()
        desk.start()
        try desk.submit(TestCluster.manifest(parallel: 1, maxTrials: 1, more: "resumePolicy: FromVolume"))
        _ = try await desk.experiment(last: "Succeeded")
        await desk.stop()
        #expect(desk.simulated.get("persistentvolumeclaims", "demo-random") != nil)
    }
}
