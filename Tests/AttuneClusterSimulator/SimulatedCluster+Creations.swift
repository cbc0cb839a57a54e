import AttuneCore
import Synchronization

extension SimulatedCluster {
    /// Notes the objects of a kind that are created from now on, deleted since or not.
    public func noteCreations(of resource: String) -> Creations {
        let creations = Creations()
        turn { state in
            let collection = state.type(named: resource)?.collection ?? resource
            state.listeners[ObjectIdentifier(creations)] = ChangeListener { [weak creations] change in
                guard change.kind == .added, change.object.id.collection == collection else { return }
                creations?.note(change.object.json)
            }
        }
        return creations
    }

    /// The objects of a kind that were created, in order.
    public final class Creations: Sendable {
        private let objects = Mutex<[JSON]>([])

        public var all: [JSON] { objects.withLock { $0 } }

        func note(_ object: JSON) { objects.withLock { $0.append(object) } }
    }
}
