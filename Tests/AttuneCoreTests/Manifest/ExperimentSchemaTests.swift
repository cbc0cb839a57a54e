import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneCore

/// `docs/experiment.schema.json`, the table of known fields and the reader tell the same story.
struct ExperimentSchemaTests {
    private let schema: JSON

    init() throws {
        let root = URL(filePath: #filePath).appending(path: "../../../..").standardized
        schema = try JSON(
            parsing: String(contentsOf: root.appending(path: "docs/experiment.schema.json"), encoding: .utf8))
    }

    @Test func `the schema and the reader know the same fields`() {
        var visited = 0
        compare(schema, .experiment, at: FieldPath(), &visited)
        #expect(visited > 100)
    }

    private func compare(_ part: JSON, _ known: ManifestFields, at field: FieldPath, _ visited: inout Int) {
        let part = resolved(part)
        visited += 1
        switch known {
        case .value, .free:
            #expect(part["additionalProperties"]?.bool != false, "\(field) has fields only in the schema")
        case .list(let item):
            guard let items = part["items"] else { return #expect(Bool(false), "\(field) is no list in the schema") }
            compare(items, item, at: field[0], &visited)
        case .map(let fields):
            let properties = part["properties"]?.object ?? [:]
            #expect(Set(properties.keys) == Set(fields.map(\.key)), "\(field)")
            #expect(part["additionalProperties"]?.bool == false, "\(field) must be closed")
            for (name, inner) in fields {
                guard let property = properties[name] else { continue }
                #expect(
                    property["description"] != nil || ["kind", "metadata"].contains(name),
                    "\(field[name]) has no description")
                compare(property, inner, at: field[name], &visited)
            }
        }
    }

    private func resolved(_ part: JSON) -> JSON {
        guard let name = part["$ref"]?.string?.split(separator: "/").last else { return part }
        return schema["$defs"]?[String(name)] ?? .null
    }

    /// Each known field in turn gets a value that cannot be right; a reader that never looks there would not complain.
    @Test func `every known field is read`() {
        var fields: [FieldPath] = []
        collect(.experiment, at: FieldPath(), into: &fields)
        for field in fields where !unread.contains(field.description) {
            let document = surroundings(of: field).setting(field, to: .object(["surprise": [[]]]))
            let reading = Experiment.reading(SourceNode(document), catalogue: .named, seed: 0)
            #expect(reading.problems.contains { $0.field.steps.starts(with: field.steps) }, "\(field)")
        }
    }

    /// Taken as they are, or not at all.
    private let unread: Set<String> = ["status", "spec.metricsCollectorSpec.collector.customCollector"]

    private func collect(_ known: ManifestFields, at field: FieldPath, into fields: inout [FieldPath]) {
        if !field.steps.isEmpty { fields.append(field) }
        switch known {
        case .value, .free: break
        case .list(let item): collect(item, at: field[0], into: &fields)
        case .map(let members): for (name, inner) in members { collect(inner, at: field[name], into: &fields) }
        }
    }

    /// A document in which the field would be looked at.
    private func surroundings(of field: FieldPath) -> JSON {
        let isListed = field.description.contains("feasibleSpace.list")
        let isConditional = field.description.contains("when")
        let parameter: JSON = [
            "name": "x", "parameterType": isListed ? "categorical" : "double",
            "when": isConditional ? ["parameter": "y"] : .null, "feasibleSpace": isListed ? [:] : ["min": 0, "max": 1],
        ]
        return [
            "spec": [
                "parameters": [parameter],
                "nasConfig": field.description.contains("cells")
                    ? ["cells": [:]] : ["operations": [["parameters": [parameter]]]],
                "trialTemplate": ["configMap": ["configMapName": "a", "configMapNamespace": "b", "templatePath": "c"]],
            ]
        ]
    }
}

extension JSON {
    /// The same value with `value` at a place, maps and lists made on the way.
    fileprivate func setting(_ field: FieldPath, to value: JSON) -> JSON {
        guard let step = field.steps.first else { return value }
        let rest = FieldPath(Array(field.steps.dropFirst()))
        switch step {
        case .key(let key):
            var fields = object ?? [:]
            fields[key] = (fields[key] ?? .null).setting(rest, to: value)
            return .object(fields)
        case .index: return .array([(self[0] ?? .null).setting(rest, to: value)])
        }
    }
}
