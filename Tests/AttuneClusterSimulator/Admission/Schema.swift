import AttuneCore

/// The part of an OpenAPI schema that custom resources use, without rules in CEL.
final class Schema: Sendable {
    let type: String?
    let properties: [String: Schema]
    let required: [String]
    let allowed: [JSON]
    let minimum: Double?
    let maximum: Double?
    let pattern: String?
    let fallback: JSON?
    let items: Schema?
    let others: Schema?
    let keepsUnknown: Bool
    let isIntOrString: Bool
    let isNullable: Bool
    let isEmbedded: Bool
    /// Whether it has rules in CEL, which are not checked here.
    let hasRules: Bool

    init(_ json: JSON) {
        type = json["type"]?.string
        properties = Dictionary(
            uniqueKeysWithValues: (json["properties"]?.object ?? [:]).map { ($0.key, Schema($0.value)) })
        required = json["required"]?.array?.compactMap(\.string) ?? []
        allowed = json["enum"]?.array ?? []
        minimum = json["minimum"]?.double
        maximum = json["maximum"]?.double
        pattern = json["pattern"]?.string
        fallback = json["default"]
        items = json["items"].map(Schema.init)
        others = json["additionalProperties"]?.object.map { Schema(.object($0)) }
        keepsUnknown =
            json["x-kubernetes-preserve-unknown-fields"]?.bool == true || json["additionalProperties"]?.bool == true
        isIntOrString = json["x-kubernetes-int-or-string"]?.bool == true
        isNullable = json["nullable"]?.bool == true
        isEmbedded = json["x-kubernetes-embedded-resource"]?.bool == true
        hasRules = json["x-kubernetes-validations"] != nil
    }

    /// Takes away what the schema does not know.
    ///
    /// - Returns: the paths of what went.
    @discardableResult
    func prune(_ json: inout JSON) -> [String] {
        var gone: [String] = []
        prune(&json, path: "", isRoot: true, gone: &gone)
        return gone
    }

    private func prune(_ json: inout JSON, path: String, isRoot: Bool, gone: inout [String]) {
        switch json {
        case .array(var elements):
            guard let items else { return }
            for index in elements.indices {
                items.prune(&elements[index], path: "\(path)[\(index)]", isRoot: false, gone: &gone)
            }
            json = .array(elements)
        case .object(let fields):
            var kept = JSON.Fields()
            for (key, value) in fields {
                let place = path.isEmpty ? key : "\(path).\(key)"
                var value = value
                if (isRoot || isEmbedded) && Schema.ofEveryObject.contains(key) {
                    kept[key] = value
                } else if let schema = properties[key] ?? others {
                    schema.prune(&value, path: place, isRoot: false, gone: &gone)
                    kept[key] = value
                } else if keepsUnknown {
                    kept[key] = value
                } else {
                    gone.append(place)
                }
            }
            json = .object(kept)
        default: break
        }
    }

    private static let ofEveryObject: Set<String> = ["apiVersion", "kind", "metadata"]

    /// Fills in defaults.
    func fillIn(_ json: inout JSON) {
        switch json {
        case .array(var elements):
            guard let items else { return }
            for index in elements.indices { items.fillIn(&elements[index]) }
            json = .array(elements)
        case .object(var fields):
            for (name, schema) in properties {
                if fields[name] == nil, let fallback = schema.fallback { fields[name] = fallback }
                guard var value = fields[name] else { continue }
                schema.fillIn(&value)
                fields[name] = value
            }
            if let others {
                for (key, value) in fields where properties[key] == nil {
                    var value = value
                    others.fillIn(&value)
                    fields[key] = value
                }
            }
            json = .object(fields)
        default: break
        }
    }

    /// What is wrong with an object.
    func causes(in json: JSON) -> [APIStatus.Cause] {
        var causes: [APIStatus.Cause] = []
        check(json, at: "", into: &causes)
        let hidesRules = causes.contains { $0.reason != "FieldValueInvalid" }
        guard hidesRules, containsRules else { return causes }
        let why =
            "some validation rules were not checked because the object was invalid; "
            + "correct the existing errors to complete validation"
        return causes + [.invalid("<nil>", .null, why)]
    }

    private var containsRules: Bool {
        hasRules || properties.values.contains(where: \.containsRules) || items?.containsRules == true
            || others?.containsRules == true
    }

    private func check(_ json: JSON, at path: String, into causes: inout [APIStatus.Cause]) {
        if json.isNull, isNullable || path.isEmpty { return }
        guard hasRightType(json) else {
            causes.append(wrongType(json, at: path))
            return
        }
        checkScalar(json, at: path, into: &causes)
        switch json {
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                items?.check(element, at: "\(path)[\(index)]", into: &causes)
            }
        case .object(let fields): check(fields, at: path, into: &causes)
        default: break
        }
    }

    private func check(_ fields: JSON.Fields, at path: String, into causes: inout [APIStatus.Cause]) {
        func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
        for name in required where fields[name] == nil { causes.append(.required(place(name))) }
        for (key, value) in fields {
            (properties[key] ?? others)?.check(value, at: place(key), into: &causes)
        }
    }

    private func checkScalar(_ json: JSON, at path: String, into causes: inout [APIStatus.Cause]) {
        if !allowed.isEmpty, !allowed.contains(json) { causes.append(.unsupported(path, json, allowed)) }
        if case .number(let text) = json, let number = Double(text) {
            if let minimum, number < minimum {
                let bound = "should be greater than or equal to \(minimum.plain)"
                causes.append(.invalid(path, json, "\(path) in body \(bound)"))
            }
            if let maximum, number > maximum {
                causes.append(.invalid(path, json, "\(path) in body should be less than or equal to \(maximum.plain)"))
            }
        }
        if let pattern, let text = json.string, let regex = try? Regex(pattern), text.firstMatch(of: regex) == nil {
            causes.append(.invalid(path, json, "\(path) in body should match '\(pattern)'"))
        }
    }

    private func hasRightType(_ json: JSON) -> Bool {
        if isIntOrString { return json.string != nil || json.typeName == "integer" }
        guard let type else { return true }
        return json.typeName == type || (type == "number" && json.typeName == "integer")
    }

    private func wrongType(_ json: JSON, at path: String) -> APIStatus.Cause {
        let name = json.typeName
        let text = "Invalid value: \"\(name)\": \(path) in body must be of type \(type ?? "string"): \"\(name)\""
        return APIStatus.Cause(reason: "FieldValueTypeInvalid", message: text, field: path)
    }
}

extension JSON {
    /// As schemas name types.
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number(let text): Int(text) != nil ? "integer" : "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension Double {
    fileprivate var plain: String { self == rounded() ? String(Int(self)) : String(self) }
}
