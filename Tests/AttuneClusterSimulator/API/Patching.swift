import AttuneCore

extension ClusterState {
    func patch(_ request: ObjectRequest) throws -> Reply {
        switch request.contentType {
        case "application/apply-patch+yaml", "application/apply-patch+json": return try apply(request)
        case "application/merge-patch+json":
            let patch = try request.object()
            return try change(request) { $0.merged(with: patch) }
        case "application/json-patch+json":
            let steps = try request.object().array ?? []
            return try change(request) { try JSONPatch(steps).applied(to: $0) }
        case "application/strategic-merge-patch+json" where !request.type.isCustom:
            let patch = try request.object()
            return try change(request) { $0.strategicallyMerged(with: patch) }
        case "application/strategic-merge-patch+json":
            throw APIStatus.unknownFormat(
                "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml")
        default:
            throw APIStatus(
                code: 415, reason: "UnsupportedMediaType", message: "415: Unsupported Media Type", details: [:])
        }
    }

    private func change(_ request: ObjectRequest, _ change: (JSON) throws -> JSON) throws -> Reply {
        let object = try update(request.id, of: request.type, options: request.writeOptions, change: change)
        return Reply(200, object.bytes(in: request.type))
    }
}

extension JSON {
    /// RFC 7396.
    func merged(with patch: JSON) -> JSON {
        guard case .object(let changes) = patch else { return patch }
        var fields = object ?? [:]
        for (key, value) in changes {
            fields[key] = value.isNull ? nil : (fields[key] ?? .null).merged(with: value)
        }
        return .object(fields)
    }

    /// As a merge patch, but lists whose items have names are merged item by item.
    func strategicallyMerged(with patch: JSON, at key: String = "") -> JSON {
        switch patch {
        case .object(let changes):
            var fields = object ?? [:]
            for (key, value) in changes where !key.hasPrefix("$") {
                fields[key] = value.isNull ? nil : (fields[key] ?? .null).strategicallyMerged(with: value, at: key)
            }
            return .object(fields)
        case .array(let changes):
            guard let merge = JSON.mergeKeys[key], let items = array else { return patch }
            return .array(JSON.merged(items, with: changes, by: merge))
        default: return patch
        }
    }

    private static func merged(_ items: [JSON], with changes: [JSON], by key: String) -> [JSON] {
        var items = items
        for change in changes {
            let index = items.firstIndex { $0[key] == change[key] }
            switch (index, change["$patch"]?.string) {
            case (let index?, "delete"): items.remove(at: index)
            case (let index?, _): items[index] = items[index].strategicallyMerged(with: change)
            case (nil, "delete"): break
            case (nil, _): items.append(change)
            }
        }
        return items
    }

    /// Which member tells the items of a list apart.
    private static let mergeKeys = [
        "containers": "name", "initContainers": "name", "env": "name", "volumes": "name",
        "volumeMounts": "mountPath", "ports": "containerPort", "conditions": "type", "ownerReferences": "uid",
        "imagePullSecrets": "name", "secrets": "name",
    ]
}

/// RFC 6902.
struct JSONPatch {
    private let steps: [JSON]

    init(_ steps: [JSON]) { self.steps = steps }

    func applied(to json: JSON) throws -> JSON {
        try steps.reduce(json) { json, step in
            guard let result = try changed(json, by: step) else {
                throw APIStatus(
                    code: 422, reason: "Invalid",
                    message: "the server rejected our request due to an error in our request", details: [:])
            }
            return result
        }
    }

    private func changed(_ json: JSON, by step: JSON) throws -> JSON? {
        guard let path = step["path"]?.string else { return nil }
        let place = JSONPatch.parts(path)
        switch step["op"]?.string {
        case "add": return step["value"].flatMap { json.setting(place[...], to: $0, inserts: true) }
        case "replace": return step["value"].flatMap { json.at(place) == nil ? nil : json.setting(place[...], to: $0) }
        case "remove": return json.at(place) == nil ? nil : json.setting(place[...], to: nil)
        case "test": return json.at(place)?.isSame(as: step["value"] ?? .null) == true ? json : nil
        case "copy", "move": return moved(json, by: step, to: place)
        default: return nil
        }
    }

    private func moved(_ json: JSON, by step: JSON, to place: [String]) -> JSON? {
        let source = JSONPatch.parts(step["from"]?.string ?? "")
        guard let value = json.at(source) else { return nil }
        let rest = step["op"]?.string == "move" ? json.setting(source[...], to: nil) : json
        return rest?.setting(place[...], to: value, inserts: true)
    }

    private static func parts(_ pointer: String) -> [String] {
        pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            .map { String($0).replacing("~1", with: "/").replacing("~0", with: "~") }
    }
}

extension JSON {
    fileprivate func at(_ place: [String]) -> JSON? {
        place.reduce(Optional(self)) { value, part in
            value?.array != nil ? Int(part).flatMap { value?[$0] } : value?[part]
        }
    }

    /// The same with another value at a place, or with none.
    fileprivate func setting(_ place: ArraySlice<String>, to value: JSON?, inserts: Bool = false) -> JSON? {
        guard let part = place.first else { return value }
        let rest = place.dropFirst()
        if var items = array {
            let index = part == "-" ? items.count : Int(part) ?? -1
            guard index >= 0, index <= items.count else { return nil }
            if rest.isEmpty, inserts, let value {
                items.insert(value, at: index)
            } else if index < items.count {
                let changed = items[index].setting(rest, to: value, inserts: inserts)
                if let changed {
                    items[index] = changed
                } else if rest.isEmpty {
                    items.remove(at: index)
                } else {
                    return nil
                }
            } else {
                return nil
            }
            return .array(items)
        }
        guard case .object(var fields) = self else { return nil }
        if rest.isEmpty {
            fields[part] = value
        } else {
            guard let changed = fields[part]?.setting(rest, to: value, inserts: inserts) else { return nil }
            fields[part] = changed
        }
        return .object(fields)
    }
}
