import AttuneCore
import AttuneYAML
import Foundation

/// What kubeconfig files say: clusters, users, and contexts that join them.
///
/// Of several files the first that has a name says what it means, and the first current context counts. A stale entry
/// does no harm until a context needs it.
public struct KubeConfig: Sendable {
    /// Everything wrong with the files, in their order.
    public var findings: [InvalidKubeConfig.Finding] { files.flatMap(\.findings) }
    /// Names, in the order of the files.
    public var contexts: [String] { known(\.contexts).map(\.name) }
    public var currentContext: String? { files.lazy.compactMap(\.currentContext).first }

    private let files: [KubeConfigFile]

    init(_ files: [KubeConfigFile]) { self.files = files }

    /// Reads a file, which must be there.
    ///
    /// - Parameter home: of the user; what lies in it is called `~/…`.
    /// - Throws: `InvalidKubeConfig` when it cannot be read at all.
    public init(path: String, home: String) throws {
        files = [try KubeConfigFile(path: path, home: home)]
    }

    /// Reads those of the files that are there, such as `$KUBECONFIG` names them.
    ///
    /// - Parameter paths: with colons between.
    /// - Throws: `InvalidKubeConfig` when one cannot be read, or none is there.
    public init(paths: String, home: String) throws {
        let present = paths.split(separator: ":").map(String.init).filter { FileManager.default.fileExists(atPath: $0) }
        guard !present.isEmpty else {
            throw InvalidKubeConfig(findings: [.init(file: paths, problem: Problem("", "there is no such file"))])
        }
        files = try present.map { try KubeConfigFile(path: $0, home: home) }
    }

    /// How the cluster of a context is reached, by its user.
    ///
    /// - Parameter context: nil for the current one.
    /// - Throws: `InvalidKubeConfig` with everything that keeps it from being used.
    public func configuration(context name: String? = nil) throws(InvalidKubeConfig) -> ClusterConfiguration {
        var reading = Reading(files: files)
        let context = reading.context(name, current: currentContext, known: known(\.contexts))
        let cluster = reading.entry("cluster", context?.value?.cluster, of: context, among: known(\.clusters))
        let user = reading.entry("user", context?.value?.user, of: context, among: known(\.users))
        guard reading.findings.isEmpty, let context = context?.value, let cluster, let user else {
            throw InvalidKubeConfig(findings: reading.findings)
        }
        return KubeConfig.configuration(context, cluster, user)
    }

    private static func configuration(_ context: KubeContext, _ cluster: KubeCluster, _ user: KubeUser)
        -> ClusterConfiguration
    {
        var configuration = cluster.configuration
        configuration.credentials = user.credentials
        configuration.impersonation = user.impersonation
        if let namespace = context.namespace { configuration.namespace = namespace }
        if user.execWantsCluster, case .exec(var plugin) = user.credentials.authorization {
            plugin.cluster = cluster.execInformation
            configuration.credentials.authorization = .exec(plugin)
        }
        return configuration
    }

    /// The first of each name.
    private func known<Value>(_ entries: KeyPath<KubeConfigFile, [KubeEntry<Value>]>) -> [KubeEntry<Value>] {
        var names: Set<String> = []
        return files.flatMap { $0[keyPath: entries] }.filter { names.insert($0.name).inserted }
    }

    /// What is found on the way from a context to its cluster and user.
    private struct Reading {
        var findings: [InvalidKubeConfig.Finding]

        /// Starts with what is wrong with the files as such.
        init(files: [KubeConfigFile]) { findings = files.flatMap(\.generalFindings) }

        mutating func context(
            _ chosen: String?, current: String?, known: [KubeEntry<KubeContext>]
        ) -> KubeEntry<KubeContext>? {
            let names = known.map(\.name).joined(separator: ", ")
            let remedy = names.isEmpty ? "there are none" : "the contexts are \(names)"
            guard let name = chosen ?? current else {
                add("", Problem("current-context", "must be specified, or a context be chosen; \(remedy)"))
                return nil
            }
            guard let entry = known.first(where: { $0.name == name }) else {
                let field: FieldPath = chosen == nil ? "current-context" : "context"
                add("", Problem(field, found: "\"\(name)\"", "there is no such context; \(remedy)"))
                return nil
            }
            findings += entry.findings
            return entry
        }

        /// What a context names.
        mutating func entry<Value>(
            _ key: String, _ name: String?, of context: KubeEntry<KubeContext>?, among known: [KubeEntry<Value>]
        ) -> Value? {
            guard let context, let name else { return nil }
            guard let entry = known.first(where: { $0.name == name }) else {
                let field = context.field["context"][key]
                add(context.file, Problem(field, found: "\"\(name)\"", "there is no such \(key)"))
                return nil
            }
            findings += entry.findings
            return entry.value
        }

        private mutating func add(_ file: String, _ problem: Problem) {
            findings.append(.init(file: file, problem: problem))
        }
    }
}
