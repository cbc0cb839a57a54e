import AttuneCore

extension ClusterState {
    /// Server-side apply.
    func apply(_ request: ObjectRequest) throws -> Reply {
        guard request.route.text("fieldManager") != nil else {
            throw APIStatus.invalidOptions(
                "PatchOptions", .required("fieldManager", "is required for apply patch"))
        }
        let wanted = try request.object()
        let fields = FieldSet(of: wanted)
        guard let old = self[request.id] else {
            guard !request.isStatus else { throw APIStatus.notFound(request.type, request.name) }
            return try createByApplying(wanted, fields, request)
        }
        var owners = FieldOwners(old.json["metadata"]?["managedFields"])
        let manager = FieldOwners.Manager(
            name: request.manager, operation: "Apply", subresource: request.isStatus ? "status" : nil)
        try settleConflicts(&owners, manager, fields, wanted, old.json, force: request.route.flag("force"))
        let dropped = owners[manager].paths.filter {
            !fields.paths.contains($0) && !owners.isOwned($0, besides: manager)
        }
        owners[manager] = fields
        var options = request.writeOptions
        options.managedFields = owners.json(apiVersion: request.type.apiVersion, at: timestamp, for: manager)
        let object = try update(request.id, of: request.type, options: options) { json in
            var json = json
            // The leaves first, so that what becomes empty can go too.
            for path in dropped.sorted(by: { $0.count > $1.count }) { json.remove(path[...]) }
            return json.applying(wanted)
        }
        return Reply(200, object.bytes(in: request.type))
    }

    private func createByApplying(_ wanted: JSON, _ fields: FieldSet, _ request: ObjectRequest) throws -> Reply {
        var owners = FieldOwners(nil)
        let manager = FieldOwners.Manager(name: request.manager, operation: "Apply", subresource: nil)
        owners[manager] = fields
        var options = request.writeOptions
        options.managedFields = owners.json(apiVersion: request.type.apiVersion, at: timestamp, for: manager)
        var json = wanted
        json["metadata"] = (wanted["metadata"] ?? [:]).with("name", .string(request.name))
        let object = try insert(json, of: request.type, namespace: request.place.namespace, options: options)
        return Reply(201, object.bytes(in: request.type))
    }

    private func settleConflicts(
        _ owners: inout FieldOwners, _ manager: FieldOwners.Manager, _ fields: FieldSet, _ wanted: JSON, _ old: JSON,
        force: Bool
    ) throws {
        let conflicts = owners.conflicts(of: manager, fields) { path in
            let (new, old) = (wanted.value(at: path[...]), old.value(at: path[...]))
            return new != nil && new != old
        }
        guard !conflicts.isEmpty else { return }
        guard force else { throw FieldOwners.conflict(conflicts) }
        for conflict in conflicts { owners.take(conflict.path, from: conflict.owner) }
    }
}

/// A place in an object: members by name, items of lists by what tells them apart.
typealias FieldPath = [String]

/// The fields that somebody set.
struct FieldSet: Equatable {
    var paths: Set<FieldPath> = []

    init() {}

    /// All of a configuration, but what is of every object.
    init(of json: JSON) {
        for (key, value) in json.object ?? [:] where key != "apiVersion" && key != "kind" {
            add(value, at: [key])
        }
        for key in ["name", "namespace", "resourceVersion", "uid"] { paths.remove(["metadata", key]) }
    }

    private mutating func add(_ json: JSON, at path: FieldPath) {
        switch json {
        case .object(let fields) where !fields.isEmpty:
            for (key, value) in fields { add(value, at: path + [key]) }
        case .array(let items) where items.first?.identity != nil:
            for item in items {
                guard let identity = item.identity else { continue }
                paths.insert(path + [identity])
                for (key, value) in item.object ?? [:] { add(value, at: path + [identity, key]) }
            }
        default: paths.insert(path)
        }
    }

    /// `{"f:spec":{"f:suspend":{}}}`
    var json: JSON {
        paths.sorted { $0.lexicographicallyPrecedes($1) }.reduce([:]) { $0.adding($1[...]) }
    }

    init(_ json: JSON?) { read(json ?? [:], at: []) }

    private mutating func read(_ json: JSON, at path: FieldPath) {
        let fields = json.object ?? [:]
        if fields.isEmpty, !path.isEmpty { paths.insert(path) }
        for (key, value) in fields {
            if key == "." {
                paths.insert(path)
            } else {
                read(value, at: path + [key.hasPrefix("f:") ? String(key.dropFirst(2)) : key])
            }
        }
    }
}

extension JSON {
    /// What tells an item of a list apart, as field sets write it: `k:{"name":"main"}`.
    fileprivate var identity: String? {
        for key in ["name", "type", "uid", "containerPort"] {
            guard let value = self[key] else { continue }
            return "k:" + JSON.object([key: value]).description
        }
        return nil
    }

    fileprivate func adding(_ path: ArraySlice<String>) -> JSON {
        guard let first = path.first else { return self.isHollow ? self : with(".", [:]) }
        let key = first.hasPrefix("k:") ? first : "f:" + first
        let inner = path.dropFirst()
        let old = self[key] ?? [:]
        if inner.isEmpty, first.hasPrefix("k:") { return with(key, [".": [:]]) }
        return with(key, old.adding(inner))
    }

    fileprivate func value(at path: ArraySlice<String>) -> JSON? {
        guard let first = path.first else { return self }
        if first.hasPrefix("k:") { return array?.first { $0.identity == first }?.value(at: path.dropFirst()) }
        return self[first]?.value(at: path.dropFirst())
    }

    fileprivate mutating func remove(_ path: ArraySlice<String>) {
        guard let first = path.first else { return }
        let rest = path.dropFirst()
        if first.hasPrefix("k:"), var items = array {
            guard let index = items.firstIndex(where: { $0.identity == first }) else { return }
            if rest.isEmpty { items.remove(at: index) } else { items[index].remove(rest) }
            self = .array(items)
        } else if rest.isEmpty {
            self[first] = nil
        } else if var inner = self[first] {
            inner.remove(rest)
            self[first] = inner
        }
    }

    /// The object with a configuration put over it.
    fileprivate func applying(_ wanted: JSON) -> JSON {
        switch wanted {
        case .object(let changes):
            var fields = object ?? [:]
            for (key, value) in changes { fields[key] = (fields[key] ?? .null).applying(value) }
            return .object(fields)
        case .array(let changes) where changes.first?.identity != nil:
            var items = array ?? []
            for change in changes {
                if let index = items.firstIndex(where: { $0.identity == change.identity }) {
                    items[index] = items[index].applying(change)
                } else {
                    items.append(change)
                }
            }
            return .array(items)
        default: return wanted
        }
    }
}

/// Who set which fields of an object.
struct FieldOwners {
    struct Manager: Hashable {
        var name: String
        var operation: String
        var subresource: String?
    }
    struct Conflict {
        var owner: Manager
        var path: FieldPath
    }

    private var sets: [(manager: Manager, fields: FieldSet, time: JSON?)] = []

    init(_ json: JSON?) {
        sets = (json?.array ?? []).map { entry in
            let manager = Manager(
                name: entry["manager"]?.string ?? "", operation: entry["operation"]?.string ?? "Update",
                subresource: entry["subresource"]?.string)
            return (manager, FieldSet(entry["fieldsV1"]), entry["time"])
        }
    }

    subscript(manager: Manager) -> FieldSet {
        get { sets.first { $0.manager == manager }?.fields ?? FieldSet() }
        set {
            if let index = sets.firstIndex(where: { $0.manager == manager }) {
                sets[index].fields = newValue
            } else {
                sets.append((manager, newValue, nil))
            }
        }
    }

    func isOwned(_ path: FieldPath, besides manager: Manager) -> Bool {
        sets.contains { $0.manager != manager && $0.fields.paths.contains(path) }
    }

    /// Fields of others that would change.
    func conflicts(of manager: Manager, _ fields: FieldSet, changes: (FieldPath) -> Bool) -> [Conflict] {
        sets.filter { $0.manager != manager }.flatMap { other in
            other.fields.paths.intersection(fields.paths).filter { changes($0) && $0.last?.hasPrefix("k:") == false }
                .sorted { $0.lexicographicallyPrecedes($1) }
                .map { Conflict(owner: other.manager, path: $0) }
        }
    }

    mutating func take(_ path: FieldPath, from owner: Manager) {
        for index in sets.indices where sets[index].manager == owner { sets[index].fields.paths.remove(path) }
    }

    /// What an update that is no apply makes of it: the fields that changed are the writer's.
    mutating func update(from old: JSON, to new: JSON, by manager: Manager) {
        let changed = Set(sets.flatMap(\.fields.paths)).filter { path in
            path.last?.hasPrefix("k:") == false && old.value(at: path[...]) != new.value(at: path[...])
        }
        guard !changed.isEmpty else { return }
        for index in sets.indices { sets[index].fields.paths.subtract(changed) }
        self[manager].paths.formUnion(changed.filter { new.value(at: $0[...]) != nil })
    }

    func json(apiVersion: String, at time: JSON, for writer: Manager) -> JSON {
        .array(
            sets.filter { !$0.fields.paths.isEmpty }.map { manager, fields, known in
                var entry: JSON.Fields = [
                    "manager": .string(manager.name), "operation": .string(manager.operation),
                    "apiVersion": .string(apiVersion), "time": manager == writer ? time : known ?? time,
                    "fieldsType": "FieldsV1", "fieldsV1": fields.json,
                ]
                entry["subresource"] = manager.subresource.map(JSON.string)
                return .object(entry)
            })
    }

    static func conflict(_ conflicts: [Conflict]) -> APIStatus {
        let texts = conflicts.map { "conflict with \"\($0.owner.name)\": \(field($0.path))" }
        let count = conflicts.count == 1 ? "1 conflict" : "\(conflicts.count) conflicts"
        let causes = conflicts.map { conflict in
            APIStatus.Cause(
                reason: "FieldManagerConflict", message: "conflict with \"\(conflict.owner.name)\"",
                field: field(conflict.path))
        }
        return APIStatus(
            code: 409, reason: "Conflict", message: "Apply failed with \(count): \(texts.joined(separator: "\n"))",
            details: ["causes": .array(causes.map(\.json))])
    }

    /// `.spec.containers[name="main"].image`
    private static func field(_ path: FieldPath) -> String {
        path.map { part in
            guard part.hasPrefix("k:") else { return "." + part }
            return "["
                + part.dropFirst(3).dropLast().replacing("\":", with: "=").replacing("\"", with: "", maxReplacements: 1)
                + "]"
        }.joined()
    }
}
