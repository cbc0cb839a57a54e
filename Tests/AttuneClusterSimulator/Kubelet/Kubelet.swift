import AttuneCore
import Foundation

/// Runs pods on the one node that the cluster has.
final class Kubelet: Controller {
    private let mode: SimulatedCluster.KubeletMode
    private let restartDelay: Duration
    private var pods: [String: PodRuntime] = [:]
    private var count = 0

    init(_ configuration: SimulatedCluster.Configuration) {
        switch configuration.kubelet {
        case .processes(var settings):
            // Clusters of one seed have pods of the same names; their volumes are not the same.
            settings.directory = settings.directory.appending(path: "simulated-node-\(UUID().uuidString)")
            mode = .processes(settings)
        case .script, .none: mode = configuration.kubelet
        }
        restartDelay = configuration.restartDelay
    }

    /// No process outlives its cluster.
    deinit {
        for container in pods.values.flatMap(\.containers) { container.execution?.kill() }
        if case .processes(let settings) = mode { try? FileManager.default.removeItem(at: settings.directory) }
    }

    func pod(uid: String) -> PodRuntime? { pods[uid] }

    func concerned(by change: Change, in state: ClusterState) -> [ObjectID] {
        guard change.object.id.collection == "pods" else { return [] }
        switch change.kind {
        case .added: return [change.object.id]
        case .modified:
            return change.object.isTerminating && change.previous?.isTerminating == false ? [change.object.id] : []
        case .deleted:
            forget(change.object.uid, in: state)
            return []
        }
    }

    private func forget(_ uid: String, in state: ClusterState) {
        guard let pod = pods.removeValue(forKey: uid) else { return }
        for container in pod.containers {
            container.execution?.terminate(container, grace: 0, in: state)
            container.log.end()
        }
        if case .processes(let settings) = mode {
            try? FileManager.default.removeItem(at: PodVolumes.root(uid, in: settings.directory))
        }
    }

    func sync(_ id: ObjectID, in state: ClusterState) {
        guard let object = state[id] else { return }
        if case .none = mode { return settle(object, state) }
        guard let pod = pods[object.uid] ?? begin(object, state) else { return settle(object, state) }
        if object.isTerminating { tell(pod, grace: object.grace, state) }
        advance(pod, state)
        write(pod, state)
        settle(object, state)
    }

    /// A pod that is deleted goes once nothing of it runs.
    private func settle(_ object: StoredObject, _ state: ClusterState) {
        guard let now = state[object.id], now.uid == object.uid, now.isTerminating, now.finalizers.isEmpty,
            pods[now.uid]?.isOver ?? true
        else { return }
        guard now.json["metadata"]?["deletionGracePeriodSeconds"]?.int == 0 || pods[now.uid] == nil else {
            // Others see how it ended before it is gone.
            state.changeMetadata(of: now.id) { $0["deletionGracePeriodSeconds"] = 0 }
            state.enqueue(now.id, for: self)
            return
        }
        state.remove(now.id)
    }

    private func begin(_ object: StoredObject, _ state: ClusterState) -> PodRuntime? {
        guard !["Succeeded", "Failed"].contains(object.status["phase"]?.string ?? "") else { return nil }
        count += 1
        let pod = PodRuntime(object, at: state.now, number: count)
        pods[object.uid] = pod
        return pod
    }

    // MARK: Running

    private func advance(_ pod: PodRuntime, _ state: ClusterState) {
        guard pod.loss == nil else { return }
        for container in pod.containers where container.isRunning {
            container.execution?.advance(container, in: state)
        }
        guard pod.loss == nil else { return }
        for container in pod.containers { planRestart(container, pod, state) }
        startWhatMayStart(pod, state)
        if !pod.main.isEmpty, pod.main.allSatisfy(\.isDone) {
            for sidecar in pod.sidecars { sidecar.execution?.terminate(sidecar, grace: 30, in: state) }
        }
    }

    private func startWhatMayStart(_ pod: PodRuntime, _ state: ClusterState) {
        guard !pod.isTold else { return }
        for container in pod.initial {
            if case .waiting = container.state { start(container, pod, state) }
            let mayGoOn =
                container.role == .sidecar
                ? container.isRunning || container.ending != nil
                : container.ending?.code == 0
            guard mayGoOn else { return }
        }
        for container in pod.main {
            if case .waiting = container.state { start(container, pod, state) }
        }
    }

    private func start(_ container: ContainerRuntime, _ pod: PodRuntime, _ state: ClusterState) {
        switch mode {
        case .none: break
        case .processes(let settings):
            begin(container, ProcessExecution(settings, pod: pod), pod, state)
        case .script(let script):
            let script = script(state[pod.id]?.json ?? [:], container.name)
            start(container, following: script, pod, state)
        }
    }

    private func start(
        _ container: ContainerRuntime, following script: PodScript, _ pod: PodRuntime, _ state: ClusterState
    ) {
        switch script.start {
        case .unschedulable(let gate) where gate?.isOpen != true:
            pod.isUnschedulable = true
            let why = "0/1 nodes are available: 1 Insufficient cpu."
            warn("FailedScheduling", why, pod, by: "default-scheduler", state)
            wait(for: gate, pod, state)
        case .imageMissing(let gate) where gate?.isOpen != true:
            let image = container.spec["image"]?.string ?? ""
            container.state = .waiting(
                reason: "ImagePullBackOff", message: "Back-off pulling image \"\(image)\": not found")
            warn("Failed", "Failed to pull image \"\(image)\": not found", pod, state)
            wait(for: gate, pod, state)
        case .cannotStart:
            let why = "failed to create containerd task: exec: executable file not found in $PATH"
            container.end(128, reason: "StartError", message: why, at: state.now)
            warn("Failed", "Error: \(why)", pod, state)
            state.enqueue(pod.id, for: self)
        default: begin(container, ScriptExecution(script, pod: pod.id), pod, state)
        }
    }

    private func begin(
        _ container: ContainerRuntime, _ execution: any Execution, _ pod: PodRuntime, _ state: ClusterState
    ) {
        pod.isUnschedulable = false
        container.execution = execution
        container.state = .running(since: state.now)
        // What it does is seen after it was seen to run.
        state.enqueue(pod.id, for: self)
    }

    private func warn(
        _ reason: String, _ message: String, _ pod: PodRuntime, by component: String = "kubelet", _ state: ClusterState
    ) {
        guard let object = state[pod.id] else { return }
        state.record(reason, message, isWarning: true, about: object, by: component)
    }

    private func wait(for gate: Gate?, _ pod: PodRuntime, _ state: ClusterState) {
        let (later, id) = (state.later, pod.id)
        guard let gate, !gate.whenOpened({ later { $0.enqueue(id, for: $0.kubelet) } }) else { return }
        state.enqueue(id, for: self)
    }

    private func planRestart(_ container: ContainerRuntime, _ pod: PodRuntime, _ state: ClusterState) {
        guard let ending = container.ending, !container.restartsLater, pod.restarts(container, after: ending.code)
        else { return }
        container.restartsLater = true
        let delay = restartDelay * (1 << min(container.restarts, 5))
        let (later, id, uid, name) = (state.later, pod.id, pod.uid, container.name)
        state.configuration.clock.after(delay) {
            later { state in
                guard let pod = state.kubelet.pod(uid: uid), let container = pod.container(name),
                    container.restartsLater, !pod.isTold
                else { return }
                container.reset()
                state.enqueue(id, for: state.kubelet)
            }
        }
    }

    /// A script's wait at a step is over.
    func goOn(after step: Int, of container: String, in id: ObjectID, _ state: ClusterState) {
        guard let object = state[id], let pod = pods[object.uid] else { return }
        (pod.container(container)?.execution as? ScriptExecution)?.pass(step)
        state.enqueue(id, for: self)
    }

    /// A container's process is over.
    func processEnded(_ code: Int, of name: String, restarts: Int, inPod uid: String, _ state: ClusterState) {
        guard let pod = pods[uid], let container = pod.container(name), container.restarts == restarts else { return }
        container.end(code, at: state.now)
        state.enqueue(pod.id, for: self)
    }

    // MARK: Ending

    /// How long a pod gets to end, in seconds: nothing where nothing of it runs.
    func gracePeriod(of object: StoredObject, _ asked: Int?) -> Int {
        let phase = object.status["phase"]?.string ?? ""
        let neverStarted = pods[object.uid].map { $0.isUnschedulable } ?? true
        guard !["Succeeded", "Failed"].contains(phase), !neverStarted else { return 0 }
        return asked ?? object.spec["terminationGracePeriodSeconds"]?.int ?? 30
    }

    private func tell(_ pod: PodRuntime, grace: Int, _ state: ClusterState) {
        guard !pod.isTold else { return }
        pod.isTold = true
        for container in pod.containers {
            container.restartsLater = false
            container.execution?.terminate(container, grace: grace, in: state)
        }
    }

    /// Throws a pod out, as for want of memory on the node.
    func evict(_ id: ObjectID, _ state: ClusterState) {
        lose(
            id, state,
            .init(
                reason: "Evicted", message: "The node was low on resource: memory.",
                disruption: "TerminationByKubelet"))
    }

    /// Ends a pod as a whole.
    func lose(_ id: ObjectID, _ state: ClusterState, _ loss: PodRuntime.Loss) {
        guard let object = state[id], let pod = pods[object.uid], !pod.isOver else { return }
        pod.loss = loss
        for container in pod.containers where container.isRunning {
            container.execution?.terminate(container, grace: 0, in: state)
            container.end(137, at: state.now)
        }
        write(pod, state)
        warn(loss.reason, loss.message, pod, state)
    }

    /// Writes the status, and with the first the node.
    private func write(_ pod: PodRuntime, _ state: ClusterState) {
        guard let object = state[pod.id], object.uid == pod.uid else { return }
        let status = pod.status(of: object, at: state.timestamp)
        guard !status.isSame(as: object.status) else { return }
        var json = object.json.with("status", status)
        if !pod.isUnschedulable, object.spec["nodeName"] == nil { json["spec"]?["nodeName"] = "node-1" }
        state.commit(.modified, json, at: pod.id)
    }
}
