import AttuneCore

extension ClusterState {
    /// Writes an Event about an object, if the cluster writes any.
    func record(
        _ reason: String, _ message: String, isWarning: Bool = false, about object: StoredObject, by component: String
    ) {
        guard configuration.recordsEvents, let type = type("", "v1", "events") else { return }
        let name = "\(object.id.name).\(String(version + 1_000_000, radix: 16))"
        let place = object.id.namespace.isEmpty ? "default" : object.id.namespace
        let event: JSON = [
            "metadata": ["name": .string(name)],
            "involvedObject": [
                "kind": object.json["kind"] ?? "", "namespace": .string(object.id.namespace),
                "name": .string(object.id.name), "uid": .string(object.uid),
                "apiVersion": object.json["apiVersion"] ?? "", "resourceVersion": .string(String(object.version)),
            ],
            "reason": .string(reason), "message": .string(message), "source": ["component": .string(component)],
            "firstTimestamp": timestamp, "lastTimestamp": timestamp, "count": 1,
            "type": isWarning ? "Warning" : "Normal", "eventTime": .null, "reportingComponent": .string(component),
            "reportingInstance": "",
        ]
        _ = try? insert(event, of: type, namespace: place)
    }
}
