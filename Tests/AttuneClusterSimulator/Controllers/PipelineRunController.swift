import AttuneCore

/// tekton.dev/v1beta1 PipelineRuns: a pod a task, one after the other, and a container a step.
final class PipelineRunController: OwnerController {
    init() { super.init(["pipelineruns.tekton.dev"]) }

    override func reconcile(_ run: StoredObject, in state: ClusterState) {
        guard run.succeeded != "True", run.succeeded != "False" else { return }
        let tasks = sorted(run.spec["pipelineSpec"]?["tasks"]?.array ?? [])
        guard !tasks.isEmpty else {
            return write(run, "False", "CouldntGetPipeline", "the run has no tasks", 0, tasks, state)
        }
        if let order = run.spec["status"]?.string, order.hasPrefix("Cancelled") {
            return cancel(run, tasks, state)
        }
        for (done, task) in tasks.enumerated() {
            let name = task["name"]?.string ?? ""
            let pod = state[
                ObjectID(collection: "pods", namespace: run.id.namespace, name: "\(run.id.name)-\(name)-pod")]
            guard let pod else {
                state.makePod(template(task, of: run), named: .fixed("\(run.id.name)-\(name)-pod"), for: run)
                return write(run, "Unknown", "Running", nil, done, tasks, state)
            }
            if pod.hasFailed || (pod.isTerminating && !pod.hasSucceeded) {
                return write(run, "False", "Failed", nil, done, tasks, state)
            }
            guard pod.hasSucceeded else { return write(run, "Unknown", "Running", nil, done, tasks, state) }
        }
        write(run, "True", "Succeeded", nil, tasks.count, tasks, state)
    }

    /// The pods of the tasks that run go with them.
    private func cancel(_ run: StoredObject, _ tasks: [JSON], _ state: ClusterState) {
        let pods = state.dependents(of: run.uid, in: "pods")
        pods.filter(\.isActive).forEach(state.deletePod)
        let done = pods.filter(\.hasSucceeded).count
        write(run, "False", "Cancelled", "PipelineRun \"\(run.id.name)\" was cancelled", done, tasks, state)
    }

    /// Tasks after those that they run after.
    private func sorted(_ tasks: [JSON]) -> [JSON] {
        var left = tasks
        var sorted: [JSON] = []
        while let next = left.firstIndex(where: { task in
            (task["runAfter"]?.array ?? []).allSatisfy { name in sorted.contains { $0["name"] == name } }
        }) {
            sorted.append(left.remove(at: next))
        }
        return sorted
    }

    private func template(_ task: JSON, of run: StoredObject) -> JSON {
        let values = parameters(of: run)
        let spec = task["taskSpec"] ?? [:]
        let task = Parameters(values).filled(task)
        var own = Parameters.values(spec["params"], given: task["params"])
        for (key, value) in values where own[key] == nil { own[key] = value }
        let steps = (spec["steps"]?.array ?? []).enumerated().map { number, step in
            container(Parameters(own).filled(step), number)
        }
        let name = task["name"] ?? ""
        let labels: JSON.Fields = [
            "tekton.dev/pipelineRun": .string(run.id.name), "tekton.dev/pipeline": .string(run.id.name),
            "tekton.dev/pipelineTask": name, "tekton.dev/taskRun": .string("\(run.id.name)-\(name.string ?? "")"),
        ]
        let all =
            (run.labels?.object ?? [:]) + (task["taskSpec"]?["metadata"]?["labels"]?.object ?? [:]) + labels
        var pod: JSON.Fields = ["restartPolicy": "Never", "containers": .array(steps)]
        pod["volumes"] = spec["volumes"]
        return ["metadata": ["labels": .object(all)], "spec": .object(pod)]
    }

    private func container(_ step: JSON, _ number: Int) -> JSON {
        var container = step
        container["name"] = .string("step-" + (step["name"]?.string ?? "unnamed-\(number)"))
        if let script = step["script"]?.string {
            container["script"] = nil
            container["command"] = ["sh", "-c"]
            container["args"] = [.string(script)]
        }
        return container
    }

    private func parameters(of run: StoredObject) -> [String: String] {
        Parameters.values(run.spec["pipelineSpec"]?["params"], given: run.spec["params"])
    }

    private func write(
        _ run: StoredObject, _ succeeded: JSON, _ reason: JSON, _ message: String?, _ done: Int, _ tasks: [JSON],
        _ state: ClusterState
    ) {
        let failed = succeeded == "False" ? 1 : 0
        let rest = max(0, tasks.count - done - failed)
        let counts =
            "Tasks Completed: \(done + failed) (Failed: \(failed), Cancelled 0), "
            + (succeeded == "Unknown" ? "Incomplete: \(rest), " : "") + "Skipped: \(succeeded == "False" ? rest : 0)"
        let old = run.status["conditions"]?[0]
        let isSame = old?["status"] == succeeded && old?["reason"] == reason
        let condition: JSON = [
            "type": "Succeeded", "status": succeeded, "reason": reason, "message": .string(message ?? counts),
            "lastTransitionTime": (isSame ? old?["lastTransitionTime"] : nil) ?? state.timestamp,
        ]
        var status: JSON.Fields = ["conditions": [condition], "startTime": run.status["startTime"] ?? state.timestamp]
        if succeeded != "Unknown" { status["completionTime"] = state.timestamp }
        status["childReferences"] = .array(
            tasks.prefix(done + 1).map { task in
                [
                    "apiVersion": "tekton.dev/v1beta1", "kind": "TaskRun",
                    "name": .string("\(run.id.name)-\(task["name"]?.string ?? "")"),
                    "pipelineTaskName": task["name"] ?? "",
                ]
            })
        state.setStatus(.object(status), of: run.id)
    }
}

extension StoredObject {
    /// `True`, `False` or `Unknown`, once it is known to the controller.
    fileprivate var succeeded: String? { status["conditions"]?[0]?["status"]?.string }
}

/// Tekton's `$(params.name)`.
private struct Parameters {
    private let values: [String: String]

    init(_ values: [String: String]) { self.values = values }

    /// What parameters are declared, with what is given for them.
    static func values(_ declared: JSON?, given: JSON?) -> [String: String] {
        var values: [String: String] = [:]
        for (list, key) in [(declared, "default"), (given, "value")] {
            for parameter in list?.array ?? [] {
                guard let name = parameter["name"]?.string, let value = parameter[key]?.scalarText else { continue }
                values[name] = value
            }
        }
        return values
    }

    func filled(_ json: JSON) -> JSON {
        json.mapStrings { text in
            guard text.contains("$(params.") else { return text }
            return values.reduce(text) { $0.replacing("$(params.\($1.key))", with: $1.value) }
        }
    }
}
