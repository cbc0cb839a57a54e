import AttuneCore
import Foundation

/// What is to become of what an object owns.
enum PropagationPolicy: String {
    case background = "Background"
    case foreground = "Foreground"
    case orphan = "Orphan"

    /// The finalizer that keeps the object until that is done.
    var finalizer: String? {
        switch self {
        case .background: nil
        case .foreground: "foregroundDeletion"
        case .orphan: "orphan"
        }
    }
}

struct DeleteOptions {
    var policy: PropagationPolicy?
    var uid: String?
    var version: String?
    var gracePeriod: Int?
    var isDryRun = false
}

extension ClusterState {
    /// What a deletion comes to.
    enum Deletion {
        /// It is gone.
        case done(StoredObject)
        /// It is marked, and goes when finalizers or its containers let it.
        case begun(StoredObject)
    }

    @discardableResult
    func delete(_ id: ObjectID, of type: ResourceType, _ options: DeleteOptions = DeleteOptions()) throws -> Deletion {
        guard let old = self[id] else { throw APIStatus.notFound(type, id.name) }
        try checkPreconditions(options, old, type)
        if options.isDryRun { return .done(old) }
        let policy = options.policy ?? (type.collection == "jobs.batch" ? .orphan : .background)
        var finalizers = old.finalizers
        if let finalizer = policy.finalizer, !finalizers.contains(finalizer) { finalizers.append(finalizer) }
        let grace = type.collection == "pods" ? kubelet.gracePeriod(of: old, options.gracePeriod) : 0
        // A namespace goes when it is empty.
        let mustWait = type.collection == "namespaces" && configuration.controllers.contains(.namespaces)
        if finalizers.isEmpty, grace == 0, !mustWait {
            if type.collection == "pods", !old.isTerminating { mark(old, finalizers, grace: 0) }
            let last = self[id] ?? old
            remove(id)
            return .done(last)
        }
        if old.isTerminating, old.finalizers == finalizers, grace >= old.grace { return .begun(old) }
        return .begun(mark(old, finalizers, grace: grace))
    }

    private func checkPreconditions(_ options: DeleteOptions, _ old: StoredObject, _ type: ResourceType) throws {
        if let uid = options.uid, uid != old.uid {
            throw APIStatus.preconditionFailed(type, old.id.name, "UID", uid, old.uid)
        }
        if let version = options.version, Int(version) != old.version {
            throw APIStatus.preconditionFailed(type, old.id.name, "ResourceVersion", version, String(old.version))
        }
    }

    @discardableResult
    private func mark(_ old: StoredObject, _ finalizers: [String], grace: Int) -> StoredObject {
        var metadata = JSON.Fields()
        let ends = Timestamp.seconds(now.addingTimeInterval(TimeInterval(grace)))
        for (key, value) in old.json["metadata"]?.object ?? [:] {
            guard !["finalizers", "deletionTimestamp", "deletionGracePeriodSeconds"].contains(key) else { continue }
            metadata[key] = value
            guard key == "creationTimestamp" else { continue }
            metadata["deletionTimestamp"] = .string(ends)
            guard old.id.collection != "namespaces" else { continue }
            metadata["deletionGracePeriodSeconds"] = .number(grace)
        }
        if !finalizers.isEmpty { metadata["finalizers"] = .array(finalizers.map(JSON.string)) }
        if !old.isTerminating, let generation = metadata["generation"]?.int {
            metadata["generation"] = .number(generation + 1)
        }
        var json = old.json.with("metadata", .object(metadata))
        if old.id.collection == "namespaces" { json["status"] = ["phase": "Terminating"] }
        return commit(.modified, json, at: old.id)
    }
}

extension StoredObject {
    /// How long it may still take to end, in seconds, once it is being deleted.
    var grace: Int { json["metadata"]?["deletionGracePeriodSeconds"]?.int ?? .max }
}
