import AttuneClusterSimulator
import AttuneCore
import AttuneYAML
import Foundation
import Synchronization
import Testing

@testable import AttuneKubernetes

/// Trials of every kind of resource that Katib's examples show, from their creation to their end.
@Suite(.timeLimit(.minutes(10)))
struct KindTests {
    private func runner(_ kind: TrialKind, _ cluster: TestCluster, retain: Bool = false) async throws
        -> KubernetesRunner
    {
        let experiment = try TestCluster.experiment(try kind.manifest(maxTrials: 1, retain: retain).description)
        var options = KubernetesRunner.Options(study: "study-1", collectorImage: "attune:test")
        // Ten seconds of this clock.
        options.logGrace = .seconds(10_000)
        return try await KubernetesRunner(
            experiment, source: try experiment.templateResource(), cluster: Cluster(cluster.client()), options: options)
    }

    private let trial = Trial(
        number: 1, name: "demo-1", suggestion: Suggestion(Assignment(["rate": .double(0.5)])),
        startTime: .distantPast)

    @Test(arguments: TrialKind.all)
    func `metrics are the primary pod's alone, and nothing is left in the end`(kind: TrialKind) async throws {
        let desk = Desk(try TestCluster(kind.script { .printing(["loss=4", "loss=2", "loss=1"]) }))
        let pods = desk.simulated.noteCreations(of: "pods")
        desk.start()
        try desk.simulated.create(try kind.manifest(parallel: 2, maxTrials: 3))
        let object = try await desk.experiment(last: "Succeeded")
        await desk.stop()
        #expect(object["status"]?["trialsSucceeded"]?.int == 3)
        let study = try #require(try await desk.store.load("default/demo")).study()
        for trial in study.trials { #expect(trial.observations.map(\.value) == [4, 2, 1]) }
        #expect(pods.all.count == 3 * kind.pods)
        #expect(pods.all.filter(kind.isPrimary).count == 3)
        #expect(desk.simulated.count(of: kind.resource) == 0)
        #expect(desk.simulated.count(of: "pods") == 0)
    }

    @Test(arguments: TrialKind.all)
    func `a program that fails says in the trial how`(kind: TrialKind) async throws {
        let cluster = try TestCluster(kind.script { .printing(["loss=4", "no such file"], exit: 3) })
        let observations = Mutex<[Double]>([])
        let end = try await runner(kind, cluster).run(trial) { new in
            observations.withLock { $0 += new.map(\.value) }
        }
        guard case .failed(let reason) = end.kind else {
            Issue.record("it ended \(end.kind)")
            return
        }
        #expect(reason.contains("\(kind.container) exited, with code 3"), "\(reason)")
        #expect(observations.withLock { $0 } == [4])
        #expect(end.lastOutput.contains("no such file"))
    }

    @Test(arguments: TrialKind.all)
    func `a trial whose pod is lost is tried again, and counts once`(kind: TrialKind) async throws {
        let tries = Mutex(0)
        let script = kind.script {
            let isFirst = tries.withLock { tries in
                tries += 1
                return tries == 1
            }
            return isFirst ? PodScript([.say("loss=9")], end: .evicted) : .printing(["loss=1"])
        }
        let desk = Desk(try TestCluster(script))
        desk.start()
        try desk.simulated.create(try kind.manifest(maxTrials: 1))
        let object = try await desk.experiment(last: "Succeeded")
        await desk.stop()
        #expect(object["status"]?["trials"]?.int == 1)
        #expect(object["status"]?["trialsSucceeded"]?.int == 1)
        let study = try #require(try await desk.store.load("default/demo")).study()
        #expect(study[1].attempt == 2)
        #expect(study[1].observations.map(\.value) == [1])
        #expect(desk.simulated.count(of: "pods") == 0)
    }

    @Test(arguments: TrialKind.all)
    func `a trial that is stopped goes with all its pods`(kind: TrialKind) async throws {
        let cluster = try TestCluster(kind.script { .endless(["loss=5"]) })
        let runner = try await runner(kind, cluster)
        let end = try await runner.run(trial) { _ in try await runner.stop(trial) }
        #expect(end.kind == .stopped)
        try await cluster.simulated.until { $0.count(of: kind.resource) == 0 && $0.count(of: "pods") == 0 }
    }

    @Test(arguments: TrialKind.all)
    func `a trial that is stopped and to be kept rests, and nothing of it runs`(kind: TrialKind) async throws {
        let cluster = try TestCluster(kind.script { .endless(["loss=5"]) })
        let runner = try await runner(kind, cluster, retain: true)
        let end = try await runner.run(trial) { _ in try await runner.stop(trial) }
        #expect(end.kind == .stopped)
        try await cluster.simulated.settled()
        let object = try #require(cluster.simulated.get(kind.resource, "demo-1"))
        #expect(kind.rests(object), "\(object)")
        try await runner.discard(trial)
        #expect(cluster.simulated.count(of: kind.resource) == 1)
    }

    @Test func `a workflow that Argo ends in Error is a loss, though neither condition tells`() async throws {
        let kind = try #require(TrialKind.all.first { $0.resource == "workflows" })
        let cluster = try TestCluster(kind.script { .endless(["loss=5"]) })
        let end = try await runner(kind, cluster).run(trial) { _ in
            let pod = try #require(cluster.simulated.objects(of: "pods").first(where: kind.isPrimary))
            try cluster.simulated.delete("pods", pod.name)
        }
        guard case .lost(let reason) = end.kind else {
            Issue.record("it ended \(end.kind)")
            return
        }
        #expect(reason.contains("pod deleted"), "\(reason)")
    }
}
