import AttuneCore

/// The container beside the primary one that reads metrics and prints them.
struct CollectorSidecar {
    let name: String
    let image: String
    private let collector: MetricsCollector
    private let metrics: [String]
    /// The metrics of which texts are values too.
    private let texts: [String]

    var isNative = false
    var watchesProcesses = false
    /// The primary container, and what its pod says of security.
    var primary: JSON = [:]
    var podSecurity: JSON = [:]
    /// How the primary container mounts the directory of the metrics.
    var mount: JSON?

    init(_ collector: MetricsCollector, named name: String, image: String, objective: Objective) {
        self.collector = collector
        self.name = name
        self.image = image
        metrics = objective.metrics
        texts = objective.textMetrics
    }

    /// The directory that is to be shared; nil where the metrics are in no file.
    ///
    /// - Throws: `AttuneError` where it would be the root directory.
    func metricsDirectory() throws(AttuneError) -> String? {
        guard let path = collector.path, collector.kind != .prometheus else { return nil }
        let isDirectory = collector.kind == .tensorFlowEvent || collector.pathKind == .directory
        let directory = isDirectory ? MetricsPlace.normal(path) : MetricsPlace.directory(of: path)
        guard directory != "/" else {
            throw AttuneError(
                "spec.metricsCollectorSpec.source.fileSystemPath.path: found \"\(path)\"; must lie in a directory "
                    + "other than /, as a volume is mounted there")
        }
        return directory
    }

    var json: JSON {
        guard collector.kind != .custom else { return custom }
        var container: JSON = [
            "name": .string(name), "image": .string(image), "command": ["attune"],
            "args": .array(arguments.map { .string(CollectorSidecar.verbatim($0)) }),
        ]
        if isNative { container["restartPolicy"] = "Always" }
        container["resources"] = [
            "requests": ["cpu": "50m", "memory": "10Mi"], "limits": ["cpu": "500m", "memory": "100Mi"],
        ]
        container["securityContext"] = securityContext
        if var mount {
            mount["readOnly"] = true
            container["volumeMounts"] = [mount]
            let needed = variables(of: mount)
            if !needed.isEmpty { container["env"] = .array(needed) }
        }
        return container
    }

    /// The user's container as it is, but for the name by which its log is found, with the metrics in it.
    private var custom: JSON {
        var container = collector.customCollector ?? [:]
        container["name"] = .string(name)
        guard let mount else { return container }
        let mounts = container["volumeMounts"]?.array ?? []
        let path = mount["mountPath"]?.string ?? ""
        if mounts.contains(where: { MetricsPlace.holds(path, in: $0["mountPath"]?.string ?? "") }) { return container }
        container.append(mount, at: [FieldPath.Step.key("volumeMounts")])
        return container
    }

    var arguments: [String] {
        var arguments = ["collect"]
        switch collector.kind {
        case .file:
            arguments += ["--file", collector.path ?? ""]
            if collector.format == .json { arguments += ["--format", collector.format.rawValue] }
            arguments += collector.filters.map { "--filter=\($0)" } + texts.map { "--text=\($0)" }
        case .tensorFlowEvent: arguments += ["--events", collector.path ?? ""]
        case .prometheus:
            let endpoint = collector.httpGet ?? MetricsCollector.HTTPGet()
            let host = endpoint.host.map { "\($0):" } ?? ""
            arguments += ["--prometheus", "\(host)\(endpoint.port)\(endpoint.path)"]
        case .stdOut, .push, .custom: break
        }
        arguments += metrics.map { "--metric=\($0)" }
        return watchesProcesses ? arguments + ["--with-processes"] : arguments
    }

    /// Keeps the kubelet from taking `$(NAME)` in an argument for a variable.
    private static func verbatim(_ argument: String) -> String {
        argument.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$")
    }

    /// As little as will do. It has the primary container's user, who may be the only one to read what that writes.
    private var securityContext: JSON {
        var context: JSON = [
            "allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]], "readOnlyRootFilesystem": true,
            "runAsNonRoot": true, "seccompProfile": ["type": "RuntimeDefault"],
        ]
        for key in ["runAsUser", "runAsGroup"] {
            context[key] = primary["securityContext"]?[key] ?? podSecurity[key]
        }
        if context["runAsUser"]?.int == 0 { context["runAsNonRoot"] = false }
        return context
    }

    /// The variables of the primary container that the mount's path in its volume is made of.
    private func variables(of mount: JSON) -> [JSON] {
        guard let expression = mount["subPathExpr"]?.string else { return [] }
        return (primary["env"]?.array ?? []).filter { variable in
            variable["name"]?.string.map { expression.contains("$(\($0))") } ?? false
        }
    }
}
