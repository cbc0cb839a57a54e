import ArgumentParser
import AttuneCore
import AttuneKubernetes
import AttuneService
import AttuneStore
import Foundation
import Logging

/// Drives the Experiment resources of a cluster, and serves what their trials and clients call.
struct OperatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator",
        abstract: "Drives the Experiment resources of a cluster, with Katib's DBManager beside.",
        discussion: """
            Experiments, Trials and Suggestions are those of kubeflow.org/v1beta1, as Katib's clients know them. One process \
            works at a time: the one that holds the lease.
            """)

    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup(title: "Cluster") var clusterOptions: ClusterOptions
    @Option(help: "A namespace to watch; more than once for more (default: all).") var namespace: [String] = []
    @Option(help: "Only experiments with these labels, such as team=vision.") var selector = ""
    @OptionGroup(title: "Leader election") var leaseOptions: LeaseOptions
    @OptionGroup(title: "Waiting") var waiting: WaitingOptions
    @Option(help: "Where JSON over HTTP is served.") var http = Server.Address(host: "127.0.0.1", port: 6780)
    @Option(help: "Where gRPC is served; more than once for more places (default: 127.0.0.1:6789 and 127.0.0.1:6788).")
    var grpc: [Server.Address] = []
    @OptionGroup(title: "Who may call") var guarding: GuardOptions
    @OptionGroup(title: "Admission webhook") var webhook: WebhookOptions
    @OptionGroup(title: "Logs") var logging: LogOptions

    func run() async throws {
        let logger = logging.logger
        let configuration = try clusterOptions.place.configuration()
        let client = try clusterOptions.place.client(configuration) { logger.notice("\($0)") }
        let store = try storeOptions.open()
        let reports = PushedReports(store)
        let server = try server(store, reports, logger)
        let work = OperatorWork(
            configuration: operatorConfiguration(reports, logger), namespaces: namespace.isEmpty ? [nil] : namespace,
            client: client, store: store, logger: logger)
        let election = leaseOptions.election(client, home: configuration.namespace)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                try await server.run { http, grpc in
                    Terminal.say(
                        "attune operator serves http://\(http) and gRPC on "
                            + grpc.map(\.description).joined(separator: ", "))
                }
            }
            group.addTask { try await work.run(election) }
            if let webhook = try webhook.server(client, home: leaseOptions.namespace(home: configuration.namespace)) {
                group.addTask { try await webhook.run(logger) }
            }
            // The server ends at a signal; the operator then lets go.
            try await group.next()
        }
    }

    private func server(_ store: SQLiteStore, _ reports: PushedReports, _ logger: Logger) throws -> Server {
        var configuration = Server.Configuration()
        configuration.http = http
        if !grpc.isEmpty { configuration.grpc = grpc }
        try guarding.apply(to: &configuration)
        // Who is let in without a token is not to read and delete experiments.
        configuration.onlyKatib = configuration.allowsAnonymous
        configuration.onReport = { trial, _ in reports.take(trial) }
        return Server(configuration, store: store, catalogue: .complete, logger: logger)
    }

    private func operatorConfiguration(_ reports: PushedReports, _ logger: Logger) -> Operator.Configuration {
        var configuration = Operator.Configuration()
        configuration.selector = selector
        configuration.runner.collectorImage = clusterOptions.collectorImage
        waiting.apply(to: &configuration.runner)
        configuration.runner.pushed = reports.ofTrials
        configuration.log = { logger.warning("\($0)") }
        return configuration
    }
}

/// The operator's part of the process: works while it leads.
private struct OperatorWork: Sendable {
    let configuration: Operator.Configuration
    /// Nil among them watches all.
    let namespaces: [String?]
    let client: KubernetesClient
    let store: SQLiteStore
    let logger: Logger

    /// - Parameter election: nil where this is the only process.
    func run(_ election: LeaderElection?) async throws {
        guard let election else { return try await work() }
        while true {
            do {
                try await election.lead { try await work() }
                return
            } catch let lost as LeaderElection.Lost {
                logger.error("\(lost); waiting to lead again")
            }
        }
    }

    private func work() async throws {
        let cluster = Cluster(client)
        defer { cluster.close() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            for namespace in namespaces {
                var configuration = configuration
                configuration.namespace = namespace
                let attuneOperator = Operator(configuration, cluster: cluster, store: store, catalogue: .complete)
                let place = namespace ?? "all namespaces"
                group.addTask { [logger] in
                    try await attuneOperator.run { logger.notice("drives the experiments of \(place)") }
                }
            }
            try await group.waitForAll()
        }
    }
}

struct LeaseOptions: ParsableArguments {
    @Option(help: "The Lease whose holder works.") var lease = "attune-operator"
    @Option(help: "The Lease's namespace (default: $POD_NAMESPACE, else the context's).") var leaseNamespace: String?
    @Flag(help: "Work without a Lease: this is the only operator.") var noLease = false

    /// The operator's own namespace.
    ///
    /// - Parameter home: the namespace where nothing else is said.
    func namespace(home: String) -> String {
        leaseNamespace ?? ProcessInfo.processInfo.environment["POD_NAMESPACE"] ?? home
    }

    /// - Parameter home: the namespace where nothing else is said.
    func election(_ client: KubernetesClient, home: String) -> LeaderElection? {
        guard !noLease else { return nil }
        let host = ProcessInfo.processInfo.environment["POD_NAME"] ?? ProcessInfo.processInfo.hostName
        return LeaderElection(
            client, lease: lease, in: namespace(home: home),
            as: "\(host)_\(UUID().uuidString.prefix(8).lowercased())")
    }
}

struct WaitingOptions: ParsableArguments {
    @Option(help: "Minutes that a trial's pod may wait for an image or a configuration that does not come.")
    var stuckTimeout = 15.0
    @Option(help: "Minutes that a trial's pod may wait for room in the cluster (default: for ever).")
    var pendingTimeout: Double?

    func validate() throws {
        for (name, value) in [("--stuck-timeout", stuckTimeout), ("--pending-timeout", pendingTimeout ?? 1)] {
            guard value > 0, value < 1_000_000 else { throw ValidationError("\(name): must be a positive number") }
        }
    }

    func apply(to options: inout KubernetesRunner.Options) {
        options.stuckTimeout = .seconds(stuckTimeout * 60)
        options.pendingTimeout = pendingTimeout.map { .seconds($0 * 60) }
    }
}
