import ArgumentParser
import AttuneCore
import AttuneKubernetes
import AttuneYAML
import Foundation

/// Where trials run.
enum TrialPlace: String, ExpressibleByArgument, CaseIterable {
    case machine, kubernetes
}

/// Which cluster, and how trials are carried out in it.
struct ClusterOptions: ParsableArguments {
    @Option(help: "The context of the kubeconfig file (default: its current one).") var context: String?
    @Option(
        help: "The kubeconfig file (default: $KUBECONFIG, else the pod's service account, else ~/.kube/config).",
        completion: .file())
    var kubeconfig: String?
    @Option(help: "The image with attune in it, for the metrics collectors beside trials.")
    var collectorImage = "attune:\(attuneVersion)"
    @Option(help: "Requests a second to the API server, in the long run.") var apiRate = 100.0

    func validate() throws {
        guard apiRate > 0, apiRate.isFinite else { throw ValidationError("--api-rate: must be a positive number") }
    }

    var place: ClusterPlace {
        ClusterPlace(context: context, kubeconfig: kubeconfig, collectorImage: collectorImage, apiRate: apiRate)
    }
}

/// A cluster where trials run, and how.
struct ClusterPlace: Sendable {
    var context: String?
    var kubeconfig: String?
    var collectorImage: String
    var apiRate: Double

    /// - Throws: `AttuneError` naming what is wrong with the configuration.
    func configuration() throws -> ClusterConfiguration {
        let environment = ProcessInfo.processInfo.environment
        return try ClusterConfiguration.standard(
            context: context, kubeconfig: kubeconfig, environment: environment,
            home: environment["HOME"] ?? FileManager.default.homeDirectoryForCurrentUser.path)
    }

    /// A client that goes on trying: what trials come to is not to be lost because an API server is away.
    func client(
        _ configuration: ClusterConfiguration, onTrouble: @escaping @Sendable (String) -> Void
    ) throws -> KubernetesClient {
        let transport = try CurlTransport(configuration, now: { Date() })
        var client = KubernetesClient(
            transport, limit: RateLimit(perSecond: apiRate, burst: max(1, Int(min(1_000, apiRate * 2)))))
        client.onTrouble = onTrouble
        return client
    }
}

extension ClusterPlace {
    private static let placeKey = "attune.dev/on"
    private static let contextKey = "attune.dev/context"
    private static let kubeconfigKey = "attune.dev/kubeconfig"
    private static let imageKey = "attune.dev/collector-image"
    private static let studyKey = "attune.dev/study"

    /// Notes in an experiment that its trials run in this cluster, for whoever resumes it.
    func note(in experiment: inout Experiment) {
        experiment.metadata.annotations[ClusterPlace.placeKey] = TrialPlace.kubernetes.rawValue
        experiment.metadata.annotations[ClusterPlace.contextKey] = context
        experiment.metadata.annotations[ClusterPlace.kubeconfigKey] = kubeconfig.map {
            URL(filePath: $0).path(percentEncoded: false)
        }
        experiment.metadata.annotations[ClusterPlace.imageKey] = collectorImage
        experiment.metadata.annotations[ClusterPlace.studyKey] = UUID().uuidString.lowercased()
    }

    /// What was noted in an experiment; nil where its trials run on this machine.
    init?(of experiment: Experiment) {
        let notes = experiment.metadata.annotations
        guard notes[ClusterPlace.placeKey] == TrialPlace.kubernetes.rawValue else { return nil }
        self.init(
            context: notes[ClusterPlace.contextKey], kubeconfig: notes[ClusterPlace.kubeconfigKey],
            collectorImage: notes[ClusterPlace.imageKey] ?? "attune:\(attuneVersion)", apiRate: 100)
    }

    /// - Throws: `InvalidExperiment` with what cannot be done in the cluster; `AttuneError`, `APIError` where it cannot be
    ///   asked.
    func runner(for experiment: Experiment, isQuiet: Bool) async throws -> KubernetesRunner {
        let source = try experiment.templateResource()
        if source["kind"]?.string == "Process" {
            throw InvalidExperiment([
                Problem(
                    "spec.trialTemplate.trialSpec.kind", found: "Process",
                    "runs on this machine; for a cluster give a Job, or leave --on out")
            ])
        }
        let configuration = try configuration()
        var client = try client(configuration) { trouble in if !isQuiet { Terminal.complain("notice: \(trouble)") } }
        let patience = client.patience
        client.patience = .seconds(20)
        // Whether the cluster is there at all shows soon.
        _ = try await client.call(.get, "/version")
        client.patience = patience
        var options = KubernetesRunner.Options(
            study: experiment.metadata.annotations[ClusterPlace.studyKey] ?? "", collectorImage: collectorImage)
        options.namespace = configuration.namespace
        return try await KubernetesRunner(experiment, source: source, cluster: Cluster(client), options: options)
    }
}
