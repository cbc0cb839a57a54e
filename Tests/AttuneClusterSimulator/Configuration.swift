import AttuneCore
import Foundation

extension SimulatedCluster {
    /// What a cluster has and how it behaves.
    public struct Configuration: Sendable {
        public var clock: SimulatedClock
        public var kubelet: KubeletMode
        public var controllers: Set<ControllerName>
        /// How many changes of each kind watches can start from, at least.
        public var watchHistory: Int
        /// After how long watches that want them get bookmarks.
        public var bookmarkInterval: Duration
        /// How long the Job controller waits before it replaces the first failed pod; twice as long for each after it.
        public var podFailureDelay: Duration
        /// How long the kubelet waits before it restarts a container in its pod; twice as long for each time after it.
        public var restartDelay: Duration
        /// Whether controllers and kubelet write Events.
        public var recordsEvents: Bool
        /// Bearer tokens and what their bearers may do; nil lets everybody do everything.
        public var users: [String: User]?
        public var namespaces: [String]
        /// Where names and uids come from.
        public var seed: UInt64

        public init(
            clock: SimulatedClock = .manual(), kubelet: KubeletMode = .script(succeeding),
            controllers: Set<ControllerName> = Set(ControllerName.allCases), watchHistory: Int = 2_000,
            bookmarkInterval: Duration = .seconds(60), podFailureDelay: Duration = .zero,
            restartDelay: Duration = .seconds(10), recordsEvents: Bool = false, users: [String: User]? = nil,
            namespaces: [String] = ["default", "kube-system", "kubeflow"], seed: UInt64 = 1
        ) {
            self.clock = clock
            self.kubelet = kubelet
            self.controllers = controllers
            self.watchHistory = watchHistory
            self.bookmarkInterval = bookmarkInterval
            self.podFailureDelay = podFailureDelay
            self.restartDelay = restartDelay
            self.recordsEvents = recordsEvents
            self.users = users
            self.namespaces = namespaces
            self.seed = seed
        }

        /// Every container ends well at once and says nothing.
        public static let succeeding: KubeletMode.Script = { _, _ in PodScript() }
    }

    /// Someone with a token.
    public struct User: Sendable {
        public var name: String
        /// Asked with the verb, the resource (`jobs`, `pods/log`), its group and its namespace.
        public var mayDo: @Sendable (_ verb: String, _ resource: String, _ group: String, _ namespace: String?) -> Bool

        public init(
            _ name: String,
            mayDo: @escaping @Sendable (String, String, String, String?) -> Bool = { _, _, _, _ in true }
        ) {
            self.name = name
            self.mayDo = mayDo
        }
    }

    public enum ControllerName: String, Sendable, CaseIterable {
        case garbageCollector, jobs, namespaces, trainingOperator, trainer, argo, tekton
    }

    public enum KubeletMode: Sendable {
        public typealias Script = @Sendable (_ pod: JSON, _ container: String) -> PodScript
        /// Containers follow a script.
        case script(Script)
        /// Containers' commands run as processes of this machine.
        case processes(ProcessSettings)
        /// Pods stay Pending.
        case none
    }
}
