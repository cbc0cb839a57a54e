import AttuneCore

/// trainer.kubeflow.org/v1alpha1 TrainJobs: an indexed Job, a pod a node.
final class TrainJobController: OwnerController {
    init() { super.init(["trainjobs.trainer.kubeflow.org"]) }

    override func reconcile(_ train: StoredObject, in state: ClusterState) {
        guard !train.has("Complete"), !train.has("Failed"), let type = state.type("batch", "v1", "jobs") else { return }
        let isSuspended = train.spec["suspend"]?.bool ?? false
        guard let job = state.dependents(of: train.uid, in: "jobs.batch").first else {
            _ = try? state.insert(job(of: train), of: type, namespace: train.id.namespace)
            return
        }
        if job.spec["suspend"]?.bool != isSuspended {
            _ = try? state.update(job.id, of: type) { json in
                var json = json
                json["spec"]?["suspend"] = .bool(isSuspended)
                return json
            }
        }
        state.setStatus(status(of: train, state[job.id] ?? job, isSuspended, state), of: train.id)
    }

    private func status(
        of train: StoredObject, _ job: StoredObject, _ isSuspended: Bool, _ state: ClusterState
    ) -> JSON {
        var conditions = train.status["conditions"]?.array ?? []
        func set(_ type: String, _ status: JSON, _ reason: JSON, _ message: JSON) {
            guard !conditions.contains(where: { $0["type"]?.string == type && $0["status"] == status }) else { return }
            conditions.removeAll { $0["type"]?.string == type }
            conditions.append([
                "type": .string(type), "status": status, "reason": reason, "message": message,
                "lastTransitionTime": state.timestamp,
            ])
        }
        let wasSuspended = conditions.contains { $0["type"] == "Suspended" }
        if isSuspended { set("Suspended", "True", "Suspended", "TrainJob is suspended") }
        if !isSuspended, wasSuspended { set("Suspended", "False", "Resumed", "TrainJob is resumed") }
        if job.has("Complete") { set("Complete", "True", "AllJobsCompleted", "jobset completed successfully") }
        if job.has("Failed") {
            let why = "jobset failed due to one or more job failures (first failed job: \(job.id.name))"
            set("Failed", "True", "FailedJobs", .string(why))
        }
        let counts: JSON = [
            "name": "node", "ready": job.status["ready"] ?? 0, "succeeded": job.has("Complete") ? 1 : 0,
            "failed": job.has("Failed") ? 1 : 0, "active": job.status["active"] ?? 0,
            "suspended": isSuspended ? 1 : 0,
        ]
        var status: JSON.Fields = ["jobsStatus": [counts]]
        if !conditions.isEmpty { status["conditions"] = .array(conditions) }
        return .object(status)
    }

    private func job(of train: StoredObject) -> JSON {
        let nodes = train.spec["trainer"]?["numNodes"]?.int ?? 1
        let prefix = "jobset.sigs.k8s.io/"
        let labels: JSON.Fields = [
            prefix + "jobset-name": .string(train.id.name), prefix + "replicatedjob-name": "node",
            prefix + "job-index": "0", prefix + "replicatedjob-replicas": "1",
        ]
        let all = (train.spec["labels"]?.object ?? [:]) + labels
        let pod: JSON = ["restartPolicy": "Never", "containers": [node(train.spec["trainer"] ?? [:])]]
        return [
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": [
                "name": .string("\(train.id.name)-node-0"), "labels": .object(all),
                "ownerReferences": [train.reference],
            ],
            "spec": [
                "completions": .number(nodes), "parallelism": .number(nodes), "completionMode": "Indexed",
                "backoffLimit": 0, "suspend": train.spec["suspend"] ?? false,
                "template": [
                    "metadata": ["labels": .object(all), "annotations": train.spec["annotations"] ?? [:]],
                    "spec": pod,
                ],
            ],
        ]
    }

    /// The one container of a node.
    private func node(_ trainer: JSON) -> JSON {
        var fields: JSON.Fields = ["name": "node", "image": trainer["image"] ?? "trainer"]
        for key in ["command", "args", "env"] { fields[key] = trainer[key] }
        fields["resources"] = trainer["resourcesPerNode"]
        return .object(fields)
    }
}
