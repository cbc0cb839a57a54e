import AttuneCore

/// Custom resource definitions, and the kinds that they define.
enum CustomDefinition {
    static let collection = "customresourcedefinitions.apiextensions.k8s.io"

    static func created(_ json: JSON, of type: ResourceType) throws -> JSON {
        let spec = json["spec"]
        let names = spec?["names"]
        let name = json["metadata"]?["name"]?.string ?? ""
        let expected = "\(names?["plural"]?.string ?? "").\(spec?["group"]?.string ?? "")"
        guard name == expected else {
            let cause = APIStatus.Cause.invalid(
                "metadata.name", .string(name), "must be spec.names.plural+\".\"+spec.group")
            throw APIStatus.invalid(type, name, [cause])
        }
        var json = json
        if json["spec"]?["conversion"] == nil { json["spec"]?["conversion"] = ["strategy": "None"] }
        let stored = spec?["versions"]?.array?.filter { $0["storage"]?.bool == true }.compactMap { $0["name"] } ?? []
        json["status"] = [
            "conditions": .null, "acceptedNames": ["plural": "", "kind": ""], "storedVersions": .array(stored),
        ]
        return json
    }

    /// The kinds of a definition, one a version that is served.
    static func types(_ definition: JSON) -> [ResourceType] {
        let spec = definition["spec"]
        let names = spec?["names"]
        let kind = names?["kind"]?.string ?? ""
        return (spec?["versions"]?.array ?? []).filter { $0["served"]?.bool == true }.map { version in
            let schema = version["schema"]?["openAPIV3Schema"]
            return ResourceType(
                group: spec?["group"]?.string ?? "", version: version["name"]?.string ?? "", kind: kind,
                plural: names?["plural"]?.string ?? "", singular: names?["singular"]?.string ?? kind.lowercased(),
                shortNames: names?["shortNames"]?.array?.compactMap(\.string) ?? [],
                isNamespaced: spec?["scope"]?.string != "Cluster", hasStatus: version["subresources"]?["status"] != nil,
                isCustom: true, schema: schema.map(Schema.init),
                columns: (version["additionalPrinterColumns"]?.array ?? []).map(column))
        }
    }

    private static func column(_ json: JSON) -> PrinterColumn {
        PrinterColumn(
            name: json["name"]?.string ?? "", type: json["type"]?.string ?? "string",
            path: json["jsonPath"]?.string ?? "", priority: json["priority"]?.int ?? 0)
    }

    /// The status of a definition whose names are taken up.
    static func established(_ definition: JSON, at time: JSON) -> JSON {
        func condition(_ type: JSON, _ reason: JSON, _ message: JSON) -> JSON {
            ["type": type, "status": "True", "lastTransitionTime": time, "reason": reason, "message": message]
        }
        return [
            "conditions": [
                condition("NamesAccepted", "NoConflicts", "no conflicts found"),
                condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
            ],
            "acceptedNames": definition["spec"]?["names"] ?? [:],
            "storedVersions": definition["status"]?["storedVersions"] ?? [],
        ]
    }
}

/// Serves the kinds of definitions, and stops serving them.
final class DefinitionController: Controller {
    func concerned(by change: Change, in state: ClusterState) -> [ObjectID] {
        guard change.object.id.collection == CustomDefinition.collection else { return [] }
        // The kinds are served at once; only the status comes later.
        if change.kind != .added { state.removeTypes(ofCollection: change.object.id.name) }
        guard change.kind != .deleted else { return state.collection(change.object.id.name).sorted(in: nil).map(\.id) }
        for type in CustomDefinition.types(change.object.json) { state.add(type) }
        return [change.object.id]
    }

    func sync(_ id: ObjectID, in state: ClusterState) {
        // What is left of a kind that is served no more goes with it.
        guard id.collection == CustomDefinition.collection else { return state.remove(id) }
        guard let object = state[id], object.status["conditions"]?.array?.isEmpty ?? true else { return }
        state.setStatus(CustomDefinition.established(object.json, at: state.timestamp), of: id)
    }
}
