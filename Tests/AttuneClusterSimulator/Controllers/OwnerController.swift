import AttuneCore
import Foundation

/// A controller of one group of kinds whose objects own what they make.
class OwnerController: Controller {
    /// The collections of the kinds.
    let collections: Set<String>

    init(_ collections: Set<String>) { self.collections = collections }

    func concerned(by change: Change, in state: ClusterState) -> [ObjectID] {
        let object = change.object
        if collections.contains(object.id.collection) { return change.kind == .deleted ? [] : [object.id] }
        guard let owner = object.owners.first(where: \.isController), let found = state.object(uid: owner.uid),
            collections.contains(found.id.collection)
        else { return [] }
        return [found.id]
    }

    func sync(_ id: ObjectID, in state: ClusterState) {
        guard let object = state[id], !object.isTerminating else { return }
        reconcile(object, in: state)
    }

    /// Brings the world nearer to what an object says.
    func reconcile(_ object: StoredObject, in state: ClusterState) {}

    /// Deletes an object some time after it ended.
    func remove(_ object: StoredObject, after ttl: Int?, ended: JSON?, in state: ClusterState) {
        guard let ttl, let type = state.type(ofCollection: object.id.collection) else { return }
        let end = ended?.string.flatMap(Timestamp.date) ?? state.now
        let rest = end.addingTimeInterval(Double(ttl)).timeIntervalSince(state.now)
        guard rest <= 0 else { return state.enqueue(object.id, for: self, after: .seconds(rest)) }
        _ = try? state.delete(object.id, of: type, DeleteOptions(policy: .background, uid: object.uid))
    }
}

extension SimulatedCluster.ControllerName {
    var controller: any Controller {
        switch self {
        case .garbageCollector: GarbageCollector()
        case .jobs: JobController()
        case .namespaces: NamespaceController()
        case .trainingOperator: TrainingOperator()
        case .trainer: TrainJobController()
        case .argo: WorkflowController()
        case .tekton: PipelineRunController()
        }
    }

    /// The kinds that come with it.
    var definitions: [JSON] {
        switch self {
        case .garbageCollector, .jobs, .namespaces: []
        case .trainingOperator: TrainingKind.all.map(\.definition)
        case .trainer: [CustomDefinition.permissive("trainer.kubeflow.org", "v1alpha1", "TrainJob", "trainjobs")]
        case .argo: [CustomDefinition.permissive("argoproj.io", "v1alpha1", "Workflow", "workflows", hasStatus: false)]
        case .tekton: [CustomDefinition.permissive("tekton.dev", "v1beta1", "PipelineRun", "pipelineruns")]
        }
    }
}

extension CustomDefinition {
    /// A definition whose objects may be anything.
    static func permissive(
        _ group: String, _ version: String, _ kind: String, _ plural: String, hasStatus: Bool = true
    ) -> JSON {
        let anything: JSON = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
        var fields: JSON.Fields = [
            "name": .string(version), "served": true, "storage": true, "schema": ["openAPIV3Schema": anything],
        ]
        if hasStatus { fields["subresources"] = ["status": [:]] }
        return [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": .string("\(plural).\(group)")],
            "spec": [
                "group": .string(group), "scope": "Namespaced",
                "names": [
                    "plural": .string(plural), "singular": .string(kind.lowercased()), "kind": .string(kind),
                    "listKind": .string(kind + "List"),
                ],
                "versions": [.object(fields)],
            ],
        ]
    }
}
