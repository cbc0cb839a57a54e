import AttuneCore
import Foundation

/// What a container's process is started with, places in volumes put into its words.
struct ContainerCommand {
    private var arguments: [String]
    private var environment: [String: String]

    init(
        _ container: JSON, of pod: StoredObject, _ settings: SimulatedCluster.ProcessSettings, _ state: ClusterState
    ) {
        let volumes = PodVolumes(pod, settings.directory, state)
        let places = volumes.places(of: container)
        var variables: [String: String] = [:]
        for variable in container["env"]?.array ?? [] {
            guard let name = variable["name"]?.string else { continue }
            let value = variable["value"]?.string ?? ContainerCommand.value(variable["valueFrom"], pod, state) ?? ""
            variables[name] = places.put(into: ContainerCommand.expanded(value, variables))
        }
        environment = settings.environment.merging(variables) { _, own in own }
        let image = container["image"]?.string ?? ""
        let command = container["command"]?.array?.compactMap(\.scalarText) ?? settings.entrypoints[image] ?? []
        let words = command + (container["args"]?.array?.compactMap(\.scalarText) ?? [])
        arguments = words.map { places.put(into: ContainerCommand.expanded($0, variables)) }
        if let directory = container["workingDir"]?.string, !words.isEmpty {
            arguments = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", places.put(into: directory)] + arguments
        }
    }

    /// `$(NAME)`, where the name is known.
    private static func expanded(_ text: String, _ variables: [String: String]) -> String {
        guard text.contains("$(") else { return text }
        return variables.reduce(text) { $0.replacing("$(\($1.key))", with: $1.value) }
    }

    private static func value(_ source: JSON?, _ pod: StoredObject, _ state: ClusterState) -> String? {
        if let field = source?["fieldRef"]?["fieldPath"]?.string { return value(field, pod) }
        for (kind, collection) in [("configMapKeyRef", "configmaps"), ("secretKeyRef", "secrets")] {
            guard let reference = source?[kind], let name = reference["name"]?.string,
                let key = reference["key"]?.string
            else { continue }
            let id = ObjectID(collection: collection, namespace: pod.id.namespace, name: name)
            let text = state[id]?.json["data"]?[key]?.string
            guard collection == "secrets" else { return text }
            return text.flatMap { Data(base64Encoded: $0) }.map { String(decoding: $0, as: UTF8.self) }
        }
        return nil
    }

    /// `metadata.name`, `metadata.labels['x']`
    private static func value(_ field: String, _ pod: StoredObject) -> String? {
        if let start = field.firstIndex(of: "["), let end = field.lastIndex(of: "]") {
            let key = field[field.index(after: start)..<end].filter { $0 != "'" && $0 != "\"" }
            let map = field[..<start].split(separator: ".").map(String.init)
            return pod.json[map]?[key]?.string
        }
        if field == "spec.nodeName" { return "node-1" }
        return pod.json[field.split(separator: ".").map(String.init)]?.scalarText
    }

    /// Where a program is, by the `PATH` of the container and not of this process.
    private func executable(_ program: String) -> String {
        guard !program.contains("/") else { return program }
        let folders = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
        return folders.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 } ?? program
    }

    /// Starts it as the leader of a group of its own.
    func spawn(output: Int32) throws -> pid_t {
        guard let program = arguments.first else { throw AttuneError("the image has no known entrypoint") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var pid: pid_t = 0
        var words = arguments.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        let code = posix_spawn(&pid, executable(program), &actions, &attributes, &words, &variables)
        guard code == 0 else {
            throw AttuneError("exec: \"\(program)\": \(String(cString: strerror(code)))")
        }
        return pid
    }
}

/// The volumes of a pod as folders.
struct PodVolumes {
    private let folders: [String: String]

    init(_ pod: StoredObject, _ directory: URL, _ state: ClusterState) {
        let root = PodVolumes.root(pod.uid, in: directory)
        var folders: [String: String] = [:]
        for volume in pod.spec["volumes"]?.array ?? [] {
            guard let name = volume["name"]?.string else { continue }
            let folder: URL
            if let claim = volume["persistentVolumeClaim"]?["claimName"]?.string {
                folder = directory.appending(path: "claims/\(pod.id.namespace)/\(claim)")
            } else {
                folder = root.appending(path: name)
            }
            try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            PodVolumes.fill(folder, volume, pod, state)
            folders[name] = folder.path
        }
        self.folders = folders
    }

    /// The files of a config map.
    private static func fill(_ folder: URL, _ volume: JSON, _ pod: StoredObject, _ state: ClusterState) {
        guard let name = volume["configMap"]?["name"]?.string else { return }
        let id = ObjectID(collection: "configmaps", namespace: pod.id.namespace, name: name)
        for (file, text) in state[id]?.json["data"]?.object ?? [:] {
            try? text.string?.write(to: folder.appending(path: file), atomically: true, encoding: .utf8)
        }
    }

    static func root(_ uid: String, in directory: URL) -> URL { directory.appending(path: "pod-\(uid)") }

    /// Where a container sees them.
    func places(of container: JSON) -> Places {
        let mounts = (container["volumeMounts"]?.array ?? []).compactMap { mount -> (String, String)? in
            guard let name = mount["name"]?.string, let folder = folders[name],
                let path = mount["mountPath"]?.string
            else { return nil }
            let inner = mount["subPath"]?.string.map { "/" + $0 } ?? ""
            return (path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path, folder + inner)
        }
        return Places(mounts.sorted { $0.0.count > $1.0.count })
    }

    struct Places {
        private let mounts: [(path: String, folder: String)]

        init(_ mounts: [(String, String)]) { self.mounts = mounts }

        /// The same text with the folders in place of the mount paths.
        func put(into text: String) -> String {
            // By placeholders, so that a folder's own path is not replaced again.
            var text = text
            for (index, mount) in mounts.enumerated() { text = text.replacing(mount.path, with: "\u{1}\(index)\u{1}") }
            for (index, mount) in mounts.enumerated() {
                text = text.replacing("\u{1}\(index)\u{1}", with: mount.folder)
            }
            return text
        }
    }
}
