import AttuneCore
import AttuneYAML
import Foundation

/// A named entry of a kubeconfig file.
struct KubeEntry<Value: Sendable>: Sendable {
    var name: String
    /// As a person calls it.
    var file: String
    var field: FieldPath
    /// Nil when something is wrong with it.
    var value: Value?
    var findings: [InvalidKubeConfig.Finding]
}

struct KubeContext: Sendable, Hashable {
    var cluster: String
    var user: String
    var namespace: String?
}

/// One kubeconfig file, read entry by entry.
struct KubeConfigFile: Sendable {
    let currentContext: String?
    let contexts: [KubeEntry<KubeContext>]
    let clusters: [KubeEntry<KubeCluster>]
    let users: [KubeEntry<KubeUser>]
    /// Everything wrong with it.
    let findings: [InvalidKubeConfig.Finding]
    /// What is wrong outside its entries.
    let generalFindings: [InvalidKubeConfig.Finding]

    /// - Throws: `InvalidKubeConfig` when it is no YAML.
    init(path: String, home: String) throws(InvalidKubeConfig) {
        let name = path.hasPrefix(home + "/") && !home.isEmpty ? "~" + path.dropFirst(home.count) : path
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw InvalidKubeConfig(findings: [.init(file: name, problem: Problem("", "cannot be read as a text"))])
        }
        try self.init(text, name: name, directory: URL(filePath: path).deletingLastPathComponent())
    }

    /// - Parameter directory: where relative paths begin.
    init(_ text: String, name: String, directory: URL) throws(InvalidKubeConfig) {
        let documents: [SourceNode]
        do throws(YAMLError) {
            documents = try YAML.documents(text)
        } catch {
            let file = error.position.map { "\(name):\($0)" } ?? name
            throw InvalidKubeConfig(findings: [.init(file: file, problem: Problem("", error.message))])
        }
        let log = ProblemLog(checksRules: true)
        let document = documents.first.flatMap { $0.content == .null ? nil : MapReader($0, at: FieldPath(), log) }
        KubeConfigFile.checkKind(document, documents: documents.count, log)
        let reader = KubeEntryReader(file: name, directory: directory, log: log)
        let current = document?.text("current-context")
        currentContext = current?.isEmpty == true ? nil : current
        contexts = reader.entries("contexts", "context", of: document) { $0.kubeContext() }
        clusters = reader.entries("clusters", "cluster", of: document) { KubeCluster($0, in: directory) }
        users = reader.entries("users", "user", of: document) { KubeUser($0, in: directory) }
        findings = log.problems.map { .init(file: name, problem: $0) }
        let ofEntries = Set((contexts.map(\.findings) + clusters.map(\.findings) + users.map(\.findings)).joined())
        generalFindings = findings.filter { !ofEntries.contains($0) }
    }

    private static func checkKind(_ document: MapReader?, documents: Int, _ log: ProblemLog) {
        if documents > 1 { log.error("", found: "\(documents) documents", "must be one") }
        for (key, expected) in [("apiVersion", "v1"), ("kind", "Config")] {
            guard let text = document?.text(key), !text.isEmpty, text != expected else { continue }
            log.error(FieldPath([.key(key)]), found: "\"\(text)\"", "must be \(expected)")
        }
    }
}

/// Reads the lists of a kubeconfig file.
struct KubeEntryReader {
    let file: String
    let directory: URL
    let log: ProblemLog

    /// The entries of a list `[{name: …, KEY: {…}}]`; without those that have no name.
    func entries<Value: Sendable>(
        _ list: String, _ key: String, of document: MapReader?, read: (MapReader) -> Value?
    ) -> [KubeEntry<Value>] {
        var names: Set<String> = []
        return (document?.maps(list) ?? []).compactMap { entry in
            guard let name = entry.requiredText("name"), !name.isEmpty else { return nil }
            if !names.insert(name).inserted {
                log.error(entry.field["name"], found: "\"\(name)\"", "must not be used twice")
                return nil
            }
            let value = entry.requiredMap(key).flatMap(read)
            let problems = log.problems.filter { $0.field.steps.starts(with: entry.field.steps) }
            return KubeEntry(
                name: name, file: file, field: entry.field, value: problems.isEmpty ? value : nil,
                findings: problems.map { .init(file: file, problem: $0) })
        }
    }
}

extension MapReader {
    fileprivate func kubeContext() -> KubeContext? {
        let (cluster, user) = (requiredText("cluster"), requiredText("user"))
        guard let cluster, let user else { return nil }
        let namespace = text("namespace")
        return KubeContext(cluster: cluster, user: user, namespace: namespace?.isEmpty == true ? nil : namespace)
    }
}
