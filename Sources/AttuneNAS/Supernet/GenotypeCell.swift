import AttuneCore

/// A cell of a genotype, every edge one operation.
final class GenotypeCell<Scalar: NetworkScalar> {
    private struct Edge {
        var node: Int
        var source: Int
        var layers: any Layer<Scalar>
    }

    let isReduction: Bool
    /// Channels of the output.
    let outputs: Int
    private let graph: CellGraph
    private let channels: Int
    private let workers: Workers
    private let preprocessing: [any Layer<Scalar>]
    private let edges: [Edge]
    private let output = MapBuffer<Scalar>()
    private let states: [MapBuffer<Scalar>]
    private let slopes: [MapBuffer<Scalar>]
    private var maps: [FeatureMaps<Scalar>] = []

    init(
        _ graph: CellGraph, inputs: (Int, Int), channels: Int, isReduction: Bool, followsReduction: Bool,
        workers: Workers, _ weights: Weights<Scalar>, using random: inout RandomSource
    ) {
        self.graph = graph
        self.channels = channels
        self.isReduction = isReduction
        self.workers = workers
        outputs = channels * graph.concatenated.count
        preprocessing = [(inputs.0, followsReduction), (inputs.1, false)].map { inputs, halves in
            NetworkParts.input(from: inputs, to: channels, halves: halves, affine: true, weights, using: &random)
        }
        var edges: [Edge] = []
        for (node, into) in graph.nodes.enumerated() {
            for edge in into where edge.operation != .none {
                let stride = isReduction && edge.source < 2 ? 2 : 1
                edges.append(
                    Edge(
                        node: node, source: edge.source,
                        layers: edge.operation.whole(
                            channels: channels, stride: stride, weights, using: &random)))
            }
        }
        self.edges = edges
        states = graph.nodes.map { _ in MapBuffer() }
        slopes = (0..<graph.nodes.count + 2).map { _ in MapBuffer() }
    }

    func forward(_ inputs: [FeatureMaps<Scalar>], _ pass: Pass) -> FeatureMaps<Scalar> {
        let prepared = ResultBox([FeatureMaps<Scalar>?](repeating: nil, count: 2))
        workers.forEach(2) { prepared.values[$0] = preprocessing[$0].forward(inputs[$0], pass) }
        maps = prepared.values.compactMap { $0 }
        for node in graph.nodes.indices {
            let into = edges.filter { $0.node == node }
            let results = ResultBox([FeatureMaps<Scalar>?](repeating: nil, count: into.count))
            workers.forEach(into.count) { results.values[$0] = into[$0].layers.forward(maps[into[$0].source], pass) }
            let sum = states[node].maps(nodeShape)
            sum.clear()
            for result in results.values { if let result { sum.add(result) } }
            maps.append(sum)
        }
        let shape = maps[graph.concatenated[0]].shape
        let output = output.maps(shape.with(channels: outputs))
        for (place, state) in graph.concatenated.enumerated() {
            output.channels(place * channels..<(place + 1) * channels).copy(from: maps[state])
        }
        return output
    }

    private var nodeShape: MapShape {
        isReduction ? Window(kernel: 1, stride: 2).output(of: maps[0].shape) : maps[0].shape
    }

    /// The gradients of the two inputs.
    func backward(_ gradient: FeatureMaps<Scalar>, _ pass: Pass) -> [FeatureMaps<Scalar>] {
        let totals = zip(slopes, maps).map { $0.maps($1.shape) }
        for total in totals { total.clear() }
        for (place, state) in graph.concatenated.enumerated() {
            totals[state].add(gradient.channels(place * channels..<(place + 1) * channels))
        }
        for node in graph.nodes.indices.reversed() {
            let into = edges.filter { $0.node == node }
            let results = ResultBox([FeatureMaps<Scalar>?](repeating: nil, count: into.count))
            workers.forEach(into.count) { results.values[$0] = into[$0].layers.backward(totals[node + 2], pass) }
            for (edge, result) in zip(into, results.values) { if let result { totals[edge.source].add(result) } }
        }
        let back = ResultBox([FeatureMaps<Scalar>?](repeating: nil, count: 2))
        workers.forEach(2) { back.values[$0] = preprocessing[$0].backward(totals[$0], pass) }
        return back.values.compactMap { $0 }
    }
}

extension CellOperation {
    /// The operation as a network of its own has it: with its rectifier and batch norm, which learn, and pools without.
    func whole<Scalar>(
        channels: Int, stride: Int, _ weights: Weights<Scalar>, using random: inout RandomSource
    ) -> any Layer<Scalar> {
        let inner = layers(channels: channels, stride: stride, affine: true, weights, using: &random)
        guard isRectified(stride: stride) else { return inner }
        return Sequence([Rectifier(), inner, BatchNorm(channels, affine: true, weights)])
    }
}
