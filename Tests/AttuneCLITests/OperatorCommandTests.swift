import AttuneClusterSimulator
import AttuneCore
import AttuneStore
import AttuneTestSupport
import Foundation
import Testing

/// The built operator, against a simulated cluster over HTTP.
@Suite(.timeLimit(.minutes(20))) struct OperatorCommandTests {
    private static let printing: SimulatedCluster.KubeletMode.Script = { _, _ in .printing(["loss=2", "loss=1"]) }

    @Test func `experiments are carried out, and the operator ends in order`() async throws {
        let tool = try CommandLineTool()
        let cluster = try await ServedCluster(
            tool, SimulatedCluster.Configuration(clock: .wall(), kubelet: .script(Self.printing)))
        let process = try await OperatorProcess(tool, cluster)
        try cluster.submit("demo", parallel: 3, maxTrials: 9)
        let object = try await cluster.succeeded("demo")
        #expect(object["status"]?["trialsSucceeded"]?.int == 9)
        let result = try await process.end()
        #expect(result.code == 0, "\(result.errors)")
    }

    /// Small among the tests; `ATTUNE_OPERATOR_TRIALS=1000 ATTUNE_OPERATOR_KILLS=50` makes it the campaign.
    @Test func `killed at random moments, by a server that misbehaves, every trial still ends once`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let trials = environment["ATTUNE_OPERATOR_TRIALS"].flatMap { Int($0) } ?? 40
        let kills = environment["ATTUNE_OPERATOR_KILLS"].flatMap { Int($0) } ?? 4
        let seed = environment["ATTUNE_OPERATOR_SEED"].flatMap { UInt64($0) } ?? 7
        let tool = try CommandLineTool()
        let cluster = try await ServedCluster(
            tool, SimulatedCluster.Configuration(clock: .wall(), kubelet: .script(Self.printing), seed: seed))
        let jobs = cluster.simulated.noteCreations(of: "jobs")
        var misfortune = Misfortune(cluster.simulated, seed: seed)
        try cluster.submit("demo", parallel: min(100, trials / 4), maxTrials: trials)
        for kill in 0..<kills {
            let process = try await OperatorProcess(tool, cluster)
            // So many further Jobs are begun before it is killed.
            let goal = trials * (kill + 1) / (kills + 1)
            misfortune.strike()
            try await cluster.simulated.until { ($0.callCounts["create jobs"] ?? 0) >= goal }
            try await process.kill()
        }
        misfortune.end()
        let process = try await OperatorProcess(tool, cluster)
        let object = try await cluster.succeeded("demo")
        try await cluster.simulated.until { $0.count(of: "jobs") == 0 && $0.count(of: "pods") == 0 }
        _ = try await process.end()
        let status = object["status"]
        let ended = ["trialsSucceeded", "trialsFailed", "trialsKilled", "trialMetricsUnavailable"]
            .reduce(0) { $0 + (status?[$1]?.int ?? 0) }
        #expect(ended == trials, "seed \(seed): \(status?.description ?? "")")
        #expect(status?["trialsSucceeded"]?.int == trials, "seed \(seed)")
        #expect(cluster.simulated.count(of: "trials") == trials, "seed \(seed)")
        let attempts = jobs.all.map { job in
            let attempt = job["metadata"]?["annotations"]?["attune.dev/attempt"]?.string ?? ""
            return "\(job["metadata"]?["name"]?.string ?? "") \(attempt)"
        }
        #expect(Set(attempts).count == attempts.count, "seed \(seed): an attempt was created twice")
        let trialsOver = cluster.simulated.objects(of: "trials").filter {
            $0["status"]?["conditions"]?.array?.last?["type"]?.string == "Succeeded"
        }
        #expect(trialsOver.count == trials, "seed \(seed)")
    }

    @Test func `a laptop drives and the cluster runs, and nothing is left behind`() async throws {
        let tool = try CommandLineTool()
        let cluster = try await ServedCluster(
            tool, SimulatedCluster.Configuration(clock: .wall(), kubelet: .script(Self.printing)))
        let file = try tool.write(
            """
            apiVersion: kubeflow.org/v1beta1
            kind: Experiment
            metadata: {name: laptop}
            spec:
              objective: {type: minimize, objectiveMetricName: loss}
              parallelTrialCount: 3
              maxTrialCount: 6
              parameters: [{name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}]
              trialTemplate:
                primaryContainerName: main
                trialParameters: [{name: x, reference: x}]
                trialSpec:
                  apiVersion: batch/v1
                  kind: Job
                  spec:
                    template:
                      spec:
                        restartPolicy: Never
                        containers: [{name: main, image: training, args: ["${trialParameters.x}"]}]
            """, to: "laptop.yaml")
        let run = try await tool(
            "run", file, "--on", "kubernetes", "--kubeconfig", cluster.kubeconfig, "--json")
        #expect(run.code == 0, "\(run.errors)")
        #expect(cluster.simulated.callCounts["create jobs"] == 6)
        #expect(cluster.simulated.count(of: "jobs") == 0)
        let again = try await tool("resume", "laptop", "--max-trials", "8", "--json")
        #expect(again.code == 0, "\(again.errors)")
        #expect(cluster.simulated.callCounts["create jobs"] == 8)
        let trials = try await tool("trials", "laptop", "--json")
        #expect(try trials.json().array?.count == 8)
    }

    @Test func `what is wrong with a kubeconfig file is told at once`() async throws {
        let tool = try CommandLineTool()
        let file = try tool.write(
            """
            apiVersion: v1
            kind: Config
            clusters: []
            contexts: [{name: c, context: {cluster: b, user: u}}]
            current-context: c
            users: [{name: u, user: {exec: {args: []}}}]
            """, to: "kubeconfig")
        let result = try await tool("operator", "--kubeconfig", file)
        #expect(result.code == 2)
        #expect(result.errors.contains("contexts[0].context.cluster"))
        #expect(result.errors.contains("users[0].user.exec.command"))
    }

    @Test(.enabled(if: KatibSDK.python != nil, "Katib's SDK is not installed; make katib-sdk does it"))
    func `Katib's own Python SDK works unchanged`() async throws {
        let python = try #require(KatibSDK.python)
        let tool = try CommandLineTool()
        // The image of its trials has python.
        let path = "\(URL(filePath: python).deletingLastPathComponent().path):/usr/local/bin:/usr/bin:/bin"
        let cluster = try await ServedCluster(
            tool,
            SimulatedCluster.Configuration(clock: .wall(), kubelet: .processes(.init(environment: ["PATH": path]))))
        let process = try await OperatorProcess(tool, cluster)
        let script = CommandLineTool.repository.appending(path: "Tests/Campaigns/katib-sdk.py").path
        let run = try await tool.start(python, [script, cluster.kubeconfig, process.grpc()])
        let result = try await run.finished()
        #expect(result.code == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("everything is as a user would expect"))
    }
}

/// What an API server does to its clients.
private struct Misfortune {
    private let cluster: SimulatedCluster
    private var random: RandomSource

    init(_ cluster: SimulatedCluster, seed: UInt64) {
        self.cluster = cluster
        random = RandomSource(seed: seed, stream: 1)
    }

    /// Everything that goes wrong now and then, some of it at once.
    mutating func strike() {
        let faults = cluster.faults
        faults.clear()
        faults.add(.conflict, to: .writes, probability: 0.02)
        faults.add(.tooManyRequests, probability: 0.01)
        faults.add(.status(500), to: .reads, probability: 0.01)
        faults.add(.status(503), probability: 0.01)
        faults.add(.answerLost, to: .writes, probability: 0.02)
        faults.add(.requestLost, probability: 0.01)
        faults.add(.brokenOff(after: 3), to: .watches, probability: 0.2)
        faults.add(.brokenOff(after: 20), to: "log pods", probability: 0.1)
        faults.add(.expired, to: .watches, probability: 0.1)
        cluster.clock.skew = Double(random.uniform() * 600 - 300)
        switch Int(random.uniform() * 4) {
        case 0: cluster.dropWatches(abruptly: true)
        case 1: cluster.expireWatches()
        case 2: cluster.compact()
        default:
            cluster.goDown()
            cluster.comeBack(remembersChanges: false)
        }
    }

    func end() { cluster.faults.clear() }
}

/// Katib's Python SDK, where `make katib-sdk` has put it.
enum KatibSDK {
    static let python: String? = {
        let own = CommandLineTool.repository.appending(path: ".build/katib-sdk/bin/python").path
        let path = ProcessInfo.processInfo.environment["ATTUNE_KATIB_SDK"] ?? own
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()
}
