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

    /// Gradients of one thing that came back along several edges, to be added up channel by channel.
    struct GradientSum {
        let parts: [FeatureMaps<Scalar>]
        let total: FeatureMaps<Scalar>

        fileprivate init?(_ parts: [FeatureMaps<Scalar>]?, _ buffer: MapBuffer<Scalar>) {
            guard let parts, let first = parts.first else { return nil }
            self.parts = parts
            total = parts.count > 1 ? buffer.maps(first.shape) : first
        }

        func add(_ channel: Int) {
            guard parts.count > 1 else { return }
            combine(parts.map { (maps: $0, factor: 1) }, constant: 0, channel, into: total)
        }
    }

    /// The sums that `waysBack` needs.
    struct ReturnSums {
        fileprivate let rectified: GradientSum?
        fileprivate let pooled: [(layer: any Layer<Scalar>, sum: GradientSum)]
        fileprivate let bypassed: GradientSum?

        var all: [GradientSum] { pooled.map(\.sum) + [rectified, bypassed].compactMap(\.self) }
    }

    func sums(of returns: Returns) -> ReturnSums {
        ReturnSums(
            rectified: GradientSum(returns.rectified, mixedGradient),
            pooled: pools.compactMap { pool in
                GradientSum(returns.pooled[pool.operation], pool.sums).map { (pool.layer, $0) }
            },
            bypassed: GradientSum(returns.bypassed, sums))
    }

    /// What comes back to some channels of the state, from the first of them on.
    typealias Return = (first: Int, maps: FeatureMaps<Scalar>)

    /// The ways back through layers of the state's own, which may be gone at once.
    func waysBack(_ sums: ReturnSums, _ pass: Pass) -> [() -> Return] {
        var ways: [() -> Return] = sums.pooled.map { pool in { (0, pool.layer.backward(pool.sum.total, pass)) } }
        if let rectified = sums.rectified { ways.append { (0, self.rectifier.backward(rectified.total, pass)) } }
        if let bypassed = sums.bypassed {
            ways.append { (self.mixed, self.bypass?.backward(bypassed.total, pass) ?? bypassed.total) }
        }
        return ways
    }
}
