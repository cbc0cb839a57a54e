import AttuneCore
import AttuneKubernetes
import Foundation
import Synchronization

/// Direct access for tests: not counted, and never at fault.
extension SimulatedCluster {
    /// Keeps an object, of the kind and in the namespace that it says.
    @discardableResult
    public func create(_ object: JSON) throws -> JSON {
        try attempt { state in
            let type = try state.type(of: object)
            let namespace = type.isNamespaced ? object["metadata"]?["namespace"]?.string ?? "default" : nil
            return try state.insert(object, of: type, namespace: namespace).json
        }
    }

    /// Serves a kind.
    @discardableResult
    public func installCRD(_ definition: JSON) throws -> JSON { try create(definition) }

    /// - Parameter resource: `jobs`, or `trials.kubeflow.org` where the plural says too little.
    public func get(_ resource: String, _ name: String, in namespace: String = "default") -> JSON? {
        turn { state in
            guard let type = state.type(named: resource) else { return nil }
            return state[state.id(type, name, namespace)]?.json
        }
    }

    /// Those of a kind, by namespace and name.
    public func objects(of resource: String, in namespace: String? = nil) -> [JSON] {
        turn { state in
            guard let type = state.type(named: resource) else { return [] }
            return state.collection(type.collection).sorted(in: namespace).map(\.json)
        }
    }

    public func count(of resource: String) -> Int {
        turn { state in
            guard let type = state.type(named: resource) else { return 0 }
            return state.collection(type.collection).objects.values.reduce(0) { $0 + $1.count }
        }
    }

    /// Changes an object as a client without a version would; metadata and spec unless it is said to be the status.
    @discardableResult
    public func update(
        _ resource: String, _ name: String, in namespace: String = "default", status: Bool = false,
        change: (inout JSON) -> Void
    ) throws -> JSON {
        try attempt { state in
            guard let type = state.type(named: resource) else { throw APIStatus.noSuchResource }
            return try state.update(
                state.id(type, name, namespace), of: type, options: WriteOptions(isStatus: status)
            ) { json in
                var json = json
                change(&json)
                return json
            }.json
        }
    }

    public func delete(
        _ resource: String, _ name: String, in namespace: String = "default", propagation: String = "Background"
    ) throws {
        try attempt { state in
            guard let type = state.type(named: resource) else { throw APIStatus.noSuchResource }
            let options = DeleteOptions(policy: PropagationPolicy(rawValue: propagation))
            try state.delete(state.id(type, name, namespace), of: type, options)
        }
    }

    private func attempt<Result: Sendable>(_ action: (ClusterState) throws -> Result) throws -> Result {
        do {
            return try turn(action)
        } catch let status as APIStatus {
            throw AttuneError("\(status.code) \(status.message)")
        }
    }

    // MARK: Waiting

    /// The first object of a kind that is as wanted, now or later.
    ///
    /// - Parameter isWanted: is called within the cluster, and must not call it.
    public func first(_ resource: String, where isWanted: @escaping @Sendable (JSON) -> Bool) async throws -> JSON {
        let found = Found()
        defer { turn { $0.listeners[ObjectIdentifier(found)] = nil } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                found.wait(continuation)
                if let now = listen(for: resource, where: isWanted, found) { found.set(.success(now)) }
            }
        } onCancel: {
            found.set(.failure(CancellationError()))
        }
    }

    /// - Returns: one that is there already.
    private func listen(
        for resource: String, where isWanted: @escaping @Sendable (JSON) -> Bool, _ found: Found
    ) -> JSON? {
        turn { state in
            let name = state.type(named: resource)?.collection ?? resource
            state.listeners[ObjectIdentifier(found)] = ChangeListener { change in
                guard change.object.id.collection == name, change.kind != .deleted, isWanted(change.object.json) else {
                    return
                }
                found.set(.success(change.object.json))
            }
            return state.collection(name).sorted(in: nil).first { isWanted($0.json) }?.json
        }
    }

    /// Returns once something holds of the cluster, looked at after every change.
    public func until(_ holds: @escaping @Sendable (SimulatedCluster) -> Bool) async throws {
        let changes = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let listener = ChangeListener { _ in changes.continuation.yield() }
        turn { $0.listeners[ObjectIdentifier(listener)] = listener }
        defer { turn { $0.listeners[ObjectIdentifier(listener)] = nil } }
        if holds(self) { return }
        for await _ in changes.stream where holds(self) { return }
        throw CancellationError()
    }

    /// Returns once no pod runs or may run any more.
    public func settled() async throws {
        try await until { cluster in
            cluster.objects(of: "pods").allSatisfy {
                ["Succeeded", "Failed"].contains($0["status"]?["phase"]?.string ?? "")
            }
        }
    }

    // MARK: Pods

    /// What a container has written so far.
    public func log(ofPod name: String, container: String, in namespace: String = "default") -> String? {
        turn { state in
            guard let object = state[ObjectID(collection: "pods", namespace: namespace, name: name)],
                let log = state.kubelet.pod(uid: object.uid)?.container(container)?.log
            else { return nil }
            return String(decoding: log.bytes(in: LogSelection()), as: UTF8.self)
        }
    }

    /// The pod's node is gone: the pod has failed for `NodeLost`, and a disruption was its end.
    public func losePod(_ name: String, in namespace: String = "default") {
        turn { state in
            state.kubelet.lose(
                ObjectID(collection: "pods", namespace: namespace, name: name), state,
                .init(
                    reason: "NodeLost", message: "Node node-1 which was running pod \(name) is unresponsive",
                    disruption: "DeletionByTaintManager"))
        }
    }

    /// The kubelet throws the pod out.
    public func evictPod(_ name: String, in namespace: String = "default") {
        turn { $0.kubelet.evict(ObjectID(collection: "pods", namespace: namespace, name: name), $0) }
    }
}

/// An answer for one who waits, the first that comes.
private final class Found: Sendable {
    private struct State {
        var waiting: CheckedContinuation<JSON, any Error>?
        var answer: Result<JSON, any Error>?
    }
    private let state = Mutex(State())

    func wait(_ continuation: CheckedContinuation<JSON, any Error>) {
        let answer = state.withLock { state in
            if state.answer == nil { state.waiting = continuation }
            return state.answer
        }
        if let answer { continuation.resume(with: answer) }
    }

    func set(_ answer: Result<JSON, any Error>) {
        let waiting = state.withLock { state in
            guard state.answer == nil else { return nil as CheckedContinuation<JSON, any Error>? }
            state.answer = answer
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(with: answer)
    }
}

extension ClusterState {
    var openWatches: [WatchStream] { allCollections.flatMap(\.openWatchers) }

    func type(of object: JSON) throws -> ResourceType {
        let (version, kind) = (object["apiVersion"]?.string, object["kind"]?.string)
        guard let type = types.values.first(where: { $0.apiVersion == version && $0.kind == kind }) else {
            throw APIStatus.noSuchResource
        }
        return type
    }

    /// By `jobs` or `jobs.batch`.
    func type(named resource: String) -> ResourceType? {
        type(ofCollection: resource) ?? types.values.first { $0.plural == resource }
    }

    func id(_ type: ResourceType, _ name: String, _ namespace: String) -> ObjectID {
        ObjectID(collection: type.collection, namespace: type.isNamespaced ? namespace : "", name: name)
    }

    /// Answers a request, with what is wrong with its watch.
    func reply(to request: APIRequest, faults: [Faults.Fault]) -> Reply {
        let reply = reply(to: request)
        guard case .stream(let source) = reply.body, let stream = (source as? WatchBody)?.stream else { return reply }
        for fault in faults {
            switch fault {
            case .expired:
                stream.add(line: ["type": "ERROR", "object": tooOld(max(1, stream.start))])
                stream.finish()
            case .silent: stream.goSilent()
            case .brokenOff(let events): stream.breakOff(after: events)
            default: continue
            }
        }
        return reply
    }
}
