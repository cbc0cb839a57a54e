import AttuneCore

/// What the server makes of an object before it keeps it: defaults, and a refusal of what is wrong.
enum Admission {
    static func created(_ json: JSON, of type: ResourceType, in state: ClusterState) throws -> JSON {
        try checkName(json, of: type)
        switch type.collection {
        case "jobs.batch": return try JobAdmission.created(json, of: type)
        case "pods": return try PodAdmission.created(json, of: type)
        case "namespaces": return namespace(json)
        case "customresourcedefinitions.apiextensions.k8s.io":
            return try CustomDefinition.created(json, of: type)
        case "configmaps": return try limited(json, of: type)
        default: return type.isCustom ? try validated(json, of: type) : json
        }
    }

    static func updated(
        _ json: JSON, from old: JSON, of type: ResourceType, isStatus: Bool
    ) throws -> JSON {
        if type.isCustom { return try validated(json, of: type) }
        switch type.collection {
        case "jobs.batch" where !isStatus: return try JobAdmission.updated(json, from: old, of: type)
        case "configmaps": return try limited(json, of: type)
        default: return json
        }
    }

    private static func namespace(_ json: JSON) -> JSON {
        let name = json["metadata"]?["name"] ?? ""
        let labels = (json["metadata"]?["labels"] ?? [:]).with("kubernetes.io/metadata.name", name)
        let metadata = (json["metadata"] ?? [:]).with("labels", labels)
        return json.with("metadata", metadata).with("spec", ["finalizers": ["kubernetes"]])
            .with("status", ["phase": "Active"])
    }

    private static func validated(_ json: JSON, of type: ResourceType) throws -> JSON {
        guard let schema = type.schema else { return json }
        var json = json
        schema.prune(&json)
        schema.fillIn(&json)
        let causes = schema.causes(in: json)
        guard causes.isEmpty else {
            throw APIStatus.invalid(type, json["metadata"]?["name"]?.string ?? "", causes)
        }
        return json
    }

    private static func limited(_ json: JSON, of type: ResourceType) throws -> JSON {
        let size = (json["data"]?.object ?? [:]).reduce(0) {
            $0 + $1.key.utf8.count + ($1.value.string?.utf8.count ?? 0)
        }
        guard size > 1_048_576 else { return json }
        let cause = APIStatus.Cause(
            reason: "FieldValueTooLong", message: "Too long: may not be more than 1048576 bytes", field: "[]")
        throw APIStatus.invalid(type, json["metadata"]?["name"]?.string ?? "", [cause])
    }

    /// Names are DNS subdomains.
    private static func checkName(_ json: JSON, of type: ResourceType) throws {
        let name = json["metadata"]?["name"]?.string ?? ""
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isGood = name.utf8.count <= 253 && parts.allSatisfy(isLabel)
        guard !isGood, type.group != "rbac.authorization.k8s.io" else { return }
        throw APIStatus.invalid(type, name, [.invalid("metadata.name", .string(name), subdomainRule)])
    }

    private static func isLabel(_ part: Substring) -> Bool {
        guard let first = part.utf8.first, let last = part.utf8.last, first != 0x2D, last != 0x2D else { return false }
        return part.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }

    private static let subdomainRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
        + "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + #"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"#
}
