import AttuneCore

/// What there is: groups, versions and kinds.
struct Discovery {
    /// Groups that are served without objects in them.
    static let virtualGroups: Set<String> = ["authorization.k8s.io", "authentication.k8s.io"]

    let state: ClusterState

    func page(_ place: Route.Place) throws -> Reply {
        switch place {
        case .page("healthz"), .page("readyz"), .page("livez"): return .text("ok")
        case .page("version"): return Reply(200, version)
        case .page("api"): return Reply(200, core)
        case .page("apis"): return Reply(200, groups)
        case .group(let name): return Reply(200, try group(name))
        case .groupVersion(let group, let version): return Reply(200, try resources(group, version))
        default: throw APIStatus.noSuchPage
        }
    }

    private var version: JSON {
        [
            "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
            "minCompatibilityMinor": "35", "gitVersion": "v1.36.2", "gitCommit": "", "gitTreeState": "clean",
            "buildDate": "2026-01-01T00:00:00Z", "goVersion": "go1.25", "compiler": "gc", "platform": "linux/amd64",
        ]
    }

    private var core: JSON {
        [
            "kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"]],
        ]
    }

    private var groupNames: [String] {
        Set(state.types.values.map(\.group)).union(Discovery.virtualGroups).subtracting([""]).sorted()
    }

    private var groups: JSON {
        ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groupNames.map(body))]
    }

    private func group(_ name: String) throws -> JSON {
        guard groupNames.contains(name) else { throw APIStatus.noSuchPage }
        return .object(
            ["kind": "APIGroup", "apiVersion": "v1"] + (body(name).object ?? [:]))
    }

    private func body(_ name: String) -> JSON {
        let versions = Set(state.types.values.filter { $0.group == name }.map(\.version)).sorted()
        let entries = (versions.isEmpty ? ["v1"] : versions).map { version -> JSON in
            ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
        }
        return ["name": .string(name), "versions": .array(entries), "preferredVersion": entries[0]]
    }

    private func resources(_ group: String, _ version: String) throws -> JSON {
        let types = state.types.values.filter { $0.group == group && $0.version == version }
            .sorted { $0.plural < $1.plural }
        guard !types.isEmpty || Discovery.virtualGroups.contains(group) else { throw APIStatus.noSuchPage }
        let name = group.isEmpty ? version : "\(group)/\(version)"
        return [
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(name),
            "resources": .array(types.flatMap(entries)),
        ]
    }

    private func entries(_ type: ResourceType) -> [JSON] {
        var fields: JSON.Fields = [
            "name": .string(type.plural), "singularName": .string(type.singular),
            "namespaced": .bool(type.isNamespaced), "kind": .string(type.kind),
            "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
        ]
        if !type.shortNames.isEmpty { fields["shortNames"] = .array(type.shortNames.map(JSON.string)) }
        fields["storageVersionHash"] = "AAAAAAAAAAA="
        var entries = [JSON.object(fields)]
        for (name, verbs) in subresources(type) {
            entries.append([
                "name": .string("\(type.plural)/\(name)"), "singularName": "", "namespaced": .bool(type.isNamespaced),
                "kind": .string(type.kind), "verbs": verbs,
            ])
        }
        return entries
    }

    private func subresources(_ type: ResourceType) -> [(String, JSON)] {
        type.subresources.map { ($0, ["get"]) } + (type.hasStatus ? [("status", ["get", "patch", "update"])] : [])
    }
}

extension JSON.Fields {
    static func + (a: JSON.Fields, b: JSON.Fields) -> JSON.Fields {
        var sum = a
        for (key, value) in b { sum[key] = value }
        return sum
    }
}
