import AttuneCore
import Foundation

extension ClusterState {
    func log(_ request: ObjectRequest) throws -> Reply {
        guard let object = self[request.id] else { throw APIStatus.notFound(request.type, request.name) }
        let name = try container(of: object, request)
        guard let pod = kubelet.pod(uid: object.uid), let container = pod.container(name) else {
            throw waiting(name, object, "ContainerCreating")
        }
        let wantsPrevious = request.route.flag("previous")
        guard !wantsPrevious || container.previousLog != nil else {
            throw APIStatus.badRequest(
                "previous terminated container \"\(name)\" in pod \"\(object.id.name)\" not found")
        }
        if case .waiting(let reason, let message) = container.state, !wantsPrevious {
            throw waiting(name, object, reason, message)
        }
        let log = wantsPrevious ? container.previousLog ?? container.log : container.log
        let selection = selection(request)
        if request.route.flag("follow") { return .stream(LogBody(log, selection), type: "text/plain") }
        return Reply(
            status: 200, headers: ["content-type": "text/plain"], body: .bytes(log.bytes(in: selection)))
    }

    private func container(of pod: StoredObject, _ request: ObjectRequest) throws -> String {
        let initial = (pod.spec["initContainers"]?.array ?? []).compactMap { $0["name"]?.string }
        let main = (pod.spec["containers"]?.array ?? []).compactMap { $0["name"]?.string }
        if let name = request.route.text("container") {
            guard (initial + main).contains(name) else {
                throw APIStatus.badRequest("container \(name) is not valid for pod \(pod.id.name)")
            }
            return name
        }
        if let chosen = pod.json["metadata"]?["annotations"]?["kubectl.kubernetes.io/default-container"]?.string,
            main.contains(chosen)
        {
            return chosen
        }
        guard main.count == 1, initial.isEmpty else { throw mustChoose(pod, main, initial) }
        return main[0]
    }

    private func mustChoose(_ pod: StoredObject, _ main: [String], _ initial: [String]) -> APIStatus {
        var text =
            "a container name must be specified for pod \(pod.id.name), choose one of: "
            + "[\(main.joined(separator: " "))]"
        if !initial.isEmpty { text += " or one of the init containers: [\(initial.joined(separator: " "))]" }
        return .badRequest(text)
    }

    private func waiting(_ name: String, _ pod: StoredObject, _ reason: String, _ message: String? = nil) -> APIStatus {
        let why: String
        switch reason {
        case "ImagePullBackOff", "ErrImagePull": why = "trying and failing to pull image"
        default: why = reason
        }
        return .badRequest("container \"\(name)\" in pod \"\(pod.id.name)\" is waiting to start: \(why)")
    }

    private func selection(_ request: ObjectRequest) -> LogSelection {
        var since = request.route.text("sinceTime").flatMap(Timestamp.date)
        if let seconds = request.route.number("sinceSeconds") { since = now.addingTimeInterval(-Double(seconds)) }
        return LogSelection(
            timestamps: request.route.flag("timestamps"), since: since, tailLines: request.route.number("tailLines"),
            limitBytes: request.route.number("limitBytes"))
    }
}

extension ContainerLog {
    /// What there is of it now.
    func bytes(in selection: LogSelection) -> [UInt8] {
        let all = lines.suffix(selection.tailLines ?? .max).filter(selection.includes)
        let bytes = all.flatMap { line in
            (selection.timestamps ? Array("\(Timestamp.nanoseconds(line.time)) ".utf8) : []) + line.bytes
        }
        return Array(bytes.prefix(selection.limitBytes ?? .max))
    }
}
