import AttuneCore

/// What keeps a kubeconfig file from being used: everything at once.
public struct InvalidKubeConfig: Error, Sendable, Hashable, CustomStringConvertible {
    /// One line for a person: `~/.kube/config: users[0].user.exec.command: must be specified`.
    public struct Finding: Sendable, Hashable, CustomStringConvertible {
        /// As a person calls it; empty where it is about all files.
        public var file: String
        public var problem: Problem

        public var description: String { file.isEmpty ? "\(problem)" : "\(file): \(problem)" }
    }

    public var findings: [Finding]

    public var description: String { findings.map(\.description).joined(separator: "\n") }
}
