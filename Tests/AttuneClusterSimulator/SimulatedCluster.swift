import AttuneKubernetes

/// A cluster in memory: an API server, its controllers and a kubelet.
public final class SimulatedCluster: Sendable {
    public init() {}
}
