import AttuneAlgorithms
import AttuneCore

/// What all experiments of an operator share.
struct OperatorOffice: Sendable {
    let cluster: Cluster
    let store: any TrialStore
    let catalogue: AlgorithmCatalogue
    let experiments: Informer
    let trials: Informer
    let events: EventRecorder
    let runnerOptions: KubernetesRunner.Options
    /// How long changes gather before they are written to resources.
    let gathering: Duration
    let log: @Sendable (String) -> Void

    var client: KubernetesClient { cluster.client }
    var clock: TunerClock { client.clock }
}
