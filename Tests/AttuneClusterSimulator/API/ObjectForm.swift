import AttuneCore
import Foundation

/// How objects are shown when the client does not want them whole.
enum ObjectForm {
    case table(ResourceType, includesObject: Bool, now: @Sendable (JSON?) -> String)
    case metadata

    func list(_ objects: [StoredObject], metadata: JSON) -> JSON {
        switch self {
        case .metadata:
            return [
                "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
                "items": .array(objects.map(ObjectForm.partial)),
            ]
        case .table(let type, let includesObject, let age):
            return [
                "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
                "columnDefinitions": .array(TableColumn.of(type).map(\.definition)),
                "rows": .array(objects.map { ObjectForm.row($0, type, includesObject, age) }),
            ]
        }
    }

    static func partial(_ object: StoredObject) -> JSON {
        [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": object.json["metadata"] ?? [:],
        ]
    }

    private static func row(
        _ object: StoredObject, _ type: ResourceType, _ includesObject: Bool, _ age: (JSON?) -> String
    ) -> JSON {
        [
            "cells": .array(TableColumn.of(type).map { $0.cell(object, age) }),
            "object": includesObject ? partial(object) : .null,
        ]
    }
}

/// A column of a table, with what stands in it.
struct TableColumn {
    var name: String
    var type = "string"
    var priority = 0
    var cell: (StoredObject, (JSON?) -> String) -> JSON

    var definition: JSON {
        [
            "name": .string(name), "type": .string(type), "format": name == "Name" ? "name" : "", "description": "",
            "priority": .number(priority),
        ]
    }

    static func of(_ type: ResourceType) -> [TableColumn] {
        let name = TableColumn(name: "Name") { object, _ in .string(object.id.name) }
        if type.isCustom, !type.columns.isEmpty { return [name] + type.columns.map(custom) }
        let age = TableColumn(name: "Age") { object, age in .string(age(object.json["metadata"]?["creationTimestamp"]))
        }
        switch type.kind {
        case "Job" where type.group == "batch": return [name] + ofJobs + [age]
        case "Pod": return [name] + ofPods + [age]
        default: return [name, age]
        }
    }

    private static func custom(_ column: PrinterColumn) -> TableColumn {
        TableColumn(name: column.name, type: column.type, priority: column.priority) { object, age in
            let value = JSONPath(column.path).first(in: object.json)
            if column.type == "date" { return value.map { .string(age($0)) } ?? .null }
            return value ?? .null
        }
    }

    private static var ofJobs: [TableColumn] {
        [
            TableColumn(name: "Status") { object, _ in
                let conditions = object.status["conditions"]?.array ?? []
                let last = conditions.last { $0["status"]?.string == "True" }?["type"]
                return last ?? "Running"
            },
            TableColumn(name: "Completions") { object, _ in
                .string("\(object.status["succeeded"]?.int ?? 0)/\(object.spec["completions"]?.int ?? 1)")
            },
            TableColumn(name: "Duration") { object, age in .string(age(object.status["startTime"])) },
        ]
    }

    private static var ofPods: [TableColumn] {
        [
            TableColumn(name: "Ready") { object, _ in
                let containers = object.status["containerStatuses"]?.array ?? []
                let ready = containers.filter { $0["ready"]?.bool == true }.count
                return .string("\(ready)/\(object.spec["containers"]?.array?.count ?? 0)")
            },
            TableColumn(name: "Status") { object, _ in
                object.status["reason"] ?? object.status["phase"] ?? ""
            },
            TableColumn(name: "Restarts") { object, _ in
                let containers = object.status["containerStatuses"]?.array ?? []
                return .string(String(containers.reduce(0) { $0 + ($1["restartCount"]?.int ?? 0) }))
            },
        ]
    }
}

extension ObjectRequest {
    /// The form that the client would rather have, where it is not the objects.
    func form(state: ClusterState) -> ObjectForm? {
        let accept = headers["accept"] ?? ""
        if accept.contains("as=PartialObjectMetadata") { return .metadata }
        guard accept.contains("as=Table") else { return nil }
        let now = state.now
        return .table(type, includesObject: route.query["includeObject"] != "None") { time in
            guard let date = time?.string.flatMap(Timestamp.date) else { return "" }
            return Age.text(now.timeIntervalSince(date))
        }
    }
}

/// A duration as `kubectl get` prints it: `90s`, `5m`, `3h`, `2d`.
enum Age {
    static func text(_ seconds: Double) -> String {
        switch Int(seconds) {
        case ..<120: "\(max(0, Int(seconds)))s"
        case ..<7_200: "\(Int(seconds) / 60)m"
        case ..<172_800: "\(Int(seconds) / 3_600)h"
        default: "\(Int(seconds) / 86_400)d"
        }
    }
}

/// The paths that printer columns use: `.status.phase`, `.status.conditions[-1:].type`,
/// `.status.conditions[?(@.type=="Ready")].status`.
struct JSONPath {
    private enum Step {
        case member(String)
        case last
        case index(Int)
        case any
        case only(field: String, value: String)
    }
    private var steps: [Step] = []

    init(_ text: String) {
        var rest = text[...]
        while let first = rest.first {
            rest = rest.dropFirst()
            if first == "[", let end = rest.firstIndex(of: "]") {
                steps.append(JSONPath.step(rest[..<end]))
                rest = rest[rest.index(after: end)...]
            } else if first == "." {
                let name = rest.prefix { $0 != "." && $0 != "[" }
                if !name.isEmpty { steps.append(.member(String(name))) }
                rest = rest.dropFirst(name.count)
            }
        }
    }

    private static func step(_ text: Substring) -> Step {
        if text == "-1:" || text == "-1" { return .last }
        if text == "*" { return .any }
        if let index = Int(text) { return .index(index) }
        guard text.hasPrefix("?(@."), let (field, value) = String(text.dropFirst(4).dropLast()).sides(of: "==") else {
            return .member(text.filter { $0 != "'" })
        }
        return .only(field: field, value: value.replacing("\"", with: "").replacing("'", with: ""))
    }

    func first(in json: JSON) -> JSON? {
        var values = [json]
        for step in steps { values = values.flatMap { JSONPath.values(step, of: $0) } }
        return values.first
    }

    private static func values(_ step: Step, of json: JSON) -> [JSON] {
        switch step {
        case .member(let name): json[name].map { [$0] } ?? []
        case .last: json.array?.last.map { [$0] } ?? []
        case .index(let index): json[index].map { [$0] } ?? []
        case .any: json.array ?? []
        case .only(let field, let value): (json.array ?? []).filter { $0[field]?.scalarText == value }
        }
    }
}
