import AttuneCore

/// Reads an Experiment resource as it stands in the cluster.
struct ExperimentResource: Sendable {
    let object: JSON

    /// The annotation by which Trial resources are limited: `all`, `none` or how many.
    static let windowAnnotation = "attune.dev/trial-objects"
    static let finalizer = "update-prometheus-metrics"

    /// What is read from it: only what its user wrote.
    ///
    /// - Parameter templateText: the ConfigMap's text, where the template comes from one.
    func document(templateText: String?) -> SourceNode {
        var metadata: JSON = ["name": .string(object.name), "namespace": .string(object.namespace)]
        metadata["labels"] = object.metadata?["labels"]
        metadata["annotations"] = object.metadata?["annotations"]
        var spec = object["spec"] ?? [:]
        if let templateText { spec["trialTemplate"]?["configMap"]?["templateText"] = .string(templateText) }
        if let parameters = spec["parameters"]?.array {
            spec["parameters"] = .array(parameters.map(ExperimentResource.forgiven))
        }
        return SourceNode([
            "apiVersion": object["apiVersion"] ?? "kubeflow.org/v1beta1", "kind": "Experiment", "metadata": metadata,
            "spec": spec,
        ])
    }

    /// Katib's Python SDK sends the list of a categorical parameter as its distribution.
    private static func forgiven(_ parameter: JSON) -> JSON {
        guard let list = parameter["feasibleSpace"]?["distribution"], list.array != nil else { return parameter }
        var parameter = parameter
        parameter["feasibleSpace"]?["distribution"] = nil
        if parameter["feasibleSpace"]?["list"] == nil { parameter["feasibleSpace"]?["list"] = list }
        return parameter
    }

    /// Where the template is, if it is in a ConfigMap.
    var configMap: (name: String, namespace: String, key: String)? {
        guard let source = object["spec"]?["trialTemplate"]?["configMap"],
            let name = source["configMapName"]?.string, let key = source["templatePath"]?.string
        else { return nil }
        return (name, source["configMapNamespace"]?.string ?? object.namespace, key)
    }

    /// A seed of the experiment's own, the same however often it is asked for (FNV-1a of its uid).
    var seed: UInt64 {
        let hash = object.uid.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return hash >> 33
    }

    /// Whether it was over before: Succeeded or Failed.
    var isOver: Bool {
        let conditions = Conditions(object["status"])
        return conditions.has("Succeeded") || conditions.has("Failed")
    }

    var window: TrialObjects.Window {
        object.annotation(ExperimentResource.windowAnnotation).flatMap { TrialObjects.Window($0) } ?? .usual
    }
}

extension Experiment {
    /// As the operator keeps it: in a namespace of the store, and known as this very resource.
    mutating func place(in object: JSON) {
        metadata.tenancy = object.namespace
        metadata.namespace = object.namespace
        metadata.annotations[TrialMark.studyAnnotation] = object.uid
    }

    /// Which resource it was read from.
    var study: String? { metadata.annotations[TrialMark.studyAnnotation] }
}
