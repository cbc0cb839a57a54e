import AttuneCore

/// Defaults and checks of batch/v1 Jobs.
enum JobAdmission {
    static func created(_ json: JSON, of type: ResourceType) throws -> JSON {
        try checkNumbers(json["spec"] ?? [:])
        try checkQuantities(json["spec"]?["template"]?["spec"] ?? [:])
        let name = json["metadata"]?["name"]?.string ?? ""
        let causes = causes(in: json["spec"] ?? [:])
        guard causes.isEmpty else { throw APIStatus.invalid(type, name, causes) }
        var json = json
        let uid = json["metadata"]?["uid"]?.string ?? ""
        json["spec"] = filledIn(json["spec"] ?? [:], name: name, uid: uid)
        if json["metadata"]?["labels"] == nil {
            let labels = json["spec"]?["template"]?["metadata"]?["labels"]
            json["metadata"]?["labels"] = labels
        }
        json["status"] = [:]
        return json
    }

    static func updated(_ json: JSON, from old: JSON, of type: ResourceType) throws -> JSON {
        let fixed = [
            ["completions"], ["selector"], ["template", "metadata"], ["template", "spec"], ["completionMode"],
            ["podFailurePolicy"],
        ]
        let causes = fixed.compactMap { path -> APIStatus.Cause? in
            let (new, old) = (json["spec"]?[path] ?? .null, old["spec"]?[path] ?? .null)
            guard !new.isSame(as: old) else { return nil }
            return .invalid("spec." + path.joined(separator: "."), new, "field is immutable")
        }
        guard causes.isEmpty else { throw APIStatus.invalid(type, json["metadata"]?["name"]?.string ?? "", causes) }
        return json
    }

    private static func filledIn(_ spec: JSON, name: String, uid: String) -> JSON {
        var spec = JSON.object(JSON.Fields((spec.object ?? [:]).filter { fields.contains($0.key) }))
        if spec["parallelism"] == nil, spec["completions"] == nil { spec["completions"] = 1 }
        let selector: JSON = ["matchLabels": ["batch.kubernetes.io/controller-uid": .string(uid)]]
        let replacement: JSON = spec["podFailurePolicy"] == nil ? "TerminatingOrFailed" : "Failed"
        let defaults: JSON.Fields = [
            "parallelism": 1, "backoffLimit": 6, "selector": selector, "manualSelector": false,
            "completionMode": "NonIndexed", "suspend": false, "podReplacementPolicy": replacement,
        ]
        for (key, value) in defaults where spec[key] == nil { spec[key] = value }
        var labels = spec["template"]?["metadata"]?["labels"]?.object ?? [:]
        for prefix in ["batch.kubernetes.io/", ""] {
            labels[prefix + "controller-uid"] = .string(uid)
            labels[prefix + "job-name"] = .string(name)
        }
        let metadata = (spec["template"]?["metadata"] ?? [:]).with("labels", .object(labels))
        spec["template"] = [
            "metadata": metadata, "spec": PodAdmission.filledIn(spec["template"]?["spec"] ?? [:]),
        ]
        return spec
    }

    /// What a Job's spec has; the server drops the rest.
    static let fields: Set<String> = [
        "parallelism", "completions", "activeDeadlineSeconds", "podFailurePolicy", "successPolicy", "backoffLimit",
        "backoffLimitPerIndex", "maxFailedIndexes", "selector", "manualSelector", "template",
        "ttlSecondsAfterFinished", "completionMode", "suspend", "podReplacementPolicy", "managedBy",
    ]

    private static let numbers = [
        "parallelism", "completions", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished",
    ]

    private static func checkNumbers(_ spec: JSON) throws {
        for field in numbers {
            guard let value = spec[field], !value.isNull, value.typeName != "integer" else { continue }
            throw cannotBeHandled(
                "json: cannot unmarshal \(value.typeName) into Go struct field JobSpec.spec.\(field) of type int32")
        }
    }

    private static func checkQuantities(_ spec: JSON) throws {
        for container in spec["containers"]?.array ?? [] {
            for kind in ["limits", "requests"] {
                for (_, value) in container["resources"]?[kind]?.object ?? [:] where !isQuantity(value) {
                    throw cannotBeHandled(
                        "quantities must match the regular expression "
                            + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
                }
            }
        }
    }

    private static func isQuantity(_ value: JSON) -> Bool {
        value.scalarText?.wholeMatch(of: /([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)/) != nil
    }

    private static func cannotBeHandled(_ why: String) -> APIStatus {
        .badRequest("Job in version \"v1\" cannot be handled as a Job: \(why)")
    }

    private static func causes(in spec: JSON) -> [APIStatus.Cause] {
        var causes: [APIStatus.Cause] = []
        for field in numbers {
            guard let value = spec[field], let number = value.int, number < 0 else { continue }
            causes.append(.invalid("spec.\(field)", value, "must be greater than or equal to 0"))
        }
        causes += PodAdmission.causes(in: spec["template"]?["spec"], at: "spec.template.spec")
        let policy = spec["template"]?["spec"]?["restartPolicy"]?.string ?? "Always"
        if policy != "Never", policy != "OnFailure" {
            let hint = "valid values: \"OnFailure\", \"Never\""
            causes.append(.required("spec.template.spec.restartPolicy", hint))
        }
        return causes
    }
}
