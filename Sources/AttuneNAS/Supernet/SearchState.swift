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

        fileprivate func forward(_ input: FeatureMaps<Scalar>, _ pass: Pass) {
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

    func carryOut(_ pool: Pool, _ pass: Pass) {
        guard let maps else { return }
        pool.forward(maps.channels(0..<mixed), pass)
    }

    /// What came back along the edges out of the state.
    struct Returns {
        /// Gradients of the positive part, of the state itself, of each pool's output, and of what passed by.
        var rectified: [FeatureMaps<Scalar>] = []
        var plain: [FeatureMaps<Scalar>] = []
        var pooled: [Int: [FeatureMaps<Scalar>]] = [:]
        var bypassed: [FeatureMaps<Scalar>] = []
    }

    /// The ways back of what came back, one for each pool and two more, or fewer.
    fileprivate func ways(of returns: Returns) -> [WayBack<Scalar>] {
        var ways = pools.compactMap { pool in
            GradientSum(returns.pooled[pool.operation], pool.sums).map { WayBack(sum: $0, layer: pool.layer, first: 0) }
        }
        if let sum = GradientSum(returns.rectified, mixedGradient) {
            ways.append(WayBack(sum: sum, layer: rectifier, first: 0))
        }
        if let sum = GradientSum(returns.bypassed, sums) {
            ways.append(WayBack(sum: sum, layer: bypass, first: mixed))
        }
        return ways
    }
}

/// What came back to some channels of a state, and the layer that it has to go through, if any.
private struct WayBack<Scalar: NetworkScalar> {
    let sum: GradientSum<Scalar>
    let layer: (any Layer<Scalar>)?
    /// The first of the channels.
    let first: Int
}

/// Gradients of one thing that came back along several edges, to be added up channel by channel.
private struct GradientSum<Scalar: NetworkScalar> {
    let parts: [FeatureMaps<Scalar>]
    let total: FeatureMaps<Scalar>

    init?(_ parts: [FeatureMaps<Scalar>]?, _ buffer: MapBuffer<Scalar>) {
        guard let parts, let first = parts.first else { return nil }
        self.parts = parts
        total = parts.count > 1 ? buffer.maps(first.shape) : first
    }

    func add(_ channel: Int) {
        guard parts.count > 1, channel < total.shape.channels else { return }
        combine(parts.map { (maps: $0, factor: 1) }, constant: 0, channel, into: total)
    }
}

/// How what came back along the edges out of a state becomes the state's gradient, in pieces of which each writes memory of
/// its own: first the sums, by channel; then the ways back through the layers that edges share; then all of it, by channel.
final class StateReturn<Scalar: NetworkScalar> {
    private let ways: [WayBack<Scalar>]
    private let plain: [FeatureMaps<Scalar>]
    private let results: ResultBox<FeatureMaps<Scalar>?>
    private let pass: Pass

    init(_ state: SearchState<Scalar>, _ returns: SearchState<Scalar>.Returns, _ pass: Pass) {
        ways = state.ways(of: returns)
        plain = returns.plain
        results = ResultBox(Array(repeating: nil, count: ways.count))
        self.pass = pass
    }

    /// Takes the sums over the edges of a channel.
    func addUp(_ channel: Int) {
        for way in ways { way.sum.add(channel) }
    }

    /// Goes one of the ways back, of which a state has one for each pool and two more, or fewer.
    func carryBack(_ index: Int) {
        guard index < ways.count else { return }
        let total = ways[index].sum.total
        results.values[index] = ways[index].layer?.backward(total, pass) ?? total
    }

    /// Adds all of it to a channel of the state's gradient.
    func add(_ channel: Int, to gradient: FeatureMaps<Scalar>) {
        let layered = zip(ways, results.values).compactMap { way, maps in maps.map { (first: way.first, maps: $0) } }
        for (first, maps) in layered + plain.map({ (first: 0, maps: $0) })
        where (first..<first + maps.shape.channels).contains(channel) {
            gradient.add(maps.channels(channel - first..<channel - first + 1))
        }
    }
}
