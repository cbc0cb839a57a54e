import AttuneClusterSimulator
import AttuneCore
import AttuneStore
import Foundation
import Testing

@testable import AttuneKubernetes

/// Many trials at once, small among the tests; `ATTUNE_SCALE=1` makes it 10,000 trials with 1,000 at once, and 100
/// experiments of 30, and prints what that took.
@Suite(.serialized, .timeLimit(.minutes(60)))
struct OperatorScaleTests {
    private static let isLarge = ProcessInfo.processInfo.environment["ATTUNE_SCALE"] != nil

    @Test func `one experiment of many trials at once`() async throws {
        let (trials, parallel) = Self.isLarge ? (10_000, 1_000) : (100, 25)
        try await carryOut(experiments: 1, trials: trials, parallel: parallel)
    }

    @Test func `many experiments at once`() async throws {
        let (experiments, trials, parallel) = Self.isLarge ? (100, 60, 30) : (8, 6, 3)
        try await carryOut(experiments: experiments, trials: trials, parallel: parallel)
    }

    private func carryOut(experiments: Int, trials: Int, parallel: Int) async throws {
        var settings = SimulatedCluster.Configuration(clock: .wall())
        settings.kubelet = .script { _, _ in .printing(["loss=2", "loss=1"]) }
        let simulated = SimulatedCluster(settings)
        for definition in TestCluster.definitions { try simulated.installCRD(definition) }
        let file = FileManager.default.temporaryDirectory.appending(path: "attune-scale-\(UUID().uuidString).db")
        defer { try? FileManager.default.removeItem(at: file) }
        let store = try SQLiteStore(at: file.path(percentEncoded: false))
        let cluster = Cluster(KubernetesClient(simulated))
        let work = Task { try await Operator(.init(), cluster: cluster, store: store).run() }
        let start = ContinuousClock.now
        for number in 0..<experiments {
            let yaml = TestCluster.manifest("scale\(number)", parallel: parallel, maxTrials: trials)
            try simulated.create(try TestCluster.json(yaml))
        }
        for number in 0..<experiments {
            let name = "scale\(number)"
            let object = try await simulated.first("experiments") {
                $0.name == name && Conditions($0["status"]).has("Succeeded")
            }
            #expect(object["status"]?["trialsSucceeded"]?.int == trials)
        }
        let seconds = (ContinuousClock.now - start).seconds
        let counts = simulated.callCounts
        work.cancel()
        _ = await work.result
        cluster.close()
        check(counts, trials: experiments * trials, seconds: seconds)
    }

    private func check(_ counts: [String: Int], trials: Int, seconds: Double) {
        let calls = counts.filter { $0.key != "get discovery" }.values.reduce(0, +)
        let lists = counts.filter { $0.key.hasPrefix("list ") }
        #expect(lists.values.allSatisfy { $0 == 1 }, "\(counts)")
        guard Self.isLarge else { return }
        let perTrial = Double(calls) / Double(trials)
        let rss =
            (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8))?
            .split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? ""
        print(
            "\(trials) trials in \(seconds.text) s: \((Double(trials) / seconds).text) a second, \(perTrial.text) calls each; "
                + "cluster and operator together \(rss)\n\(counts)")
    }
}
