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
    private let preprocessing: [any Layer<Scalar>]
    private let edges: [Edge]
    private let output = MapBuffer<Scalar>()
    private let states: [MapBuffer<Scalar>]
    private let slopes: [MapBuffer<Scalar>]
    /// Of the last `forward`: of its inputs, and of all states.
    private var shapes: (inputs: [MapShape], states: [MapShape]) = ([], [])

    init(
        _ graph: CellGraph, inputs: (Int, Int), channels: Int, isReduction: Bool, followsReduction: Bool,
        _ weights: Weights<Scalar>, using random: inout RandomSource
    ) {
        self.graph = graph
        self.channels = channels
        self.isReduction = isReduction
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

    /// Adds to a task graph all that leads to the cell's output.
    ///
    /// - Parameter inputs: the outputs of the last cell but one, and of the last.
    func forward(_ inputs: [PendingMaps<Scalar>], _ pass: Pass, in tasks: TaskGraph) -> PendingMaps<Scalar> {
        var maps = zip(preprocessing, inputs).map { layer, input in tasks.forward(layer, input, pass) }
        let shape = isReduction ? Window(kernel: 1, stride: 2).output(of: maps[0].shape) : maps[0].shape
        for node in graph.nodes.indices {
            let results = edges.filter { $0.node == node }.map { tasks.forward($0.layers, maps[$0.source], pass) }
            let sum = states[node].maps(shape)
            let added = tasks.add(after: results.flatMap(\.after)) {
                sum.clear()
                for result in results { sum.add(result.now) }
            }
            maps.append(PendingMaps(sum, after: [added]))
        }
        shapes = (inputs.map(\.shape), maps.map(\.shape))
        let output = output.maps(maps[graph.concatenated[0]].shape.with(channels: outputs))
        let joined = graph.concatenated.enumerated().map { place, state in
            let part = output.channels(place * channels..<(place + 1) * channels)
            return tasks.add(after: maps[state].after) { [maps] in part.copy(from: maps[state].now) }
        }
        return PendingMaps(output, after: joined)
    }

    /// Adds to a task graph all that leads back to the gradients of the two inputs.
    func backward(_ gradient: PendingMaps<Scalar>, _ pass: Pass, in tasks: TaskGraph) -> [PendingMaps<Scalar>] {
        var totals = [PendingMaps<Scalar>?](repeating: nil, count: shapes.states.count)
        for state in shapes.states.indices.reversed() {
            let places = graph.concatenated.indices.filter { graph.concatenated[$0] == state }
            let results = graph.nodes.indices.reversed().flatMap { node in
                edges.filter { $0.node == node && $0.source == state }.compactMap { edge in
                    totals[node + 2].map { tasks.backward(edge.layers, $0, to: shapes.states[state], pass) }
                }
            }
            let total = slopes[state].maps(shapes.states[state])
            let added = tasks.add(after: gradient.after + results.flatMap(\.after)) { [channels] in
                total.clear()
                for place in places { total.add(gradient.now.channels(place * channels..<(place + 1) * channels)) }
                for result in results { total.add(result.now) }
            }
            totals[state] = PendingMaps(total, after: [added])
        }
        return (0..<2).compactMap { index in
            totals[index].map { tasks.backward(preprocessing[index], $0, to: shapes.inputs[index], pass) }
        }
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
