import AttuneCore
import Foundation

extension PodRuntime {
    /// The status that the kubelet writes.
    func status(of pod: StoredObject, at time: JSON) -> JSON {
        let old = pod.status
        let generation = pod.json["metadata"]?["generation"] ?? 1
        var status: JSON.Fields = [:]
        if isUnschedulable {
            status["phase"] = "Pending"
            status["conditions"] = [unschedulable(generation, old["conditions"]?[0], time)]
            status["qosClass"] = old["qosClass"]
            return .object(status)
        }
        status["observedGeneration"] = generation
        status["phase"] = .string(phase)
        status["conditions"] = .array(conditions(generation, old["conditions"]?.array ?? [], time))
        if let loss {
            status["message"] = .string(loss.message)
            status["reason"] = .string(loss.reason)
        }
        status["hostIP"] = "10.244.0.1"
        status["hostIPs"] = [["ip": "10.244.0.1"]]
        status["podIP"] = .string(address)
        status["podIPs"] = [["ip": .string(address)]]
        status["startTime"] = .string(Timestamp.seconds(started))
        if !initial.isEmpty { status["initContainerStatuses"] = .array(initial.map(containerStatus)) }
        status["containerStatuses"] = .array(main.map(containerStatus))
        status["qosClass"] = old["qosClass"]
        status["resources"] = [:]
        return .object(status)
    }

    private func unschedulable(_ generation: JSON, _ old: JSON?, _ time: JSON) -> JSON {
        [
            "type": "PodScheduled", "observedGeneration": generation, "status": "False", "lastProbeTime": .null,
            "lastTransitionTime": old?["lastTransitionTime"] ?? time, "reason": "Unschedulable",
            "message": "0/1 nodes are available: 1 Insufficient cpu.",
        ]
    }

    private func conditions(_ generation: JSON, _ old: [JSON], _ time: JSON) -> [JSON] {
        let isReady = !isOver && !main.isEmpty && main.allSatisfy(\.isRunning)
        let (reason, message) = whyNotReady
        let completed = phase == "Succeeded" ? "PodCompleted" : nil
        func condition(_ type: String, _ isTrue: Bool, _ reason: String? = nil, _ message: String? = nil) -> JSON {
            let status: JSON = isTrue ? "True" : "False"
            let before = old.first { $0["type"]?.string == type }
            let changed = before?["status"] == status ? before?["lastTransitionTime"] ?? time : time
            var fields: JSON.Fields = [
                "type": .string(type), "observedGeneration": generation, "status": status, "lastProbeTime": .null,
                "lastTransitionTime": changed,
            ]
            fields["reason"] = reason.map(JSON.string)
            fields["message"] = message.map(JSON.string)
            return .object(fields)
        }
        var all = [
            condition("PodReadyToStartContainers", !isOver), condition("Initialized", isInitialized, completed),
            condition("Ready", isReady, isReady ? nil : reason, isReady ? nil : message),
            condition("ContainersReady", isReady, isReady ? nil : reason, isReady ? nil : message),
            condition("PodScheduled", true),
        ]
        if let disruption = loss?.disruption {
            all.append(condition("DisruptionTarget", true, disruption, loss?.message))
        }
        return all
    }

    private var whyNotReady: (reason: String, message: String?) {
        switch phase {
        case "Succeeded": return ("PodCompleted", nil)
        case "Failed": return ("PodFailed", nil)
        default:
            let names = main.filter { !$0.isRunning }.map(\.name).joined(separator: " ")
            return ("ContainersNotReady", "containers with unready status: [\(names)]")
        }
    }

    private func containerStatus(_ container: ContainerRuntime) -> JSON {
        let image = container.spec["image"] ?? ""
        var fields: JSON.Fields = [
            "name": .string(container.name), "state": state(container),
            "lastState": container.previous.map { ["terminated": ended($0, container)] } ?? [:],
            "ready": .bool(container.isRunning || (container.role == .initial && container.ending?.code == 0)),
            "restartCount": .number(container.restarts), "image": image,
        ]
        if case .waiting = container.state {
            fields["imageID"] = ""
        } else {
            fields["imageID"] = .string("sha256:" + uid.filter { $0 != "-" })
            fields["containerID"] = .string(address(of: container))
        }
        fields["started"] = .bool(container.isRunning)
        fields["resources"] = [:]
        return .object(fields)
    }

    private func address(of container: ContainerRuntime) -> String {
        "containerd://\(uid.filter { $0 != "-" })\(container.name)\(container.restarts)"
    }

    private func state(_ container: ContainerRuntime) -> JSON {
        switch container.state {
        case .waiting(let reason, let message):
            var fields: JSON.Fields = ["reason": .string(reason)]
            fields["message"] = message.map(JSON.string)
            return ["waiting": .object(fields)]
        case .running(let since): return ["running": ["startedAt": .string(Timestamp.seconds(since))]]
        case .ended(let ending) where container.restartsLater:
            let why = "back-off restarting failed container \(container.name)"
            return ending.code == 0 && container.role == .main
                ? ["waiting": ["reason": "CrashLoopBackOff"]]
                : ["waiting": ["reason": "CrashLoopBackOff", "message": .string(why)]]
        case .ended(let ending): return ["terminated": ended(ending, container)]
        }
    }

    private func ended(_ ending: ContainerRuntime.Ending, _ container: ContainerRuntime) -> JSON {
        var fields: JSON.Fields = ["exitCode": .number(ending.code), "reason": .string(ending.reason)]
        fields["message"] = ending.message.map(JSON.string)
        fields["startedAt"] = .string(Timestamp.seconds(ending.started))
        fields["finishedAt"] = .string(Timestamp.seconds(ending.finished))
        fields["containerID"] = .string(address(of: container))
        return .object(fields)
    }
}
