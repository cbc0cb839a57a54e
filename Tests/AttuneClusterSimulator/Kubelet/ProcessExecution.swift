import AttuneCore
import Foundation

extension SimulatedCluster {
    /// How containers run as processes of this machine.
    public struct ProcessSettings: Sendable {
        /// What images run when a container names no command, by image.
        public var entrypoints: [String: [String]]
        /// Added to every container's environment.
        public var environment: [String: String]
        /// Where volumes are made.
        public var directory: URL

        public init(
            entrypoints: [String: [String]] = [:], environment: [String: String] = [:],
            directory: URL = FileManager.default.temporaryDirectory
        ) {
            self.entrypoints = entrypoints
            self.environment = environment
            self.directory = directory
        }
    }
}

/// A container that is a process.
final class ProcessExecution: Execution {
    init(_ settings: SimulatedCluster.ProcessSettings, pod: PodRuntime) {}
    func advance(_ container: ContainerRuntime, in state: ClusterState) {}
    func terminate(_ container: ContainerRuntime, grace: Int, in state: ClusterState) {}
}
