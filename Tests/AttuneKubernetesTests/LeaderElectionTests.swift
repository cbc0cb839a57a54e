import AttuneClusterSimulator
import AttuneCore
import Foundation
import Synchronization
import Testing

@testable import AttuneKubernetes

@Suite(.timeLimit(.minutes(10)))
struct LeaderElectionTests {
    private func election(_ cluster: TestCluster, _ name: String) -> LeaderElection {
        LeaderElection(
            cluster.client(), lease: "operator", in: "default", as: name, duration: .seconds(1_500))
    }

    private func holder(_ cluster: TestCluster) -> String? {
        cluster.simulated.get("leases", "operator")?["spec"]?["holderIdentity"]?.string
    }

    @Test func `one leads at a time, and the next begins when it has given the lease back`() async throws {
        let cluster = try TestCluster()
        let log = Log()
        let leaving = AttuneKubernetes.Signal()
        let first = Task {
            try await election(cluster, "a").lead {
                log.add("a begins")
                try await leaving.wait()
                log.add("a ends")
            }
        }
        try await cluster.simulated.until { _ in holder(cluster) == "a" }
        let second = Task { try await election(cluster, "b").lead { log.add("b begins") } }
        try await cluster.simulated.until { ($0.callCounts["update leases"] ?? 0) > 1 }
        leaving.raise()
        try await first.value
        try await second.value
        #expect(log.lines == ["a begins", "a ends", "b begins"])
    }

    @Test func `a lease that another has taken ends the work`() async throws {
        let cluster = try TestCluster()
        let log = Log()
        let leading = Task {
            try await election(cluster, "a").lead {
                do {
                    try await AttuneKubernetes.Signal().wait()
                } catch {
                    log.add("cancelled")
                    throw error
                }
            }
        }
        try await cluster.simulated.until { _ in holder(cluster) == "a" }
        try cluster.simulated.update("leases", "operator") { $0["spec"]?["holderIdentity"] = "thief" }
        await #expect(throws: LeaderElection.Lost.self) { try await leading.value }
        #expect(log.lines == ["cancelled"])
        #expect(holder(cluster) == "thief")
    }

    @Test func `a lease whose holder is silent is taken over`() async throws {
        let cluster = try TestCluster()
        try cluster.simulated.create([
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": ["name": "operator"],
            "spec": ["holderIdentity": "dead", "leaseDurationSeconds": 15],
        ])
        try await election(cluster, "b").lead {}
        #expect(holder(cluster) == "")
        #expect(cluster.simulated.get("leases", "operator")?["spec"]?["leaseTransitions"]?.int == 1)
    }
}

/// What has happened, in order.
private final class Log: Sendable {
    private let entries = Mutex<[String]>([])
    var lines: [String] { entries.withLock { $0 } }
    func add(_ line: String) { entries.withLock { $0.append(line) } }
}
