import AttuneClusterSimulator
import AttuneCore
import AttuneTestSupport
import AttuneYAML
import Foundation
import Synchronization
import Testing

@testable import AttuneKubernetes

@Suite(.timeLimit(.minutes(10)))
struct KubernetesRunnerTests {
    private func runner(
        _ cluster: TestCluster, _ yaml: String = TestCluster.manifest(),
        _ change: (inout KubernetesRunner.Options) -> Void = { _ in }
    ) async throws -> KubernetesRunner {
        let experiment = try TestCluster.experiment(yaml)
        var options = KubernetesRunner.Options(study: "study-1", collectorImage: "attune:test")
        change(&options)
        return try await KubernetesRunner(
            experiment, source: try experiment.templateResource(), cluster: Cluster(cluster.client()), options: options)
    }

    private func trial(_ runner: KubernetesRunner, attempt: Int = 1) -> Trial {
        Trial(
            number: 1, name: "demo-1",
            suggestion: Suggestion(Assignment(["rate": .double(0.5)])), startTime: .distantPast,
            attempt: attempt)
    }

    @Test func `a runner of a cluster keeps the laws`() async throws {
        try await TrialRunnerLaws(survives: true) { program in
            let cluster = try TestCluster { _, _ in
                switch program {
                case .succeeding: .printing(["loss=3", "loss=2", "loss=1"])
                case .failing: .printing(["no such file"], exit: 1)
                case .endless: .endless(["loss=5"])
                }
            }
            let runner = try await runner(cluster)
            return TrialRunnerLaws.Fixture(runner, runner.experiment) {
                cluster.simulated.callCounts["create jobs"] ?? 0
            }
        }.check()
    }

    @Test func `a trial's resource has its name, says whose it is, and its command is untouched`() async throws {
        let cluster = try TestCluster()
        let runner = try await runner(cluster)
        let end = try await runner.run(trial(runner)) { _ in }
        #expect(end.kind == .completed)
        let job = try #require(cluster.simulated.get("jobs", "demo-1"))
        #expect(job.label("katib.kubeflow.org/experiment") == "demo")
        #expect(job.label("katib.kubeflow.org/trial") == "demo-1")
        let pod = job["spec"]?["template"]
        #expect(pod?["metadata"]?["labels"]?["katib.kubeflow.org/trial"]?.string == "demo-1")
        let container = pod?["spec"]?["containers"]?[0]
        #expect(container?["command"] == ["train", "--rate=0.5"])
        #expect(container?["env"]?[0] == ["name": "KATIB_TRIAL_NAME", "value": "demo-1"])
    }

    @Test func `what the container prints is reported with the log's times, each line once`() async throws {
        let cluster = try TestCluster()
        let runner = try await runner(cluster)
        // The stream breaks off three times in the middle of a line.
        for bytes in [20, 45, 60] { cluster.simulated.faults.add(.brokenOff(after: bytes), to: "log pods", times: 1) }
        let reported = Mutex<[Observation]>([])
        let end = try await runner.run(trial(runner)) { new in reported.withLock { $0 += new } }
        #expect(end.kind == .completed)
        #expect(reported.withLock { $0.map(\.value) } == [4, 2, 1])
        #expect(reported.withLock { $0.allSatisfy { $0.time > Date(timeIntervalSince1970: 1_790_000_000) } })
        #expect(end.lastOutput == "loss=4\nloss=2\nloss=1")
    }

    @Test func `a creation whose answer is lost makes one resource`() async throws {
        let cluster = try TestCluster()
        let runner = try await runner(cluster)
        cluster.simulated.faults.add(.answerLost, to: "create jobs", times: 1)
        let end = try await runner.run(trial(runner)) { _ in }
        #expect(end.kind == .completed)
        #expect(cluster.simulated.count(of: "jobs") == 1)
        #expect(cluster.simulated.count(of: "pods") == 1)
    }

    @Test func `something else of the trial's name is left alone, and the trial fails saying so`() async throws {
        let cluster = try TestCluster()
        var job = try #require(try TestCluster.json(TestCluster.manifest())["spec"]?["trialTemplate"]?["trialSpec"])
        job["metadata"] = ["name": "demo-1"]
        try cluster.simulated.create(job)
        let runner = try await runner(cluster)
        let end = try await runner.run(trial(runner)) { _ in }
        guard case .failed(let reason) = end.kind else {
            Issue.record("it ended \(end.kind)")
            return
        }
        #expect(reason.contains("is there already"))
        #expect(cluster.simulated.get("jobs", "demo-1")?.label("katib.kubeflow.org/trial") == nil)
    }

    @Test func `an earlier attempt's resource makes room for the next one's`() async throws {
        let cluster = try TestCluster { _, _ in .printing(["loss=1"]) }
        let runner = try await runner(cluster)
        _ = try await runner.run(trial(runner)) { _ in }
        let first = try #require(cluster.simulated.get("jobs", "demo-1")).uid
        let end = try await runner.run(trial(runner, attempt: 2)) { _ in }
        #expect(end.kind == .completed)
        let second = try #require(cluster.simulated.get("jobs", "demo-1"))
        #expect(second.uid != first)
        #expect(second.annotation("attune.dev/attempt") == "2")
    }

    @Test func `a resource that somebody deletes is a loss`() async throws {
        let cluster = try TestCluster { _, _ in .endless(["loss=5"]) }
        let runner = try await runner(cluster)
        let end = try await runner.run(trial(runner)) { _ in try cluster.simulated.delete("jobs", "demo-1") }
        guard case .lost = end.kind else {
            Issue.record("it ended \(end.kind)")
            return
        }
    }

    // MARK: Reasons

    @Test func `a pod that used too much memory fails the trial, and says so`() async throws {
        let cluster = try TestCluster { _, _ in PodScript([.say("loss=4")], end: .oomKilled) }
        let end = try await runner(cluster).run(trial(runner(cluster))) { _ in }
        guard case .failed(let reason) = end.kind else {
            Issue.record("it ended \(end.kind)")
            return
        }
        #expect(reason.contains("OOMKilled"))
        #expect(reason.contains("BackoffLimitExceeded"))
    }

    @Test func `a pod that the cluster throws out is a loss, not a failure`() async throws {
        let cluster = try TestCluster { _, _ in PodScript([.say("loss=4")], end: .evicted) }
        let runner = try await runner(cluster)
        let end = try await runner.run(trial(runner)) { _ in }
        guard case .lost(let reason) = end.kind else {
            Issue.record("it ended \(end.kind)")
            return
        }
        #expect(reason.contains("Evicted") || reason.contains("DisruptionTarget") || reason.contains("Termination"))
    }

    @Test func `an image that never comes fails the trial after a while, and its resource goes`() async throws {
        let cluster = try TestCluster { _, _ in PodScript(start: .imageMissing(until: nil)) }
        let runner = try await runner(cluster) { $0.stuckTimeout = .seconds(30) }
        let end = try await runner.run(trial(runner)) { _ in }
        guard case .failed(let reason) = end.kind else {
            Issue.record("it ended \(end.kind)")
            return
        }
        #expect(reason.contains("ImagePull"))
        #expect(cluster.simulated.get("jobs", "demo-1") == nil)
    }

    @Test func `a trial waits for room as long as it takes, unless a limit is set`() async throws {
        let gate = Gate()
        let cluster = try TestCluster { _, _ in
            PodScript([.say("loss=1")], start: .unschedulable(until: gate))
        }
        let runner = try await runner(cluster) { $0.stuckTimeout = .milliseconds(1) }
        let running = Task { try await runner.run(trial(runner)) { _ in } }
        _ = try await cluster.simulated.first("pods") { PodTrouble($0)?.reason == "Unschedulable" }
        gate.open()
        #expect(try await running.value.kind == .completed)

        let full = try TestCluster { _, _ in PodScript(start: .unschedulable(until: nil)) }
        let impatient = try await self.runner(full) { $0.pendingTimeout = .seconds(20) }
        let end = try await impatient.run(trial(impatient)) { _ in }
        guard case .failed(let reason) = end.kind else {
            Issue.record("it ended \(end.kind)")
            return
        }
        #expect(reason.contains("Unschedulable"))
    }

    // MARK: Afterwards

    @Test func `the resource goes when the trial's end is durable, unless it is to be kept`() async throws {
        let cluster = try TestCluster()
        let runner = try await runner(cluster)
        _ = try await runner.run(trial(runner)) { _ in }
        #expect(cluster.simulated.count(of: "jobs") == 1)
        try await runner.discard(trial(runner))
        #expect(cluster.simulated.count(of: "jobs") == 0)
        #expect(cluster.simulated.count(of: "pods") == 0)

        let kept = try TestCluster()
        let yaml = TestCluster.manifest().replacing("trialTemplate:", with: "trialTemplate:\n    retain: true")
        let keeping = try await self.runner(kept, yaml)
        _ = try await keeping.run(trial(keeping)) { _ in }
        try await keeping.discard(trial(keeping))
        #expect(kept.simulated.count(of: "jobs") == 1)
    }

    @Test func `a trial that is stopped and to be kept rests in the cluster`() async throws {
        let cluster = try TestCluster { _, _ in .endless(["loss=5"]) }
        let yaml = TestCluster.manifest().replacing("trialTemplate:", with: "trialTemplate:\n    retain: true")
        let runner = try await runner(cluster, yaml)
        let one = trial(runner)
        let end = try await runner.run(one) { _ in try await runner.stop(one) }
        #expect(end.kind == .stopped)
        #expect(cluster.simulated.get("jobs", "demo-1")?["spec"]?["suspend"]?.bool == true)
        #expect(cluster.simulated.count(of: "pods") == 0)
    }

    @Test func `Push without anywhere to push to is refused before the first trial`() async throws {
        let cluster = try TestCluster()
        let yaml = TestCluster.manifest(collector: "metricsCollectorSpec: {collector: {kind: Push}}")
        let error = await #expect(throws: InvalidExperiment.self) { try await runner(cluster, yaml) }
        #expect(error?.problems.map(\.field.description) == ["spec.metricsCollectorSpec.collector.kind"])
    }

    private static let pushing = "metricsCollectorSpec: {collector: {kind: Push}}"

    /// Reports that come only when their reader says that it wants no more.
    private static func lateReports(_ values: [Double], onForget: @escaping @Sendable () -> Void) -> TrialReports {
        TrialReports(forget: { _ in onForget() }) { _, _ in
            let (stream, continuation) = AsyncStream.makeStream(of: [Observation].self)
            return TrialReports.Series(stream) {
                continuation.yield(
                    values.enumerated().map {
                        Observation(metric: "loss", value: $1, step: $0, time: Date(timeIntervalSince1970: 1))
                    })
                continuation.finish()
            }
        }
    }

    @Test func `what a trial has pushed by its end is reported, and what it had before its attempt is not`()
        async throws
    {
        let cluster = try TestCluster { _, _ in .printing([]) }
        let forgotten = Mutex(0)
        let runner = try await runner(cluster, TestCluster.manifest(collector: Self.pushing)) {
            $0.logGrace = .seconds(10_000)
            $0.pushed = Self.lateReports([3, 2]) { forgotten.withLock { $0 += 1 } }
        }
        let reported = Mutex<[Double]>([])
        for _ in 1...2 {
            // The second follower finds the end there already.
            let end = try await runner.run(trial(runner)) { new in reported.withLock { $0 += new.map(\.value) } }
            #expect(end.kind == .completed)
        }
        #expect(reported.withLock { $0 } == [3, 2, 3, 2])
        #expect(forgotten.withLock { $0 } == 1, "an attempt that is adopted keeps what it has reported")
        _ = try await runner.run(trial(runner, attempt: 2)) { _ in }
        #expect(forgotten.withLock { $0 } == 2)
    }

    @Test func `a kind that the cluster lacks is named`() async throws {
        let cluster = try TestCluster()
        let yaml = TestCluster.manifest().replacing("batch/v1", with: "batch.example/v9")
        let error = await #expect(throws: InvalidExperiment.self) { try await runner(cluster, yaml) }
        #expect(error?.problems.map(\.field.description) == ["spec.trialTemplate.trialSpec.apiVersion"])
    }
}
