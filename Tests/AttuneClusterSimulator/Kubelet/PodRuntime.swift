import AttuneCore
import Foundation

/// A pod on the simulated node.
final class PodRuntime {
    let id: ObjectID
    let uid: String
    let spec: JSON
    let containers: [ContainerRuntime]
    let started: Date
    let address: String
    /// Why it is not on a node.
    var isUnschedulable = false
    /// Why it failed as a whole: `Evicted`, `NodeLost`, `DeadlineExceeded`.
    var loss: Loss?
    var isTold = false

    struct Loss {
        var reason: String
        var message: String
        /// Of the condition `DisruptionTarget`, if it has one.
        var disruption: String?
    }

    init(_ pod: StoredObject, at time: Date, number: Int) {
        id = pod.id
        uid = pod.uid
        spec = pod.spec
        started = time
        address = "10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
        let initial = (pod.spec["initContainers"]?.array ?? []).map { spec in
            ContainerRuntime(spec, spec["restartPolicy"]?.string == "Always" ? .sidecar : .initial)
        }
        let main = (pod.spec["containers"]?.array ?? []).map { ContainerRuntime($0, .main) }
        containers = initial + main
        if initial.isEmpty {
            for container in main { container.state = .waiting(reason: "ContainerCreating", message: nil) }
        }
    }

    var main: [ContainerRuntime] { containers.filter { $0.role == .main } }
    var initial: [ContainerRuntime] { containers.filter { $0.role != .main } }
    var sidecars: [ContainerRuntime] { containers.filter { $0.role == .sidecar } }

    func container(_ name: String) -> ContainerRuntime? { containers.first { $0.name == name } }

    /// Whether the init containers have done their part.
    var isInitialized: Bool {
        initial.allSatisfy { $0.role == .sidecar ? $0.isRunning || $0.ending != nil : $0.ending?.code == 0 }
    }

    private var restartPolicy: String { spec["restartPolicy"]?.string ?? "Always" }

    /// Whether a container that ended with this code starts again.
    func restarts(_ container: ContainerRuntime, after code: Int) -> Bool {
        guard !isTold, loss == nil else { return false }
        switch container.role {
        case .sidecar: return !main.allSatisfy(\.isDone)
        case .initial: return code != 0 && restartPolicy != "Never"
        case .main: return restartPolicy == "Always" || (restartPolicy == "OnFailure" && code != 0)
        }
    }

    /// Nothing runs any more and nothing will.
    var isOver: Bool {
        if loss != nil { return true }
        if let failed = initial.first(where: { $0.role == .initial && $0.isDone && $0.ending?.code != 0 }) {
            return failed.isDone && !containers.contains(where: \.isRunning)
        }
        let isDone = main.allSatisfy(\.isDone) || (isTold && !containers.contains(where: \.isRunning))
        return isDone && sidecars.allSatisfy { !$0.isRunning }
    }

    var phase: String {
        if isOver {
            let codes = main.map { $0.ending?.code ?? 1 }
            return loss == nil && codes.allSatisfy { $0 == 0 } ? "Succeeded" : "Failed"
        }
        return main.contains { $0.isRunning || $0.ending != nil } ? "Running" : "Pending"
    }
}
