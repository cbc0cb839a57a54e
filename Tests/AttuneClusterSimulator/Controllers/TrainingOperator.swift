import AttuneCore
import Foundation

/// TFJob, PyTorchJob, XGBoostJob and MPIJob: a pod a replica, and the end of the leading one is the end.
final class TrainingOperator: OwnerController {
    private let kinds = Dictionary(uniqueKeysWithValues: TrainingKind.all.map { ($0.collection, $0) })

    init() { super.init(Set(TrainingKind.all.map(\.collection))) }

    override func reconcile(_ job: StoredObject, in state: ClusterState) {
        guard let kind = kinds[job.id.collection] else { return }
        let policy = job.spec["runPolicy"]
        if job.has("Succeeded") || job.has("Failed") {
            return remove(
                job, after: policy?["ttlSecondsAfterFinished"]?.int, ended: job.status["completionTime"], in: state)
        }
        guard job.has("Created") else { return begin(job, kind, state) }
        guard policy?["suspend"]?.bool != true else { return rest(job, kind, state) }
        makeMissing(job, kind, state)
        report(job, kind, state)
    }

    private func begin(_ job: StoredObject, _ kind: TrainingKind, _ state: ClusterState) {
        var status = job.status
        status.set(training: "Created", of: job, "\(kind.kind) \(job.id.name) is created.", at: state.timestamp)
        status["replicaStatuses"] = [:]
        status["startTime"] = state.timestamp
        state.setStatus(status, of: job.id)
        guard let deadline = job.spec["runPolicy"]?["activeDeadlineSeconds"]?.int else { return }
        state.enqueue(job.id, for: self, after: .seconds(deadline))
    }

    /// A job that is suspended has no pods, whatever its policy says of those that run.
    private func rest(_ job: StoredObject, _ kind: TrainingKind, _ state: ClusterState) {
        state.dependents(of: job.uid, in: "pods").forEach(state.deletePod)
        guard !job.has("Suspended") else { return }
        var status = job.status
        status.endRunning(at: state.timestamp)
        let message = "\(kind.kind) \(job.id.name) is suspended."
        status.set(training: "Suspended", of: job, message, at: state.timestamp)
        state.setStatus(status, of: job.id)
    }

    private func makeMissing(_ job: StoredObject, _ kind: TrainingKind, _ state: ClusterState) {
        for replica in kind.replicas(of: job) {
            let id = ObjectID(collection: "pods", namespace: job.id.namespace, name: replica.name)
            guard let pod = state[id] else {
                state.makePod(replica.template, named: .fixed(replica.name), for: job, labels: replica.labels)
                continue
            }
            // An exit code of 128 or more is worth another try where the replica says so.
            let restarts = job.spec[kind.replicas]?[replica.type]?["restartPolicy"] == "ExitCode"
            if restarts, pod.hasFailed, pod.exitCode ?? 0 >= 128 { state.deletePod(pod) }
        }
    }

    private func report(_ job: StoredObject, _ kind: TrainingKind, _ state: ClusterState) {
        let replicas = kind.replicas(of: job)
        let pods = Dictionary(
            state.dependents(of: job.uid, in: "pods").map { ($0.id.name, $0) }, uniquingKeysWith: { first, _ in first })
        var status = job.status
        status["replicaStatuses"] = counts(replicas, pods, job, kind)
        let leaders = replicas.filter(\.isLeader).compactMap { pods[$0.name] }
        let failed = replicas.filter { replica in
            guard let pod = pods[replica.name], pod.hasFailed || (pod.isTerminating && !pod.hasSucceeded) else {
                return false
            }
            return job.spec[kind.replicas]?[replica.type]?["restartPolicy"] != "ExitCode" || pod.exitCode ?? 1 < 128
        }
        if let end = end(job, kind, leaders, failed, state) {
            status.end(training: end.type, of: job, end.message, at: state.timestamp)
            cleanUp(job, pods.values.sorted { $0.id.name < $1.id.name }, state)
        } else if pods.values.contains(where: { $0.phase == "Running" }), !job.has("Running") {
            status.set(training: "Running", of: job, "\(kind.kind) \(job.id.name) is running.", at: state.timestamp)
        }
        state.setStatus(status, of: job.id)
    }

    private func end(
        _ job: StoredObject, _ kind: TrainingKind, _ leaders: [StoredObject], _ failed: [TrainingKind.Replica],
        _ state: ClusterState
    ) -> (type: String, message: String)? {
        let name = "\(kind.kind) \(job.id.name)"
        if !leaders.isEmpty, leaders.allSatisfy(\.hasSucceeded) {
            return ("Succeeded", "\(name) is successfully completed.")
        }
        if let first = failed.first {
            return ("Failed", "\(name) is failed because \(failed.count) \(first.type) replica(s) failed.")
        }
        guard let deadline = job.spec["runPolicy"]?["activeDeadlineSeconds"]?.int,
            let start = job.status["startTime"]?.string.flatMap(Timestamp.date),
            state.now.timeIntervalSince(start) >= Double(deadline)
        else { return nil }
        return ("Failed", "\(name) has failed because it was active longer than specified deadline")
    }

    private func counts(
        _ replicas: [TrainingKind.Replica], _ pods: [String: StoredObject], _ job: StoredObject, _ kind: TrainingKind
    ) -> JSON {
        var counts = JSON.Fields()
        for replica in replicas {
            var count = counts[replica.type] ?? [:]
            if let pod = pods[replica.name] {
                let key = pod.hasSucceeded ? "succeeded" : pod.hasFailed ? "failed" : "active"
                if pod.phase != "Pending" { count[key] = .number((count[key]?.int ?? 0) + 1) }
            }
            let role = replica.type.lowercased()
            count["selector"] = .string(
                "training.kubeflow.org/job-name=\(job.id.name),training.kubeflow.org/operator-name="
                    + "\(kind.operatorName),training.kubeflow.org/replica-type=\(role)")
            counts[replica.type] = count
        }
        return .object(counts)
    }

    private func cleanUp(_ job: StoredObject, _ pods: [StoredObject], _ state: ClusterState) {
        switch job.spec["runPolicy"]?["cleanPodPolicy"]?.string {
        case "All": pods.forEach(state.deletePod)
        case "Running": pods.filter(\.isActive).forEach(state.deletePod)
        default: break
        }
    }
}

extension StoredObject {
    /// Of its first container that failed.
    var exitCode: Int? {
        (status["containerStatuses"]?.array ?? []).compactMap { $0["state"]?["terminated"]?["exitCode"]?.int }
            .first { $0 != 0 }
    }
}

extension JSON {
    /// Sets a condition as the training operator words it: `PyTorchJobRunning`.
    fileprivate mutating func set(training type: String, of job: StoredObject, _ message: String, at time: JSON) {
        var conditions = self["conditions"]?.array ?? []
        conditions.removeAll { $0["type"]?.string == type }
        let kind = job.json["kind"]?.string ?? ""
        conditions.append([
            "type": .string(type), "status": "True", "reason": .string(kind + type), "message": .string(message),
            "lastUpdateTime": time, "lastTransitionTime": time,
        ])
        self["conditions"] = .array(conditions)
    }

    /// The last condition: nothing runs any more.
    fileprivate mutating func end(training type: String, of job: StoredObject, _ message: String, at time: JSON) {
        endRunning(at: time)
        set(training: type, of: job, message, at: time)
        self["completionTime"] = time
    }

    fileprivate mutating func endRunning(at time: JSON) {
        let conditions = (self["conditions"]?.array ?? []).map { condition -> JSON in
            guard condition["type"] == "Running" else { return condition }
            return condition.with("status", "False").with("lastUpdateTime", time).with("lastTransitionTime", time)
        }
        self["conditions"] = .array(conditions)
    }
}
