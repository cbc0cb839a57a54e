import AttuneCore

extension ClusterState {
    /// Makes a pod of a template for an owner, who controls it.
    func makePod(_ template: JSON, named name: PodName, for owner: StoredObject, labels: JSON.Fields = [:]) {
        guard let type = type("", "v1", "pods") else { return }
        var metadata: JSON.Fields = [:]
        switch name {
        case .fixed(let name): metadata["name"] = .string(name)
        case .generated(let prefix):
            metadata["name"] = .string(prefix + suffix())
            metadata["generateName"] = .string(prefix)
        }
        let given = template["metadata"]
        metadata["labels"] = .object((given?["labels"]?.object ?? [:]) + labels)
        metadata["annotations"] = given?["annotations"]
        metadata["ownerReferences"] = [owner.reference]
        let pod: JSON = ["metadata": .object(metadata), "spec": template["spec"] ?? [:]]
        do {
            let made = try insert(pod, of: type, namespace: owner.id.namespace)
            record("SuccessfulCreate", "Created pod: \(made.id.name)", about: owner, by: "job-controller")
        } catch let status as APIStatus {
            // It is tried again with the owner's next change.
            let why = "Error creating: \(status.message)"
            record("FailedCreate", why, isWarning: true, about: owner, by: "job-controller")
        } catch {
            preconditionFailure("inserting throws statuses: \(error)")
        }
    }

    /// Deletes a pod as its owner would.
    func deletePod(_ pod: StoredObject) {
        guard let type = type("", "v1", "pods"), !pod.isTerminating else { return }
        _ = try? delete(pod.id, of: type, DeleteOptions(policy: .background, uid: pod.uid))
    }
}

enum PodName {
    case fixed(String)
    case generated(prefix: String)
}

extension StoredObject {
    /// An owner reference to it, as its controller.
    var reference: JSON {
        [
            "apiVersion": json["apiVersion"] ?? "", "kind": json["kind"] ?? "", "name": .string(id.name),
            "uid": .string(uid), "controller": true, "blockOwnerDeletion": true,
        ]
    }

    var phase: String { status["phase"]?.string ?? "Pending" }
    var hasSucceeded: Bool { phase == "Succeeded" }
    var hasFailed: Bool { phase == "Failed" }
    /// It still runs, or may.
    var isActive: Bool { !hasSucceeded && !hasFailed && !isTerminating }
    var isReady: Bool {
        status["conditions"]?.array?.contains { $0["type"] == "Ready" && $0["status"] == "True" } ?? false
    }

    /// Whether the status has a condition of that type that is true.
    func has(_ condition: String) -> Bool {
        status["conditions"]?.array?.contains { $0["type"]?.string == condition && $0["status"] == "True" } ?? false
    }
}
