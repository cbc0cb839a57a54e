import AttuneCore

/// A state of a cell as the operations on the edges out of it see it: what they share is computed once.
final class SearchState<Scalar: NetworkScalar> {
    /// A pooling operation, the same for every edge out of the state.
    final class Pool {
        let operation: Int
        let layer: any Layer<Scalar>
        fileprivate let sums = MapBuffer<Scalar>()
        var output: FeatureMaps<Scalar>?
        var statistics: [ChannelStatistics<Scalar>] = []

        init(_ operation: Int, _ layer: any Layer<Scalar>) {
            self.operation = operation
            self.layer = layer
        }

        func forward(_ input: FeatureMaps<Scalar>, _ pass: Pass) {
            let output = layer.forward(input, pass)
            self.output = output
            statistics = (0..<input.shape.channels).map { ChannelStatistics(output, $0) }
        }
    }

    /// Distance of the places of the windows of the edges out of it.
    let stride: Int
    let pools: [Pool]
    private let rectifier = Rectifier<Scalar>()
    private let bypass: MaxPool<Scalar>?
    /// Channels that are mixed, from the first one.
    private let mixed: Int
    private let mixedGradient = MapBuffer<Scalar>()
    private let sums = MapBuffer<Scalar>()
    private(set) var maps: FeatureMaps<Scalar>?
    private(set) var rectified: FeatureMaps<Scalar>?
    private(set) var bypassed: FeatureMaps<Scalar>?

    init(operations: [CellOperation], stride: Int, mixed: Int, _ weights: Weights<Scalar>) {
        self.stride = stride
        self.mixed = mixed
        // Pools learn nothing and draw no numbers.
        var random = RandomSource(seed: 0)
        pools = operations.indices.compactMap { index in
            switch operations[index] {
            case .maxPool, .averagePool:
                Pool(
                    index,
                    operations[index].layers(
                        channels: mixed, stride: stride, affine: false, weights, using: &random))
            default: nil
            }
        }
        bypass = stride == 2 ? MaxPool(Window(kernel: 2, stride: 2)) : nil
    }

    /// Takes the maps, of which the pools are then carried out one by one.
    func begin(_ maps: FeatureMaps<Scalar>, _ pass: Pass) {
        self.maps = maps
        rectified = rectifier.forward(maps.channels(0..<mixed), pass)
        guard mixed < maps.shape.channels else { return }
        let rest = maps.channels(mixed..<maps.shape.channels)
        bypassed = bypass?.forward(rest, pass) ?? rest
    }

    /// What came back along the edges out of the state.
    struct Returns {
        /// Gradients of the positive part, of the state itself, of each pool's output, and of what passed by.
        var rectified: [FeatureMaps<Scalar>] = []
        var plain: [FeatureMaps<Scalar>] = []
        var pooled: [Int: [FeatureMaps<Scalar>]] = [:]
        var bypassed: [FeatureMaps<Scalar>] = []
    }

    /// The ways by which gradients come back that have layers of their own, which may be gone at once.
    func waysBack(_ returns: Returns, _ pass: Pass) -> [() -> FeatureMaps<Scalar>] {
        var ways: [() -> FeatureMaps<Scalar>] = []
        for pool in pools {
            guard let gradients = returns.pooled[pool.operation] else { continue }
            ways.append { pool.layer.backward(self.sum(gradients, pool.sums), pass) }
        }
        if !returns.rectified.isEmpty {
            ways.append { self.rectifier.backward(self.sum(returns.rectified, self.mixedGradient), pass) }
        }
        return ways
    }

    /// Adds what came back to the state's gradient, `ways` being what `waysBack` gave.
    func collect(
        _ returns: Returns, ways: [FeatureMaps<Scalar>], into gradient: FeatureMaps<Scalar>, _ pass: Pass
    ) {
        let part = gradient.channels(0..<mixed)
        for maps in ways + returns.plain { part.add(maps) }
        guard !returns.bypassed.isEmpty else { return }
        let total = sum(returns.bypassed, sums)
        gradient.channels(mixed..<gradient.shape.channels).add(bypass?.backward(total, pass) ?? total)
    }

    private func sum(_ gradients: [FeatureMaps<Scalar>], _ buffer: MapBuffer<Scalar>) -> FeatureMaps<Scalar> {
        guard gradients.count > 1 else { return gradients[0] }
        let total = buffer.maps(gradients[0].shape)
        let terms = gradients.map { (maps: $0, factor: Scalar(1)) }
        for channel in 0..<total.shape.channels { combine(terms, constant: 0, channel, into: total) }
        return total
    }
}
