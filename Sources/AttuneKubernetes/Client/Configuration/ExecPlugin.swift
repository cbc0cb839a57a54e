import AttuneCore

/// A command that prints credentials, as kubeconfig files name one.
public struct ExecPlugin: Sendable, Hashable {
    public enum Version: String, Sendable, CaseIterable {
        case v1 = "client.authentication.k8s.io/v1"
        case v1beta1 = "client.authentication.k8s.io/v1beta1"
    }

    public enum Interaction: String, Sendable, CaseIterable {
        case never = "Never"
        case ifAvailable = "IfAvailable"
        case always = "Always"
    }

    public var version: Version
    public var command: String
    public var arguments: [String] = []
    /// Beside this process's environment.
    public var environment: [String: String] = [:]
    public var installHint: String?
    public var interaction = Interaction.ifAvailable
    /// What the command is told of the cluster; nil for nothing.
    public var cluster: JSON?

    public init(_ command: String, version: Version = .v1) {
        self.command = command
        self.version = version
    }
}
