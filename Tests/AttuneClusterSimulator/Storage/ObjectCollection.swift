import AttuneCore

/// A change of one object.
final class Change: Sendable {
    enum Kind: String, Sendable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
    }

    let kind: Kind
    let object: StoredObject
    let previous: StoredObject?
    var version: Int { object.version }

    init(_ kind: Kind, _ object: StoredObject, previous: StoredObject?) {
        self.kind = kind
        self.object = object
        self.previous = previous
    }
}

/// All objects of one kind, their recent changes, and who watches them.
final class ObjectCollection {
    let name: String
    private(set) var objects: [String: [String: StoredObject]] = [:]
    private(set) var history: [Change] = []
    /// Changes up to this version are forgotten.
    private(set) var forgotten = 0
    private var watchers: [ObjectIdentifier: WatchStream] = [:]
    /// Watchers of a single object, by name, so that thousands of them cost nothing.
    private var namedWatchers: [String: [ObjectIdentifier: WatchStream]] = [:]

    init(_ name: String) { self.name = name }

    subscript(id: ObjectID) -> StoredObject? { objects[id.namespace]?[id.name] }

    /// By namespace, then name.
    func sorted(in namespace: String?) -> [StoredObject] {
        let namespaces = namespace.map { [$0] } ?? objects.keys.sorted()
        return namespaces.flatMap { namespace in
            (objects[namespace] ?? [:]).values.sorted { $0.id.name < $1.id.name }
        }
    }

    func apply(_ change: Change, keeping length: Int) {
        let id = change.object.id
        objects[id.namespace, default: [:]][id.name] = change.kind == .deleted ? nil : change.object
        history.append(change)
        if history.count > 2 * length { forget(through: history[history.count - length - 1].version) }
        for watcher in watchers.values { offer(change, to: watcher) }
        guard let named = namedWatchers[id.name] else { return }
        for watcher in named.values { offer(change, to: watcher) }
    }

    /// Watches that have ended are let go of when there is something to tell them.
    private func offer(_ change: Change, to watcher: WatchStream) {
        if watcher.isFinished { remove(watcher) } else { watcher.offer(change) }
    }

    /// Forgets changes up to a version, as compaction does.
    func forget(through version: Int) {
        forgotten = max(forgotten, version)
        history.removeAll { $0.version <= version }
    }

    func add(_ watcher: WatchStream) {
        if let name = watcher.filter.fields.name {
            namedWatchers[name, default: [:]][ObjectIdentifier(watcher)] = watcher
        } else {
            watchers[ObjectIdentifier(watcher)] = watcher
        }
    }

    private func remove(_ watcher: WatchStream) {
        guard let name = watcher.filter.fields.name else {
            watchers[ObjectIdentifier(watcher)] = nil
            return
        }
        namedWatchers[name]?[ObjectIdentifier(watcher)] = nil
        if namedWatchers[name]?.isEmpty == true { namedWatchers[name] = nil }
    }

    /// Those that have not ended.
    var openWatchers: [WatchStream] {
        (Array(watchers.values) + namedWatchers.values.flatMap(\.values)).filter { !$0.isFinished }
    }
}
