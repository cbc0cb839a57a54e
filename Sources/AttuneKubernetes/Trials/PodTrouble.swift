import AttuneCore

/// What keeps a pod from doing its work, or kept it: read from its status.
struct PodTrouble: Sendable, Hashable {
    enum Kind: Sendable {
        /// The cluster took the pod away or never had room for it; another one may do.
        case lost
        /// The program ended badly; another one would do the same.
        case failed
        /// It cannot start as it is, and will not by waiting: no such image, a wrong configuration.
        case stuck
        /// It waits for room.
        case waiting
    }

    var kind: Kind
    /// Kubernetes' word, such as `OOMKilled`.
    var reason: String
    var message: String

    var description: String { message.isEmpty ? reason : "\(reason): \(message)" }
}

extension PodTrouble {
    /// - Parameter pod: the pod.
    init?(_ pod: JSON) {
        guard let status = pod["status"] else { return nil }
        if let trouble = PodTrouble.disruption(status) ?? PodTrouble.eviction(status)
            ?? PodTrouble.badEnd(status) ?? PodTrouble.badStart(status) ?? PodTrouble.noRoom(status)
        {
            self = trouble
        } else {
            return nil
        }
    }

    /// The condition that says the cluster itself ended the pod (KEP-3329).
    private static func disruption(_ status: JSON) -> PodTrouble? {
        let condition = (status["conditions"]?.array ?? []).first {
            $0["type"]?.string == "DisruptionTarget" && $0["status"]?.string == "True"
        }
        return condition.map { PodTrouble(.lost, $0) }
    }

    private static let evictions: Set = [
        "Evicted", "NodeLost", "NodeShutdown", "NodeAffinity", "Shutdown", "Terminated", "Preempting",
        "UnexpectedAdmissionError", "OutOfcpu", "OutOfmemory", "OutOfpods", "OutOfephemeral-storage",
    ]

    private static func eviction(_ status: JSON) -> PodTrouble? {
        guard let reason = status["reason"]?.string, evictions.contains(reason) else { return nil }
        return PodTrouble(.lost, status)
    }

    private static func badEnd(_ status: JSON) -> PodTrouble? {
        for container in status.containers {
            guard let end = container["state"]?["terminated"], let code = end["exitCode"]?.int, code != 0 else {
                continue
            }
            // One that may be started again where it is has not ended for good.
            guard status["phase"]?.string != "Running" else { continue }
            let name = container["name"]?.string ?? "container"
            let reason = end["reason"]?.string ?? "Error"
            let said = end["message"]?.string.map { ": \($0)" } ?? ""
            let what = reason == "OOMKilled" ? "\(name) used more memory than its limit" : "\(name) exited"
            return PodTrouble(kind: .failed, reason: reason, message: "\(what), with code \(code)\(said)")
        }
        return nil
    }

    private static let badStarts: Set = [
        "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError",
        "CreateContainerError", "RunContainerError",
    ]

    private static func badStart(_ status: JSON) -> PodTrouble? {
        for container in status.containers + status.initContainers {
            guard let waiting = container["state"]?["waiting"], let reason = waiting["reason"]?.string,
                badStarts.contains(reason)
            else { continue }
            let name = container["name"]?.string ?? "container"
            return PodTrouble(
                kind: .stuck, reason: reason, message: "\(name): \(waiting["message"]?.string ?? "cannot start")")
        }
        return nil
    }

    private static func noRoom(_ status: JSON) -> PodTrouble? {
        let condition = (status["conditions"]?.array ?? []).first {
            $0["type"]?.string == "PodScheduled" && $0["status"]?.string == "False"
        }
        return condition.map { PodTrouble(.waiting, $0) }
    }

    private init(_ kind: Kind, _ source: JSON) {
        self.init(kind: kind, reason: source["reason"]?.string ?? "", message: source["message"]?.string ?? "")
    }
}

extension JSON {
    fileprivate var containers: [JSON] { self["containerStatuses"]?.array ?? [] }
    fileprivate var initContainers: [JSON] { self["initContainerStatuses"]?.array ?? [] }
}

/// How far a container of a pod is.
enum ContainerStage: Sendable {
    case waiting, running, ended

    /// Nil where the pod has no such container.
    init?(_ container: String, of pod: JSON) {
        let status = pod["status"]
        let all = (status?["containerStatuses"]?.array ?? []) + (status?["initContainerStatuses"]?.array ?? [])
        guard let state = all.first(where: { $0["name"]?.string == container })?["state"] else {
            let spec = pod["spec"]
            let names = (spec?["containers"]?.array ?? []) + (spec?["initContainers"]?.array ?? [])
            guard names.contains(where: { $0["name"]?.string == container }) else { return nil }
            self = .waiting
            return
        }
        if state["terminated"] != nil {
            self = .ended
        } else {
            self = state["running"] != nil ? .running : .waiting
        }
    }
}
