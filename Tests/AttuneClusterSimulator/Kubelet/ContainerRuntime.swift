import AttuneCore
import Foundation

/// A container of a pod on the simulated node.
final class ContainerRuntime {
    enum Role {
        case initial
        /// An init container that goes on beside the others.
        case sidecar
        case main
    }

    enum State {
        case waiting(reason: String, message: String?)
        case running(since: Date)
        case ended(Ending)
    }

    struct Ending {
        var code: Int
        var reason: String
        var message: String?
        var started: Date
        var finished: Date
    }

    let spec: JSON
    let role: Role
    var state: State = .waiting(reason: "PodInitializing", message: nil)
    var previous: Ending?
    var restarts = 0
    var log = ContainerLog()
    var previousLog: ContainerLog?
    /// What it does while it runs.
    var execution: (any Execution)?
    /// Set when it is to start again later.
    var restartsLater = false

    init(_ spec: JSON, _ role: Role) {
        self.spec = spec
        self.role = role
    }

    var name: String { spec["name"]?.string ?? "" }

    var isRunning: Bool { if case .running = state { true } else { false } }

    var ending: Ending? { if case .ended(let ending) = state { ending } else { nil } }

    /// Whether it ended, and does not start again.
    var isDone: Bool { ending != nil && !restartsLater }

    /// Takes down that it ended.
    func end(_ code: Int, reason: String? = nil, message: String? = nil, at time: Date) {
        guard ending == nil else { return }
        var started = time
        if case .running(let since) = state { started = since }
        let ending = Ending(
            code: code, reason: reason ?? (code == 0 ? "Completed" : "Error"), message: message, started: started,
            finished: time)
        state = .ended(ending)
        execution = nil
        log.end()
    }

    /// Makes it ready to start again.
    func reset() {
        previous = ending
        previousLog = log
        log = ContainerLog()
        restarts += 1
        restartsLater = false
        state = .waiting(reason: "ContainerCreating", message: nil)
    }
}

/// A container's program, on its way.
protocol Execution: AnyObject {
    /// Goes on as far as it can. What it says and how it ends goes into the container.
    func advance(_ container: ContainerRuntime, in state: ClusterState)
    /// Tells it to end.
    func terminate(_ container: ContainerRuntime, grace: Int, in state: ClusterState)
    /// Ends what runs outside of this process; there is nobody left to be told.
    func kill()
}
