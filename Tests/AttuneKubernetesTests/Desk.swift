import AttuneClusterSimulator
import AttuneCore
import Synchronization

@testable import AttuneKubernetes

/// An operator at work on a cluster, and what it leaves to the next one.
final class Desk: Sendable {
    let cluster: TestCluster
    let store = MemoryStore()
    private let work = Mutex<(task: Task<Void, any Error>, cluster: Cluster)?>(nil)

    init(_ cluster: TestCluster) { self.cluster = cluster }

    func start(_ transport: (any APITransport)? = nil) {
        let shared = Cluster(cluster.client(transport))
        var configuration = Operator.Configuration()
        configuration.gathering = .seconds(100)
        // Ten seconds of this clock.
        configuration.runner.logGrace = .seconds(10_000)
        let made = Operator(configuration, cluster: shared, store: store)
        work.withLock { $0 = (Task { try await made.run() }, shared) }
    }

    /// Lets go of everything.
    func stop() async {
        let work = work.withLock { work in
            defer { work = nil }
            return work
        }
        work?.task.cancel()
        _ = await work?.task.result
        work?.cluster.close()
    }

    var simulated: SimulatedCluster { cluster.simulated }

    func submit(_ yaml: String) throws { try simulated.create(try TestCluster.json(yaml)) }

    /// The experiment once its last condition is of that type.
    func experiment(_ name: String = "demo", last type: String) async throws -> JSON {
        try await simulated.first("experiments") { object in
            let last = object["status"]?["conditions"]?.array?.last
            return object.name == name && last?["type"]?.string == type && last?["status"]?.string == "True"
        }
    }
}
