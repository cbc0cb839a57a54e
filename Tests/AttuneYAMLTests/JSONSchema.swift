import AttuneCore

/// As much of JSON Schema 2020-12 as the schema of an experiment uses.
struct JSONSchema {
    private let root: JSON

    init(_ root: JSON) { self.root = root }

    /// `FIELD: what is wrong` for every violation.
    func complaints(about value: JSON) -> [String] { complaints(about: value, by: root, at: FieldPath()) }

    private func complaints(about value: JSON, by schema: JSON, at field: FieldPath) -> [String] {
        var complaints: [String] = []
        func require(_ holds: Bool, _ rule: String) { if !holds { complaints.append("\(field): \(rule)") } }
        if let name = schema["$ref"]?.string?.split(separator: "/").last {
            complaints += self.complaints(about: value, by: root["$defs"]?[String(name)] ?? .bool(false), at: field)
        }
        if let type = schema["type"] {
            require((type.array ?? [type]).contains { value.isOf(type: $0.string ?? "") }, "type")
        }
        if let choices = schema["enum"]?.array { require(choices.contains(value), "enum") }
        if let only = schema["const"] { require(value == only, "const") }
        if let options = schema["anyOf"]?.array {
            require(options.contains { self.complaints(about: value, by: $0, at: field).isEmpty }, "anyOf")
        }
        if let least = schema["minimum"]?.double, value.isOf(type: "number") {
            require(value.double ?? 0 >= least, "minimum")
        }
        if let least = schema["exclusiveMinimum"]?.double, value.isOf(type: "number") {
            require(value.double ?? 0 > least, "exclusiveMinimum")
        }
        if let text = value.string { complaints += lengthComplaints(text, schema, field) }
        if let items = value.array { complaints += itemComplaints(items, schema, field) }
        if let fields = value.object { complaints += fieldComplaints(fields, schema, field) }
        return complaints
    }

    private func lengthComplaints(_ text: String, _ schema: JSON, _ field: FieldPath) -> [String] {
        var complaints: [String] = []
        if let least = schema["minLength"]?.int, text.count < least { complaints.append("\(field): minLength") }
        if let most = schema["maxLength"]?.int, text.count > most { complaints.append("\(field): maxLength") }
        if let pattern = schema["pattern"]?.string, (try? Regex(pattern).firstMatch(in: text)) ?? nil == nil {
            complaints.append("\(field): pattern")
        }
        return complaints
    }

    private func itemComplaints(_ items: [JSON], _ schema: JSON, _ field: FieldPath) -> [String] {
        var complaints = items.count < schema["minItems"]?.int ?? 0 ? ["\(field): minItems"] : []
        guard let item = schema["items"] else { return complaints }
        for (index, value) in items.enumerated() {
            complaints += self.complaints(about: value, by: item, at: field[index])
        }
        return complaints
    }

    private func fieldComplaints(_ fields: JSON.Fields, _ schema: JSON, _ field: FieldPath) -> [String] {
        var complaints: [String] = []
        for name in (schema["required"]?.array ?? []).compactMap(\.string) where fields[name] == nil {
            complaints.append("\(field[name]): required")
        }
        for (name, value) in fields {
            if let property = schema["properties"]?[name] {
                complaints += self.complaints(about: value, by: property, at: field[name])
            } else if let other = schema["additionalProperties"] {
                complaints +=
                    other == false
                    ? ["\(field[name]): additionalProperties"]
                    : self.complaints(about: value, by: other, at: field[name])
            }
        }
        return complaints
    }
}

extension JSON {
    fileprivate func isOf(type: String) -> Bool {
        switch (type, self) {
        case ("string", .string), ("boolean", .bool), ("object", .object), ("array", .array), ("null", .null),
            ("number", .number):
            true
        case ("integer", .number(let text)): Double(text).map { $0 == $0.rounded() } ?? false
        default: false
        }
    }
}
