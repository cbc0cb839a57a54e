import AttuneCore

/// The operations of an edge that learn something, and the scratch memory of all of them.
final class MixedEdge<Scalar: NetworkScalar> {
    /// One operation's layers, and what it gave last.
    final class Branch {
        let operation: Int
        let layers: any Layer<Scalar>
        let isRectified: Bool
        let isNormalised: Bool
        fileprivate let slope = MapBuffer<Scalar>()
        var output: FeatureMaps<Scalar>?
        var statistics: [ChannelStatistics<Scalar>] = []

        init(_ operation: Int, _ layers: any Layer<Scalar>, isRectified: Bool, isNormalised: Bool) {
            self.operation = operation
            self.layers = layers
            self.isRectified = isRectified
            self.isNormalised = isNormalised
        }

        func forward(_ state: SearchState<Scalar>, mixed: Int, _ pass: Pass) {
            guard let rectified = state.rectified, let maps = state.maps else { return }
            let output = layers.forward(isRectified ? rectified : maps.channels(0..<mixed), pass)
            self.output = output
            if isNormalised { statistics = (0..<mixed).map { ChannelStatistics(output, $0) } }
        }
    }

    let source: Int
    let node: Int
    /// Those that are no pools and not without connection.
    let branches: [Branch]
    /// Slopes of the pools of the source, by operation.
    private let pooledSlopes: [Int: MapBuffer<Scalar>]
    private let bypassSlope = MapBuffer<Scalar>()

    init(
        _ edge: (source: Int, node: Int), operations: [CellOperation], channels: Int, stride: Int,
        _ weights: Weights<Scalar>, using random: inout RandomSource
    ) {
        source = edge.source
        node = edge.node
        var branches: [Branch] = []
        var pooled: [Int: MapBuffer<Scalar>] = [:]
        for (index, operation) in operations.enumerated() {
            switch operation {
            case .none: continue
            case .maxPool, .averagePool: pooled[index] = MapBuffer()
            default:
                branches.append(
                    Branch(
                        index,
                        operation.layers(
                            channels: channels, stride: stride, affine: false, weights, using: &random),
                        isRectified: operation.isRectified(stride: stride),
                        isNormalised: operation.isNormalised(stride: stride)))
            }
        }
        self.branches = branches
        pooledSlopes = pooled
    }

    /// What the edge adds to its node, each with its weight.
    func terms(from state: SearchState<Scalar>, _ weights: [Scalar]) -> [EdgeTerm<Scalar>] {
        let own = branches.compactMap { branch in
            EdgeTerm(
                operation: branch.operation, weight: weights[branch.operation], maps: branch.output,
                statistics: branch.isNormalised ? branch.statistics : nil)
        }
        let pooled = state.pools.compactMap { pool in
            EdgeTerm(
                operation: pool.operation, weight: weights[pool.operation], maps: pool.output,
                statistics: pool.statistics)
        }
        return own + pooled
    }

    /// Carries the gradient of the node back through one term.
    func backward(
        _ term: EdgeTerm<Scalar>, _ gradient: FeatureMaps<Scalar>, totals: [Scalar], _ pass: Pass
    ) -> EdgeReturn<Scalar> {
        let branch = branches.first { $0.operation == term.operation }
        let buffer = branch?.slope ?? pooledSlopes[term.operation].unsafelyUnwrapped
        let slope = buffer.maps(term.maps.shape)
        let alongOutput = term.backward(gradient, totals: totals, into: slope, pass)
        guard let branch else { return EdgeReturn(alongOutput: alongOutput, maps: slope, kind: .pooled) }
        return EdgeReturn(
            alongOutput: alongOutput, maps: branch.layers.backward(slope, pass),
            kind: branch.isRectified ? .rectified : .plain)
    }

    /// The gradient of the channels that pass by.
    func bypassBackward(_ gradient: FeatureMaps<Scalar>, _ weight: Scalar) -> FeatureMaps<Scalar> {
        let slope = bypassSlope.maps(gradient.shape)
        for channel in 0..<gradient.shape.channels {
            combine([(gradient, weight)], constant: 0, channel, into: slope)
        }
        return slope
    }
}

/// What one operation of one edge adds to a node: its maps, normalised where it has statistics, times its weight.
struct EdgeTerm<Scalar: NetworkScalar> {
    let operation: Int
    let weight: Scalar
    let maps: FeatureMaps<Scalar>
    let statistics: [ChannelStatistics<Scalar>]?

    /// Nil where the weight is 0, as such an operation is not carried out.
    init?(
        operation: Int, weight: Scalar, maps: FeatureMaps<Scalar>?, statistics: [ChannelStatistics<Scalar>]?
    ) {
        guard weight != 0, let maps else { return nil }
        self.operation = operation
        self.weight = weight
        self.maps = maps
        self.statistics = statistics
    }

    /// The factor of a channel of the maps, and what is added to it.
    func line(_ channel: Int) -> (factor: Scalar, constant: Scalar) {
        guard let statistics = statistics?[channel] else { return (weight, 0) }
        let factor = weight * statistics.scale
        return (factor, -factor * statistics.mean)
    }

    /// Writes the gradient of the maps; gives how the loss changes with the weight.
    ///
    /// - Parameter totals: the sum of each channel of the gradient.
    func backward(
        _ gradient: FeatureMaps<Scalar>, totals: [Scalar], into slope: FeatureMaps<Scalar>, _ pass: Pass
    ) -> Scalar {
        var alongOutput: Scalar = 0
        for channel in 0..<maps.shape.channels {
            let along = Scalar.kernels.dot(gradient.channel(channel), maps.channel(channel), maps.shape.area)
            guard let statistics else {
                alongOutput += along
                combine([(gradient, weight)], constant: 0, channel, into: slope)
                continue
            }
            let norm = NormSlope(total: totals[channel], alongInput: along, statistics[channel])
            alongOutput += norm.alongNormalised
            norm.write(weight, isOfBatch: true, gradient, maps, channel, into: slope)
        }
        return alongOutput
    }
}

/// What an edge sends back to the state it comes from.
struct EdgeReturn<Scalar: NetworkScalar> {
    enum Kind { case rectified, plain, pooled }

    /// How the loss changes with the weight of the operation.
    let alongOutput: Scalar
    let maps: FeatureMaps<Scalar>
    let kind: Kind
}
