import AttuneCore
import Foundation

/// A container that follows a script.
final class ScriptExecution: Execution {
    private let script: PodScript
    private let pod: ObjectID
    private var next = 0
    /// Where it waits, so that it goes on once only.
    private var waitsAt: Int?
    private var mayPass = -1

    init(_ script: PodScript, pod: ObjectID) {
        self.script = script
        self.pod = pod
    }

    func advance(_ container: ContainerRuntime, in state: ClusterState) {
        while next < script.steps.count {
            guard take(script.steps[next], container, state) else { return }
            next += 1
        }
        finish(container, state)
    }

    /// - Returns: false where it has to wait.
    private func take(_ step: PodScript.Step, _ container: ContainerRuntime, _ state: ClusterState) -> Bool {
        switch step {
        case .say(let line): container.log.append(Array((line + "\n").utf8), at: state.now)
        case .write(let text): container.log.append(Array(text.utf8), at: state.now)
        case .pause(let duration):
            return wait(container.name, state) { go in
                state.configuration.clock.after(duration, go)
                return true
            }
        case .wait(let gate):
            return wait(container.name, state) { go in gate.whenOpened(go) }
        }
        return true
    }

    /// - Parameter begin: has its argument called when the wait is over; says false where there is no need to wait.
    private func wait(
        _ container: String, _ state: ClusterState, _ begin: (@escaping @Sendable () -> Void) -> Bool
    ) -> Bool {
        let step = next
        guard mayPass < step else { return true }
        guard waitsAt != step else { return false }
        waitsAt = step
        let (later, pod) = (state.later, pod)
        return !begin { later { $0.kubelet.goOn(after: step, of: container, in: pod, $0) } }
    }

    /// The wait at a step is over.
    func pass(_ step: Int) { if waitsAt == step { mayPass = max(mayPass, step) } }

    private func finish(_ container: ContainerRuntime, _ state: ClusterState) {
        switch script.end {
        case .exit(let code): container.end(code, at: state.now)
        case .oomKilled: container.end(137, reason: "OOMKilled", at: state.now)
        case .evicted: state.kubelet.evict(pod, state)
        case .never: break
        }
    }

    func kill() {}

    func terminate(_ container: ContainerRuntime, grace: Int, in state: ClusterState) {
        container.end(script.codeWhenTold, at: state.now)
    }
}
