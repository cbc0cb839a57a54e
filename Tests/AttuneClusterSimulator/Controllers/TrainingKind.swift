import AttuneCore

/// A kind of the training operator, kubeflow.org/v1.
struct TrainingKind {
    var kind: String
    var plural: String
    /// The field of the spec that holds the replicas.
    var replicas: String
    /// The types of replicas in the order of who leads: whose end is the job's.
    var leaders: [String]

    var collection: String { plural + ".kubeflow.org" }
    var operatorName: String { kind.lowercased() + "-controller" }
    var definition: JSON { CustomDefinition.permissive("kubeflow.org", "v1", kind, plural) }

    static let all = [
        TrainingKind(kind: "TFJob", plural: "tfjobs", replicas: "tfReplicaSpecs", leaders: ["Chief", "Master"]),
        TrainingKind(kind: "PyTorchJob", plural: "pytorchjobs", replicas: "pytorchReplicaSpecs", leaders: ["Master"]),
        TrainingKind(kind: "XGBoostJob", plural: "xgboostjobs", replicas: "xgbReplicaSpecs", leaders: ["Master"]),
        TrainingKind(kind: "MPIJob", plural: "mpijobs", replicas: "mpiReplicaSpecs", leaders: ["Launcher"]),
    ]

    /// One pod that a job has.
    struct Replica {
        var name: String
        var type: String
        var index: Int
        var isLeader: Bool
        var labels: JSON.Fields
        var template: JSON
    }

    func replicas(of job: StoredObject) -> [Replica] {
        let types = job.spec[replicas]?.object ?? [:]
        let leader = leaders.first { types[$0] != nil }
        return types.flatMap { type, spec in
            (0..<(spec["replicas"]?.int ?? 1)).map { index in
                let isLeader = leader.map { $0 == type } ?? (type == "Worker" && index == 0)
                return replica(type, index, isLeader: isLeader, spec, of: job)
            }
        }
    }

    private func replica(_ type: String, _ index: Int, isLeader: Bool, _ spec: JSON, of job: StoredObject) -> Replica {
        let role = type.lowercased()
        let prefix = "training.kubeflow.org/"
        var labels: JSON.Fields = [
            prefix + "job-name": .string(job.id.name), prefix + "operator-name": .string(operatorName),
            prefix + "replica-type": .string(role), prefix + "replica-index": .string(String(index)),
        ]
        if isLeader { labels[prefix + "job-role"] = "master" }
        let name = role == "launcher" ? "\(job.id.name)-launcher" : "\(job.id.name)-\(role)-\(index)"
        return Replica(
            name: name, type: type, index: index, isLeader: isLeader, labels: labels,
            template: TrainingKind.template(spec))
    }

    /// The pod template, with the restart policy that the replica has.
    private static func template(_ spec: JSON) -> JSON {
        var template = spec["template"] ?? [:]
        let policy = spec["restartPolicy"]?.string ?? "Never"
        var pod = template["spec"] ?? [:]
        if policy != "ExitCode" { pod["restartPolicy"] = .string(policy) } else { pod["restartPolicy"] = "Never" }
        template["spec"] = pod
        return template
    }
}
