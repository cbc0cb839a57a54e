import AttuneCore

/// What a trial's rendered resource asks of this machine: one program with its arguments, variables and directory.
///
/// A `batch/v1` Job, a resource of the training operators, or any other with a pod template gives its primary container;
/// `kind: Process` says it directly. Images, volumes and the like cannot be honoured here; `notices` says which there are.
struct LocalCommand: Sendable {
    var command: [String]
    var variables: [(name: String, value: String)]
    var workingDirectory: String?
    var deadline: Duration?
    /// What this machine leaves out, each a sentence.
    var notices: [String] = []

    /// - Throws: `Problem` with a field relative to `spec.trialTemplate`.
    init(resource: JSON, primaryContainer: String?) throws(Problem) {
        if resource["kind"]?.string == "Process" {
            try self.init(
                program: resource, variables: LocalCommand.variables(resource["env"]).pairs, expand: { text, _ in text }
            )
        } else {
            try self.init(podOf: resource, primaryContainer: primaryContainer)
        }
    }

    /// The command of a container that stands by itself.
    ///
    /// - Throws: `Problem` with a field relative to what the container stands in.
    init(container: JSON) throws(Problem) {
        try self.init(program: container, variables: LocalCommand.variables(container["env"]).pairs)
    }

    private init(podOf resource: JSON, primaryContainer: String?) throws(Problem) {
        let kind = resource["kind"]?.string ?? "resource"
        if kind == "TrainJob", let trainer = resource["spec"]?["trainer"] {
            let (pairs, unset) = LocalCommand.variables(trainer["env"])
            try self.init(program: trainer, variables: pairs)
            notices = LocalCommand.notices(kind: kind, pod: trainer, container: trainer, unset: unset)
            return
        }
        guard let pod = LocalCommand.podSpec(in: resource, holding: primaryContainer) else {
            throw Problem(
                "trialSpec", found: kind,
                "has no pod template with a container named \(primaryContainer ?? "as primaryContainerName says"); "
                    + "on this machine a trial is a Job, a training operator's resource, another with a pod template, or kind: Process"
            )
        }
        guard let container = LocalCommand.container(primaryContainer, of: pod) else {
            throw Problem(
                "primaryContainerName", found: "\"\(primaryContainer ?? "")\"",
                "must name a container of the pod template")
        }
        let (pairs, unset) = LocalCommand.variables(container["env"])
        try self.init(program: container, variables: pairs)
        deadline = (resource["spec"]?["activeDeadlineSeconds"] ?? pod["activeDeadlineSeconds"])?.double.map {
            .seconds($0)
        }
        notices = LocalCommand.notices(kind: kind, pod: pod, container: container, unset: unset)
    }

    private typealias Variables = [(name: String, value: String)]

    /// Reads `command`, `args` and `workingDir`; a container's get variables in place of `$(NAME)`, as Kubernetes does.
    private init(
        program: JSON, variables: Variables, expand: (String, Variables) -> String = LocalCommand.expand
    ) throws(Problem) {
        let words = (program["command"]?.array ?? []) + (program["args"]?.array ?? [])
        guard program["command"]?.array?.isEmpty == false else {
            throw Problem(
                "trialSpec",
                "the container has no command; the image's own entry point does not exist on this machine, so say the command"
            )
        }
        var resolved: Variables = []
        for (name, value) in variables { resolved.append((name, expand(value, resolved))) }
        self.variables = resolved
        command = words.map { expand($0.scalarText ?? $0.description, resolved) }
        workingDirectory = program["workingDir"]?.string.map { expand($0, resolved) }
    }
}

extension LocalCommand {
    /// The pod of the resource: the one that a training operator calls its primary replica, else the first that holds
    /// the container.
    private static func podSpec(in resource: JSON, holding container: String?) -> JSON? {
        let spec = resource["spec"]
        let replicas: [(String, [String])] = [
            ("pytorchReplicaSpecs", ["Master", "Worker"]), ("tfReplicaSpecs", ["Chief", "Master", "Worker"]),
            ("mpiReplicaSpecs", ["Launcher"]), ("xgbReplicaSpecs", ["Master"]),
            ("paddleReplicaSpecs", ["Master", "Worker"]),
        ]
        for (field, roles) in replicas {
            for role in roles {
                if let pod = spec?[field]?[role]?["template"]?["spec"] { return pod }
            }
        }
        return spec?["template"]?["spec"].flatMap { $0["containers"] == nil ? nil : $0 }
            ?? firstPod(in: resource, holding: container)
    }

    private static func firstPod(in json: JSON, holding name: String?) -> JSON? {
        switch json {
        case .object(let fields):
            if let containers = fields["containers"]?.array,
                name == nil || containers.contains(where: { $0["name"]?.string == name })
            {
                return json
            }
            return fields.lazy.compactMap { firstPod(in: $0.value, holding: name) }.first
        case .array(let items): return items.lazy.compactMap { firstPod(in: $0, holding: name) }.first
        default: return nil
        }
    }

    private static func container(_ name: String?, of pod: JSON) -> JSON? {
        let containers = pod["containers"]?.array ?? []
        return name == nil ? containers.first : containers.first { $0["name"]?.string == name }
    }

    /// The variables with a plain value, and the names of those that ask the cluster for it.
    private static func variables(_ env: JSON?) -> (pairs: [(name: String, value: String)], unset: [String]) {
        if let fields = env?.object { return (fields.map { ($0.key, $0.value.scalarText ?? "") }, []) }
        let entries = env?.array ?? []
        let pairs = entries.filter { $0["valueFrom"] == nil }.compactMap { entry in
            entry["name"]?.string.map { (name: $0, value: entry["value"]?.scalarText ?? "") }
        }
        return (pairs, entries.filter { $0["valueFrom"] != nil }.compactMap { $0["name"]?.string })
    }

    private static func notices(kind: String, pod: JSON, container: JSON, unset: [String]) -> [String] {
        var notices: [String] = []
        if let image = container["image"]?.string {
            notices.append("the image \(image) is ignored: trials run as processes of this machine")
        }
        if !unset.isEmpty {
            notices.append("valueFrom needs a cluster: \(unset.joined(separator: ", ")) will not be set")
        }
        if container["envFrom"] != nil { notices.append("envFrom needs a cluster and is ignored") }
        if let mounts = container["volumeMounts"]?.array, !mounts.isEmpty {
            let paths = mounts.compactMap { $0["mountPath"]?.string }
            notices.append("volumes are not mounted: \(paths.joined(separator: ", ")) are this machine's own paths")
        }
        if let containers = pod["containers"]?.array, containers.count > 1 {
            notices.append("of \(containers.count) containers only the primary one runs")
        }
        if pod["initContainers"]?.array?.isEmpty == false { notices.append("initContainers are ignored") }
        if container["resources"] != nil { notices.append("resource requests and limits are not enforced") }
        return notices
    }

    /// Replaces `$(NAME)` by the variable's value; an unknown name stays, and `$$` is a plain `$` (Kubernetes' rule).
    private static func expand(_ text: String, _ variables: Variables) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                result += "$"
                rest = rest.dropFirst()
            } else if rest.first == "(", let end = rest.firstIndex(of: ")"),
                let variable = variables.last(where: { $0.name == rest[rest.index(after: rest.startIndex)..<end] })
            {
                result += variable.value
                rest = rest[rest.index(after: end)...]
            } else {
                result += "$"
            }
        }
        return result + rest
    }
}
