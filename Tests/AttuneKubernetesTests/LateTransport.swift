import AttuneClusterSimulator
import AttuneKubernetes
import Synchronization

/// A network in which the first change of each object is given up by who asked for it, and is carried out all the same, when
/// the object has been changed twice more.
final class LateTransport: APITransport {
    private struct Object {
        var late: APIRequest?
        var changes = 0
    }

    private let cluster: SimulatedCluster
    private let objects = Mutex<[String: Object]>([:])

    init(_ cluster: SimulatedCluster) { self.cluster = cluster }

    /// How many requests came late.
    var count: Int { objects.withLock { $0.values.count { $0.late == nil } } }

    func send(_ request: APIRequest) async throws -> APIResponse {
        guard request.method == .patch else { return try await cluster.send(request) }
        let isFirst = objects.withLock { objects in
            guard objects[request.target] == nil else { return false }
            objects[request.target] = Object(late: request)
            return true
        }
        if isFirst { throw TransportError(.timedOut, "the answer did not come in time") }
        let response = try await cluster.send(request)
        guard response.status == 200 else { return response }
        let late = objects.withLock { objects -> APIRequest? in
            objects[request.target]?.changes += 1
            guard objects[request.target]?.changes == 2 else { return nil }
            defer { objects[request.target]?.late = nil }
            return objects[request.target]?.late
        }
        if let late { _ = try await cluster.send(late) }
        return response
    }
}
