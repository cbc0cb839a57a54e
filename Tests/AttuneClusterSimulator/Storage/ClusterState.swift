import AttuneCore
import Foundation

/// Everything the cluster knows. Belongs to whoever holds the cluster's lock.
final class ClusterState {
    let configuration: SimulatedCluster.Configuration
    private(set) var version = 100
    private(set) var types: [String: ResourceType] = [:]
    private var typesOfCollections: [String: ResourceType] = [:]
    private var collections: [String: ObjectCollection] = [:]
    private var places: [String: ObjectID] = [:]
    /// What objects own, by their uid.
    private var dependents: [String: Set<ObjectID>] = [:]
    private var random: RandomSource
    private var queue = WorkQueue()
    private(set) var controllers: [any Controller] = []
    let kubelet: Kubelet
    var listeners: [ObjectIdentifier: ChangeListener] = [:]
    /// Whether controllers wait to be told to go on.
    var isHeld = false
    private var isWorking = false
    /// Takes the lock for something that happens later.
    var later: @Sendable (@escaping @Sendable (ClusterState) -> Void) -> Void = { _ in }

    init(_ configuration: SimulatedCluster.Configuration) {
        self.configuration = configuration
        random = RandomSource(seed: configuration.seed)
        kubelet = Kubelet(configuration)
        for type in BuiltinTypes.all { add(type) }
        controllers = configuration.controllers.sorted { $0.rawValue < $1.rawValue }.map { $0.controller }
        // The kubelet looks at a pod first: what has ended has ended when others see it deleted.
        controllers.insert(kubelet, at: 0)
        controllers.insert(DefinitionController(), at: 0)
        for name in configuration.namespaces { bootstrap("Namespace", name, ["status": ["phase": "Active"]]) }
        bootstrap("Node", "node-1", ["status": ["conditions": [["type": "Ready", "status": "True"]]]])
        guard let definitions = type(ofCollection: CustomDefinition.collection) else { return }
        for definition in configuration.controllers.sorted(by: { $0.rawValue < $1.rawValue }).flatMap(\.definitions) {
            _ = try? insert(definition, of: definitions, namespace: nil)
        }
        work()
    }

    private func bootstrap(_ kind: String, _ name: String, _ fields: JSON.Fields) {
        guard let type = types.values.first(where: { $0.kind == kind && $0.group.isEmpty }) else { return }
        var fields = fields
        fields["metadata"] = ["name": .string(name)]
        _ = try? insert(.object(fields), of: type, namespace: nil)
    }

    // MARK: Kinds

    func add(_ type: ResourceType) {
        types["\(type.group)/\(type.version)/\(type.plural)"] = type
        typesOfCollections[type.collection] = type
    }

    func removeTypes(ofCollection name: String) {
        types = types.filter { $0.value.collection != name }
        typesOfCollections[name] = nil
    }

    func type(_ group: String, _ version: String, _ plural: String) -> ResourceType? {
        types["\(group)/\(version)/\(plural)"]
    }

    /// In one of its versions.
    func type(ofCollection name: String) -> ResourceType? { typesOfCollections[name] }

    func collection(_ name: String) -> ObjectCollection {
        if let known = collections[name] { return known }
        let new = ObjectCollection(name)
        collections[name] = new
        return new
    }

    var allCollections: [ObjectCollection] { collections.values.sorted { $0.name < $1.name } }

    // MARK: Objects

    subscript(id: ObjectID) -> StoredObject? { collections[id.collection]?[id] }

    func object(uid: String) -> StoredObject? { places[uid].flatMap { self[$0] } }

    func isAlive(uid: String) -> Bool { places[uid] != nil }

    func dependents(of uid: String) -> [StoredObject] {
        (dependents[uid] ?? []).compactMap { self[$0] }.sorted { $0.id.name < $1.id.name }
    }

    /// Those of one collection.
    func dependents(of uid: String, in collection: String) -> [StoredObject] {
        dependents(of: uid).filter { $0.id.collection == collection }
    }

    /// The one way in which anything changes: gives a version, remembers, tells the watchers and the controllers.
    @discardableResult
    func commit(_ kind: Change.Kind, _ json: JSON, at id: ObjectID) -> StoredObject {
        version += 1
        var json = json
        json["metadata"]?["resourceVersion"] = .string(String(version))
        let previous = self[id]
        let object = StoredObject(json, id: id, version: version)
        let change = Change(kind, object, previous: previous)
        index(change)
        collection(id.collection).apply(change, keeping: configuration.watchHistory)
        for (number, controller) in controllers.enumerated() {
            for concerned in controller.concerned(by: change, in: self) { queue.add(number, concerned) }
        }
        for listener in listeners.values { listener.hears(change) }
        return object
    }

    private func index(_ change: Change) {
        let object = change.object
        switch change.kind {
        case .added: places[object.uid] = object.id
        case .deleted: places[object.uid] = nil
        case .modified where change.previous?.owners == object.owners: return
        case .modified: break
        }
        for owner in change.previous?.owners ?? [] {
            dependents[owner.uid]?.remove(object.id)
            if dependents[owner.uid]?.isEmpty == true { dependents[owner.uid] = nil }
        }
        guard change.kind != .deleted else { return }
        for owner in object.owners { dependents[owner.uid, default: []].insert(object.id) }
    }

    /// Forgets changes, so that older watches and continued lists are refused.
    func compact() {
        for collection in collections.values { collection.forget(through: version) }
    }

    // MARK: Controllers

    func enqueue(_ id: ObjectID, for controller: any Controller) {
        guard let number = controllers.firstIndex(where: { $0 === controller }) else { return }
        queue.add(number, id)
    }

    /// Lets the controllers do what there is to do, in the order in which it came up.
    func work() {
        guard !isWorking, !isHeld else { return }
        isWorking = true
        defer { isWorking = false }
        while let (number, id) = queue.next() { controllers[number].sync(id, in: self) }
    }

    /// Looks at an object again after a while.
    func enqueue(_ id: ObjectID, for controller: any Controller, after delay: Duration) {
        guard let number = controllers.firstIndex(where: { $0 === controller }) else { return }
        let later = later
        configuration.clock.after(delay) { later { $0.queue.add(number, id) } }
    }

    // MARK: Names, times

    var now: Date { configuration.clock.now }
    var timestamp: JSON { .string(Timestamp.seconds(now)) }

    func uid() -> String {
        let digits = (0..<32).map { _ in String(random.below(16), radix: 16) }
        let lengths = [8, 4, 4, 4, 12]
        var parts: [String] = []
        var start = 0
        for length in lengths {
            parts.append(digits[start..<start + length].joined())
            start += length
        }
        return parts.joined(separator: "-")
    }

    /// The five letters that end a generated name.
    func suffix() -> String {
        let letters = Array("bcdfghjklmnpqrstvwxz2456789")
        return String((0..<5).map { _ in letters[random.below(letters.count)] })
    }
}

/// Keeps the world as objects say it should be.
protocol Controller: AnyObject {
    /// Which objects to look at after a change.
    func concerned(by change: Change, in state: ClusterState) -> [ObjectID]
    /// Looks at one, which may be gone by now.
    func sync(_ id: ObjectID, in state: ClusterState)
}

/// Who has to look at what, each once, in the order in which it came up.
struct WorkQueue {
    private struct Item: Hashable {
        var controller: Int
        var id: ObjectID
    }
    private var items: [Item] = []
    private var first = 0
    private var waiting: Set<Item> = []

    mutating func add(_ controller: Int, _ id: ObjectID) {
        let item = Item(controller: controller, id: id)
        guard waiting.insert(item).inserted else { return }
        items.append(item)
    }

    mutating func next() -> (controller: Int, id: ObjectID)? {
        guard first < items.count else {
            items.removeAll(keepingCapacity: true)
            first = 0
            return nil
        }
        defer { first += 1 }
        waiting.remove(items[first])
        return (items[first].controller, items[first].id)
    }
}

/// Someone in this process who waits for changes.
final class ChangeListener: Sendable {
    let hears: @Sendable (Change) -> Void
    init(_ hears: @escaping @Sendable (Change) -> Void) { self.hears = hears }
}
