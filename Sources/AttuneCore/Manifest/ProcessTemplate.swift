/// Attune's own kind of resource: a trial as a local process.
///
/// ```yaml
/// apiVersion: attune.dev/v1
/// kind: Process
/// command: [python, train.py]
/// args: ["--rate=${trialParameters.rate}"]
/// env: {THREADS: 1}            # or a list of {name, value}
/// workingDir: /srv/train
/// ```
///
/// Its exit code tells success from failure. Where `trialParameters` is left out, each placeholder stands for the
/// parameter of the same name.
enum ProcessTemplate {
    static let apiVersion = "attune.dev/v1"
    static let kind = "Process"

    private static let fields: ManifestFields = .map([
        "apiVersion": .value, "kind": .value, "metadata": .free, "command": .list(.value), "args": .list(.value),
        "env": .free, "workingDir": .value,
    ])

    /// Notes what keeps the resource from being a process.
    static func check(_ resource: SourceNode?, at field: FieldPath, _ log: ProblemLog) {
        guard let resource, let map = MapReader(resource, at: field, log) else { return }
        log.warnOfUnknownFields(in: resource, at: field, known: fields)
        if map.has("command") {
            if map.texts("command")?.first?.isEmpty ?? false || map.list("command")?.isEmpty ?? false {
                log.rule(field["command"], "must begin with a program")
            }
        } else {
            log.rule(field["command"], "must be specified: a list that begins with a program")
        }
        _ = map.texts("args")
        _ = map.text("workingDir")
        checkEnvironment(map, log)
    }

    private static func checkEnvironment(_ map: MapReader, _ log: ProblemLog) {
        guard let env = map["env"] else { return }
        if case .map = env.content {
            _ = map.dictionary("env")
            return
        }
        for entry in map.maps("env") ?? [] {
            let name = entry.requiredText("name")
            if name?.contains("=") == true {
                log.rule(entry.field["name"], found: "\"\(name ?? "")\"", "must not contain =")
            }
            _ = entry.text("value")
        }
    }
}

extension TrialTemplate {
    /// Whether its trials are local processes.
    public var isProcess: Bool {
        resource?["kind"]?.string == ProcessTemplate.kind
            && resource?["apiVersion"]?.string == ProcessTemplate.apiVersion
    }
}
