import AttuneCore

/// argoproj.io/v1alpha1 Workflows: the container templates that the entrypoint comes to, one after the other.
final class WorkflowController: OwnerController {
    init() { super.init(["workflows.argoproj.io"]) }

    override func reconcile(_ workflow: StoredObject, in state: ClusterState) {
        guard !["Succeeded", "Failed", "Error"].contains(workflow.phaseOfWorkflow) else { return }
        let steps = Step.steps(of: workflow)
        guard !steps.isEmpty else {
            return end(workflow, "Error", "invalid spec: template name '' undefined", [], state)
        }
        let shutdown = workflow.spec["shutdown"]?.string ?? ""
        guard shutdown.isEmpty else { return shut(workflow, shutdown, state) }
        var done: [StoredObject] = []
        for (number, step) in steps.enumerated() {
            let name = steps.count == 1 ? workflow.id.name : "\(workflow.id.name)-\(step.name)-\(number)"
            guard let pod = state[ObjectID(collection: "pods", namespace: workflow.id.namespace, name: name)] else {
                state.makePod(template(step, of: workflow), named: .fixed(name), for: workflow)
                return report(workflow, state)
            }
            done.append(pod)
            if pod.hasFailed || (pod.isTerminating && !pod.hasSucceeded) {
                if pod.isTerminating { return end(workflow, "Error", "pod deleted", done, state) }
                let why = pod.exitCode.map { "main: Error (exit code \($0))" } ?? "main: Error"
                return end(workflow, "Failed", why, done, state)
            }
            guard pod.hasSucceeded else { return report(workflow, state) }
        }
        end(workflow, "Succeeded", nil, done, state)
    }

    /// Ends a workflow that is told to: its pods are killed, and what they were is kept.
    private func shut(_ workflow: StoredObject, _ strategy: String, _ state: ClusterState) {
        let pods = state.dependents(of: workflow.uid, in: "pods")
        pods.filter(\.isActive).forEach(state.deletePod)
        end(workflow, "Failed", "Stopped with strategy '\(strategy)'", pods, state)
    }

    private struct Step {
        var name: String
        var template: JSON

        /// The templates with containers, in the order in which they run.
        static func steps(of workflow: StoredObject) -> [Step] {
            let templates = workflow.spec["templates"]?.array ?? []
            return steps(workflow.spec["entrypoint"]?.string ?? "", templates, depth: 0)
        }

        private static func steps(_ name: String, _ templates: [JSON], depth: Int) -> [Step] {
            guard depth < 10, let template = templates.first(where: { $0["name"]?.string == name }) else { return [] }
            if template["container"] != nil { return [Step(name: name, template: template)] }
            let inner = (template["steps"]?.array ?? []).flatMap { $0.array ?? [] } + tasks(template["dag"])
            return inner.compactMap { $0["template"]?.string }.flatMap { steps($0, templates, depth: depth + 1) }
        }

        /// Tasks after what they depend on.
        private static func tasks(_ dag: JSON?) -> [JSON] {
            var left = dag?["tasks"]?.array ?? []
            var sorted: [JSON] = []
            while let next = left.firstIndex(where: { task in
                (task["dependencies"]?.array ?? []).allSatisfy { name in sorted.contains { $0["name"] == name } }
            }) {
                sorted.append(left.remove(at: next))
            }
            return sorted
        }
    }

    private func template(_ step: Step, of workflow: StoredObject) -> JSON {
        let given = step.template["metadata"]
        let common = workflow.spec["podMetadata"]
        let own: JSON.Fields = [
            "workflows.argoproj.io/workflow": .string(workflow.id.name), "workflows.argoproj.io/completed": "false",
        ]
        let labels = (common?["labels"]?.object ?? [:]) + (given?["labels"]?.object ?? [:]) + own
        let annotations =
            (common?["annotations"]?.object ?? [:]) + (given?["annotations"]?.object ?? [:])
            + [
                "kubectl.kubernetes.io/default-container": "main",
                "workflows.argoproj.io/node-name": .string(step.name),
            ]
        var pod: JSON.Fields = [
            "restartPolicy": "Never",
            "containers": [(step.template["container"] ?? [:]).with("name", "main")],
        ]
        // Argo's executor ends sidecars when the main container has, as the kubelet does with those of its own.
        let sidecars = (step.template["sidecars"]?.array ?? []).map { $0.with("restartPolicy", "Always") }
        let initial = (step.template["initContainers"]?.array ?? []) + sidecars
        if !initial.isEmpty { pod["initContainers"] = .array(initial) }
        let volumes = (workflow.spec["volumes"]?.array ?? []) + (step.template["volumes"]?.array ?? [])
        if !volumes.isEmpty { pod["volumes"] = .array(volumes) }
        return ["metadata": ["labels": .object(labels), "annotations": .object(annotations)], "spec": .object(pod)]
    }

    private func report(_ workflow: StoredObject, _ state: ClusterState) {
        write(workflow, ["phase": "Running", "startedAt": workflow.status["startedAt"] ?? state.timestamp], state)
    }

    private func end(
        _ workflow: StoredObject, _ phase: String, _ message: String?, _ pods: [StoredObject], _ state: ClusterState
    ) {
        var status: JSON.Fields = [
            "phase": .string(phase), "startedAt": workflow.status["startedAt"] ?? state.timestamp,
            "finishedAt": state.timestamp, "progress": .string("\(pods.filter(\.hasSucceeded).count)/\(pods.count)"),
            "conditions": [["type": "PodRunning", "status": "False"], ["type": "Completed", "status": "True"]],
        ]
        status["message"] = message.map(JSON.string)
        write(workflow, .object(status), state)
    }

    private func write(_ workflow: StoredObject, _ status: JSON, _ state: ClusterState) {
        guard workflow.status["phase"] != status["phase"] else { return }
        var json = workflow.json
        var labels = json["metadata"]?["labels"]?.object ?? [:]
        labels["workflows.argoproj.io/phase"] = status["phase"]
        if status["finishedAt"] != nil { labels["workflows.argoproj.io/completed"] = "true" }
        json["metadata"]?["labels"] = .object(labels)
        json["status"] = status
        state.commit(.modified, json, at: workflow.id)
    }
}

extension StoredObject {
    fileprivate var phaseOfWorkflow: String { status["phase"]?.string ?? "" }
}
