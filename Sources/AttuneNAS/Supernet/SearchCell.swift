import AttuneCore

/// A cell all of whose operations are there at once, each edge a weighted sum of them (Liu et al. 2019, eq. 2).
///
/// Where only a part of the channels is mixed, the others pass an edge by, and the channels of a node are shuffled (Xu et
/// al., *PC-DARTS: Partial Channel Connections*, ICLR 2020); channels that pass a reducing edge by are max-pooled by 2x2.
final class SearchCell<Scalar: NetworkScalar> {
    let isReduction: Bool
    private let nodes: Int
    private let channels: Int
    private let mixed: Int
    private let operations: Int
    /// What each operation costs, roughly.
    private let efforts: [Int]
    private let preprocessing: [any Layer<Scalar>]
    private let states: [SearchState<Scalar>]
    private let edges: [MixedEdge<Scalar>]
    private let output = MapBuffer<Scalar>()
    private let stateGradients: [MapBuffer<Scalar>]
    private let unshuffledGradients: [MapBuffer<Scalar>]
    private var last: ForwardRun?

    /// - Parameters:
    ///   - inputs: channels of the two cells before.
    ///   - followsReduction: whether the first of its inputs is twice the size of the second.
    ///   - partial: one channel in so many is mixed.
    init(
        _ space: SupernetSpace, inputs: (Int, Int), channels: Int, isReduction: Bool, followsReduction: Bool,
        partial: Int, _ weights: Weights<Scalar>, using random: inout RandomSource
    ) {
        self.isReduction = isReduction
        self.channels = channels
        nodes = space.nodes
        mixed = channels / partial
        operations = space.operations.count
        efforts = space.operations.map(\.effort)
        preprocessing = [(inputs.0, followsReduction), (inputs.1, false)].map { inputs, halves in
            NetworkParts.input(from: inputs, to: channels, halves: halves, affine: false, weights, using: &random)
        }
        let mixed = mixed
        func stride(_ source: Int) -> Int { isReduction && source < 2 ? 2 : 1 }
        states = (0..<nodes + 2).map {
            SearchState(operations: space.operations, stride: stride($0), mixed: mixed, weights)
        }
        edges = space.edges.map {
            MixedEdge(
                $0, operations: space.operations, channels: mixed, stride: stride($0.source), weights,
                using: &random)
        }
        stateGradients = (0..<nodes + 2).map { _ in MapBuffer() }
        unshuffledGradients = (0..<nodes).map { _ in MapBuffer() }
    }

    /// Adds to a graph all that leads to the cell's output.
    ///
    /// - Parameter inputs: the outputs of the last cell but one, and of the last.
    func forward(
        _ inputs: [PendingMaps<Scalar>], _ weights: EdgeWeights<Scalar>, _ pass: Pass, in graph: TaskGraph
    ) -> PendingMaps<Scalar> {
        let shape = nodeShape(of: preprocessing[1].output(of: inputs[1].shape))
        let terms = ResultBox([[NodeTerm]](repeating: [], count: nodes))
        last = ForwardRun(
            weights: weights, inputShapes: inputs.map(\.shape),
            stateShapes: (0..<nodes + 2).map { $0 < 2 ? preprocessing[$0].output(of: inputs[$0].shape) : shape },
            terms: terms)
        var begun = (0..<2).map { index in
            graph.add(after: inputs[index].after) { [self] in
                states[index].begin(preprocessing[index].forward(inputs[index].now, pass), pass)
            }
        }
        let output = output.maps(shape.with(channels: channels * nodes))
        var pooled: [Int: [TaskGraph.ID]] = [:]
        var done: [TaskGraph.ID] = []
        for node in 0..<nodes {
            let into = edges.indices.filter { edges[$0].node == node }
            let new = carryOut(into, begun, &pooled, weights, pass, in: graph)
            let sources = into.map { edges[$0].source }
            let gathered = graph.add(after: new + sources.flatMap { pooled[$0] ?? [] }) { [self] in
                terms.values[node] = into.flatMap { edge in
                    edges[edge].terms(from: states[edges[edge].source], weights.operations[edge]).map { (edge, $0) }
                }
            }
            let maps = output.channels(node * channels..<(node + 1) * channels)
            let joined = graph.addEach(channels, after: [gathered]) { [self] channel in
                join(channel, terms.values[node], into, weights, maps)
            }
            done += joined
            guard node + 1 < nodes else { continue }
            begun.append(graph.add(after: joined) { [self] in states[node + 2].begin(maps, pass) })
        }
        return PendingMaps(output, after: done)
    }

    private func nodeShape(of state: MapShape) -> MapShape {
        isReduction ? Window(kernel: 1, stride: 2).output(of: state) : state
    }

    /// Adds the operations on some edges to a graph, those that take longest first.
    ///
    /// - Parameters:
    ///   - begun: the tasks after which each state is there.
    ///   - pooled: the tasks of the pools of each state, to which those of new states are added.
    /// - Returns: the tasks of the other operations.
    private func carryOut(
        _ into: [Int], _ begun: [TaskGraph.ID], _ pooled: inout [Int: [TaskGraph.ID]], _ weights: EdgeWeights<Scalar>,
        _ pass: Pass, in graph: TaskGraph
    ) -> [TaskGraph.ID] {
        var work: [(operation: Int, source: Int, isPool: Bool, run: () -> Void)] = []
        for edge in into {
            let source = edges[edge].source
            let state = states[source]
            if pooled[source] == nil {
                pooled[source] = []
                let out = edges.indices.filter { edges[$0].source == source }
                for pool in state.pools where out.contains(where: { weights.operations[$0][pool.operation] != 0 }) {
                    work.append((pool.operation, source, true, { state.carryOut(pool, pass) }))
                }
            }
            for branch in edges[edge].branches where weights.operations[edge][branch.operation] != 0 {
                work.append((branch.operation, source, false, { [mixed] in branch.forward(state, mixed: mixed, pass) }))
            }
        }
        work.sort { efforts[$0.operation] > efforts[$1.operation] }
        var branches: [TaskGraph.ID] = []
        for piece in work {
            let id = graph.add(after: [begun[piece.source]], piece.run)
            if piece.isPool { pooled[piece.source]?.append(id) } else { branches.append(id) }
        }
        return branches
    }

    /// Adds up a channel of a node.
    private func join(
        _ channel: Int, _ terms: [NodeTerm], _ into: [Int], _ weights: EdgeWeights<Scalar>,
        _ result: FeatureMaps<Scalar>
    ) {
        let target = result.channels(shuffled(channel)..<shuffled(channel) + 1)
        guard channel < mixed else {
            let passing = into.map { edge in
                (
                    maps: states[edges[edge].source].bypassed.unsafelyUnwrapped
                        .channels(channel - mixed..<channel - mixed + 1), factor: weights.bypasses[edge]
                )
            }
            return combine(passing, constant: 0, 0, into: target)
        }
        let lines = terms.map { $0.term.line(channel) }
        let factors = zip(terms, lines).map { owned, line in
            (maps: owned.term.maps.channels(channel..<channel + 1), factor: line.factor)
        }
        combine(factors, constant: lines.reduce(0) { $0 + $1.constant }, 0, into: target)
    }

    /// Where a channel of a node's sum goes: channels of the mixed and of the other groups by turns.
    private func shuffled(_ channel: Int) -> Int {
        let groups = channels / mixed
        return channel % mixed * groups + channel / mixed
    }

    /// Adds to a graph all that leads back to the two inputs.
    ///
    /// - Returns: the gradients of the inputs, and what gives those of the weights when the graph was carried out.
    func backward(
        _ gradient: PendingMaps<Scalar>, _ pass: Pass, in graph: TaskGraph
    ) -> (inputs: [PendingMaps<Scalar>], weights: () -> EdgeWeights<Scalar>) {
        let run = BackwardRun(last.unsafelyUnwrapped, nodes: nodes)
        var ready = [[TaskGraph.ID]](repeating: [], count: nodes)
        var inputs: [PendingMaps<Scalar>] = []
        // The last states are waited for by the most.
        for source in (0..<nodes + 2).reversed() {
            let node = source - 2
            let back = carryBack(to: source, run, ready, pass, in: graph)
            let own = stateGradients[source].maps(run.stateShapes[source])
            let gathered = graph.add(after: back) { [self] in gather(source, run, pass) }
            let sums = graph.addEach(channels, after: [gathered]) { run.states.values[source]?.addUp($0) }
            let ways = graph.addEach(states[source].pools.count + 2, after: sums) {
                run.states.values[source]?.carryBack($0)
            }
            let collected = graph.addEach(channels, after: ways + gradient.after) { [channels] channel in
                let part = own.channels(channel..<channel + 1)
                let first = node * channels + channel
                if node < 0 { part.clear() } else { part.copy(from: gradient.now.channels(first..<first + 1)) }
                run.states.values[source]?.add(channel, to: part)
            }
            if node < 0 {
                inputs.append(
                    graph.backward(
                        preprocessing[source], PendingMaps(own, after: collected), to: run.inputShapes[source], pass))
            } else {
                ready[node] = [
                    graph.add(after: collected) { [self] in run.nodes.values[node] = nodeGradient(own, node) }
                ]
            }
        }
        return (inputs.reversed(), { [operations] in run.slopes(operations: operations) })
    }

    /// Adds to a graph what comes back to a state from all nodes, by what takes longest first.
    ///
    /// - Parameter ready: the tasks after which the gradient of each node is there.
    private func carryBack(
        to source: Int, _ run: BackwardRun, _ ready: [[TaskGraph.ID]], _ pass: Pass, in graph: TaskGraph
    ) -> [TaskGraph.ID] {
        var tasks: [TaskGraph.ID] = []
        for node in (max(source - 1, 0)..<nodes).reversed() {
            let terms = run.terms[node]
            let own = terms.indices.filter { edges[terms[$0].edge].source == source }
            for index in own.sorted(by: { efforts[terms[$0].term.operation] > efforts[terms[$1].term.operation] }) {
                let (edge, term) = terms[index]
                let task = graph.add(after: ready[node]) { [self] in
                    guard let gradient = run.nodes.values[node] else { return }
                    run.returns[node].values[index] = edges[edge].backward(
                        term, gradient.maps.channels(0..<mixed), totals: gradient.totals, pass)
                }
                tasks.append(task)
            }
            guard mixed < channels else { continue }
            for edge in edges.indices where edges[edge].node == node && edges[edge].source == source {
                let task = graph.add(after: ready[node]) { [self] in
                    guard let gradient = run.nodes.values[node]?.maps.channels(mixed..<channels) else { return }
                    let passed = states[source].bypassed.unsafelyUnwrapped
                    run.bypasses.values[edge] = (
                        Scalar.kernels.dot(gradient.start, passed.start, gradient.count),
                        edges[edge].bypassBackward(gradient, run.weights.bypasses[edge])
                    )
                }
                tasks.append(task)
            }
        }
        return tasks
    }

    /// What came back to a state along all its edges, ready to be added up.
    private func gather(_ source: Int, _ run: BackwardRun, _ pass: Pass) {
        var returns = SearchState<Scalar>.Returns()
        for node in (max(source - 1, 0)..<nodes).reversed() {
            for (index, (edge, term)) in run.terms[node].enumerated() where edges[edge].source == source {
                guard let result = run.returns[node].values[index] else { continue }
                switch result.kind {
                case .rectified: returns.rectified.append(result.maps)
                case .plain: returns.plain.append(result.maps)
                case .pooled: returns.pooled[term.operation, default: []].append(result.maps)
                }
            }
            for edge in edges.indices where edges[edge].node == node && edges[edge].source == source {
                if let bypass = run.bypasses.values[edge] { returns.bypassed.append(bypass.maps) }
            }
        }
        run.states.values[source] = StateReturn(states[source], returns, pass)
    }

    /// The gradient of a node's sum, its channels in the order in which they are added up.
    private func nodeGradient(_ gradient: FeatureMaps<Scalar>, _ node: Int) -> NodeGradient {
        var maps = gradient
        if mixed < channels {
            maps = unshuffledGradients[node].maps(gradient.shape)
            for channel in 0..<channels {
                maps.channels(channel..<channel + 1)
                    .copy(from: gradient.channels(shuffled(channel)..<shuffled(channel) + 1))
            }
        }
        return NodeGradient(
            maps: maps, totals: (0..<mixed).map { Scalar.kernels.sum(maps.channel($0), maps.shape.area) })
    }
}

extension SearchCell {
    typealias NodeTerm = (edge: Int, term: EdgeTerm<Scalar>)

    /// What the way back needs of the way forward.
    struct ForwardRun {
        let weights: EdgeWeights<Scalar>
        let inputShapes: [MapShape]
        let stateShapes: [MapShape]
        /// What was added up for each node.
        let terms: ResultBox<[NodeTerm]>
    }

    struct NodeGradient {
        let maps: FeatureMaps<Scalar>
        /// The sum of each of the mixed channels.
        let totals: [Scalar]
    }

    /// What the tasks of one way back hand to one another.
    final class BackwardRun {
        let weights: EdgeWeights<Scalar>
        let inputShapes: [MapShape]
        let stateShapes: [MapShape]
        let terms: [[NodeTerm]]
        let nodes: ResultBox<NodeGradient?>
        /// Of each node, by its terms.
        let returns: [ResultBox<EdgeReturn<Scalar>?>]
        /// By edge.
        let bypasses: ResultBox<(slope: Scalar, maps: FeatureMaps<Scalar>)?>
        let states: ResultBox<StateReturn<Scalar>?>

        init(_ forward: ForwardRun, nodes: Int) {
            weights = forward.weights
            inputShapes = forward.inputShapes
            stateShapes = forward.stateShapes
            terms = Array(forward.terms.values)
            self.nodes = ResultBox(Array(repeating: nil, count: nodes))
            returns = terms.map { ResultBox(Array(repeating: nil, count: $0.count)) }
            bypasses = ResultBox(Array(repeating: nil, count: weights.bypasses.count))
            states = ResultBox(Array(repeating: nil, count: nodes + 2))
        }

        /// How the loss changes with the weights.
        func slopes(operations: Int) -> EdgeWeights<Scalar> {
            var slopes = EdgeWeights<Scalar>(
                operations: weights.operations.map { _ in [Scalar](repeating: 0, count: operations) },
                bypasses: bypasses.values.map { $0?.slope ?? 0 })
            for (node, terms) in terms.enumerated() {
                for (index, (edge, term)) in terms.enumerated() {
                    slopes.operations[edge][term.operation] = returns[node].values[index]?.alongOutput ?? 0
                }
            }
            return slopes
        }
    }
}
