import AttuneCore

/// A kind of object that the server keeps, in one version.
struct ResourceType: Sendable {
    var group: String
    var version: String
    var kind: String
    var plural: String
    var singular: String
    var shortNames: [String] = []
    var isNamespaced = true
    var hasStatus = false
    /// Whether `metadata.generation` counts changes.
    var hasGeneration = false
    /// Defined by a custom resource definition.
    var isCustom = false
    var schema: Schema?
    var columns: [PrinterColumn] = []
    /// Names of further subresources, such as `log`.
    var subresources: [String] = []

    var listKind: String { kind + "List" }
    var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    /// `jobs.batch`, `pods`: the name of the collection, common to all versions.
    var collection: String { group.isEmpty ? plural : "\(plural).\(group)" }
    /// `Job.batch`, `Pod`: how messages name the kind.
    var qualifiedKind: String { group.isEmpty ? kind : "\(kind).\(group)" }

    var fieldsOfObjects: JSON.Fields { ["kind": .string(kind), "apiVersion": .string(apiVersion)] }
}

/// A column of `kubectl get`.
struct PrinterColumn: Sendable {
    var name: String
    var type = "string"
    var path: String
    var priority = 0
}
