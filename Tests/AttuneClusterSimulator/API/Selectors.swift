import AttuneCore

/// A label selector: `app=trial,stage in (a, b),!done`.
struct LabelSelector: Sendable {
    private enum Test: Sendable {
        case exists
        case isAbsent
        case isIn(Set<String>)
        case isNotIn(Set<String>)
    }
    private var tests: [(label: String, test: Test)] = []

    /// Matches everything.
    init() {}

    init(_ text: String) throws(APIStatus) {
        for part in LabelSelector.parts(text) { tests.append(try LabelSelector.requirement(part)) }
    }

    /// A selector of an object: `matchLabels` and `matchExpressions`.
    init(_ json: JSON?) {
        for (label, value) in json?["matchLabels"]?.object ?? [:] {
            tests.append((label, .isIn([value.string ?? ""])))
        }
        for expression in json?["matchExpressions"]?.array ?? [] {
            let values = Set(expression["values"]?.array?.compactMap(\.string) ?? [])
            let test: Test =
                switch expression["operator"]?.string {
                case "In": .isIn(values)
                case "NotIn": .isNotIn(values)
                case "Exists": .exists
                default: .isAbsent
                }
            tests.append((expression["key"]?.string ?? "", test))
        }
    }

    func matches(_ labels: JSON?) -> Bool {
        tests.allSatisfy { label, test in
            let value = labels?[label]?.string
            return switch test {
            case .exists: value != nil
            case .isAbsent: value == nil
            case .isIn(let values): value.map(values.contains) ?? false
            case .isNotIn(let values): !(value.map(values.contains) ?? false)
            }
        }
    }

    /// At the commas that are not in brackets.
    private static func parts(_ text: String) -> [String] {
        var parts: [String] = []
        var part = ""
        var depth = 0
        for character in text {
            depth += character == "(" ? 1 : character == ")" ? -1 : 0
            if character == ",", depth == 0 {
                parts.append(part)
                part = ""
            } else {
                part.append(character)
            }
        }
        return (parts + [part]).map { $0.trimmed }.filter { !$0.isEmpty }
    }

    private static func requirement(_ text: String) throws(APIStatus) -> (String, Test) {
        if text.hasPrefix("!") { return (String(text.dropFirst()).trimmed, .isAbsent) }
        if let (label, value) = text.sides(of: "!=") { return (label, .isNotIn([value])) }
        if let (label, value) = text.sides(of: "==") ?? text.sides(of: "=") { return (label, .isIn([value])) }
        if let (label, set) = text.sides(of: " notin ") { return (label, .isNotIn(values(set))) }
        if let (label, set) = text.sides(of: " in ") { return (label, .isIn(values(set))) }
        guard !text.contains(" ") else {
            throw .badRequest("unable to parse requirement: found '\(text)', expected: in, notin, =, ==, !=")
        }
        return (text, .exists)
    }

    private static func values(_ set: String) -> Set<String> {
        Set(set.trimmed.dropFirst().dropLast().split(separator: ",").map { String($0).trimmed })
    }
}

/// A field selector: `metadata.name=x,status.phase!=Running`.
struct FieldSelector: Sendable {
    private var tests: [(path: [String], value: String, isEqual: Bool)] = []
    /// The one name that is asked for.
    private(set) var name: String?

    init() {}

    init(_ text: String, of type: ResourceType) throws(APIStatus) {
        for part in text.split(separator: ",") {
            let (field, value, isEqual) = try FieldSelector.requirement(String(part))
            guard FieldSelector.supported(type).contains(field) else {
                throw .badRequest("field label \"\(field)\" not supported for \(type.kind)")
            }
            if field == "metadata.name", isEqual { name = value }
            tests.append((field.split(separator: ".").map(String.init), value, isEqual))
        }
    }

    func matches(_ object: JSON) -> Bool {
        tests.allSatisfy { path, value, isEqual in
            ((object[path]?.scalarText ?? "") == value) == isEqual
        }
    }

    private static func requirement(_ text: String) throws(APIStatus) -> (String, String, Bool) {
        if let (field, value) = text.sides(of: "!=") { return (field, value, false) }
        if let (field, value) = text.sides(of: "==") ?? text.sides(of: "=") { return (field, value, true) }
        throw .badRequest("invalid selector: '\(text)'; can't understand '\(text)'")
    }

    private static func supported(_ type: ResourceType) -> Set<String> {
        let all: Set<String> = ["metadata.name", "metadata.namespace"]
        switch type.kind {
        case "Pod": return all.union(["status.phase", "spec.nodeName", "spec.restartPolicy", "status.podIP"])
        case "Job": return all.union(["status.successful"])
        case "Event": return all.union(FieldSelector.ofEvents)
        case "Secret": return all.union(["type"])
        case "Namespace": return all.union(["status.phase"])
        default: return all
        }
    }

    private static let ofEvents: Set<String> = [
        "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
        "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
        "reportingComponent", "source", "type",
    ]
}

/// Which objects a list or a watch is about.
struct ObjectFilter: Sendable {
    var namespace: String?
    var labels = LabelSelector()
    var fields = FieldSelector()

    func matches(_ object: StoredObject) -> Bool {
        (namespace == nil || object.id.namespace == namespace)
            && (fields.name == nil || object.id.name == fields.name)
            && labels.matches(object.labels) && fields.matches(object.json)
    }
}

extension String {
    var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    /// What stands before and after the first occurrence.
    func sides(of separator: String) -> (String, String)? {
        guard let range = firstRange(of: separator) else { return nil }
        return (String(self[..<range.lowerBound]).trimmed, String(self[range.upperBound...]).trimmed)
    }
}
