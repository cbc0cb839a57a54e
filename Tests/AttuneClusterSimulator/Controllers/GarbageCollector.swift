import AttuneCore

/// Takes away what nothing owns any more, and carries out how deletions propagate.
final class GarbageCollector: Controller {
    func concerned(by change: Change, in state: ClusterState) -> [ObjectID] {
        let object = change.object
        switch change.kind {
        case .added: return object.owners.isEmpty ? [] : [object.id]
        case .modified:
            let mustPropagate = object.isTerminating && !GarbageCollector.finalizers.isDisjoint(with: object.finalizers)
            let hasNewOwners = !object.owners.isEmpty && change.previous?.owners != object.owners
            return mustPropagate || hasNewOwners ? [object.id] : []
        case .deleted:
            // An owner in the foreground waits for it.
            let waiting = object.owners.compactMap { state.object(uid: $0.uid) }.filter(\.isTerminating).map(\.id)
            return waiting + state.dependents(of: object.uid).map(\.id)
        }
    }

    private static let finalizers: Set<String> = ["orphan", "foregroundDeletion"]

    func sync(_ id: ObjectID, in state: ClusterState) {
        guard let object = state[id] else { return }
        if object.isTerminating {
            if object.finalizers.contains("orphan") { return orphan(object, state) }
            if object.finalizers.contains("foregroundDeletion") { return deleteInForeground(object, state) }
        }
        if !object.owners.isEmpty, !object.owners.contains(where: { state.isAlive(uid: $0.uid) }) {
            delete(object, state)
        }
    }

    private func orphan(_ owner: StoredObject, _ state: ClusterState) {
        for dependent in state.dependents(of: owner.uid) {
            state.changeMetadata(of: dependent.id) { metadata in
                let others = (metadata["ownerReferences"]?.array ?? []).filter { $0["uid"]?.string != owner.uid }
                metadata["ownerReferences"] = .array(others)
            }
        }
        remove("orphan", from: owner, state)
    }

    private func deleteInForeground(_ owner: StoredObject, _ state: ClusterState) {
        for dependent in state.dependents(of: owner.uid) where !dependent.isTerminating { delete(dependent, state) }
        let isBlocked = state.dependents(of: owner.uid).contains { dependent in
            dependent.owners.contains { $0.uid == owner.uid && $0.blocksDeletion }
        }
        if !isBlocked { remove("foregroundDeletion", from: owner, state) }
    }

    private func remove(_ finalizer: String, from object: StoredObject, _ state: ClusterState) {
        state.changeMetadata(of: object.id) { metadata in
            let others = (metadata["finalizers"]?.array ?? []).filter { $0.string != finalizer }
            metadata["finalizers"] = .array(others)
        }
    }

    private func delete(_ object: StoredObject, _ state: ClusterState) {
        guard let type = state.type(ofCollection: object.id.collection) else { return }
        _ = try? state.delete(object.id, of: type, DeleteOptions(policy: .background, uid: object.uid))
    }
}

/// Empties namespaces that are deleted.
final class NamespaceController: Controller {
    func concerned(by change: Change, in state: ClusterState) -> [ObjectID] {
        let id = change.object.id
        if id.collection == "namespaces" { return change.object.isTerminating && change.kind != .deleted ? [id] : [] }
        guard change.kind == .deleted, !id.namespace.isEmpty else { return [] }
        let namespace = ObjectID(collection: "namespaces", namespace: "", name: id.namespace)
        return state[namespace]?.isTerminating == true ? [namespace] : []
    }

    func sync(_ id: ObjectID, in state: ClusterState) {
        guard let namespace = state[id], namespace.isTerminating else { return }
        var isEmpty = true
        for collection in state.allCollections {
            for object in collection.sorted(in: id.name) {
                isEmpty = false
                guard !object.isTerminating, let type = state.type(ofCollection: collection.name) else { continue }
                _ = try? state.delete(object.id, of: type, DeleteOptions(policy: .background))
            }
        }
        let isLeft = state.allCollections.contains { $0.objects[id.name]?.isEmpty == false }
        if isEmpty || !isLeft { state.remove(id) }
    }
}
