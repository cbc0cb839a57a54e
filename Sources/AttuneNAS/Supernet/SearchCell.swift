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
    private let workers: Workers
    private let preprocessing: [any Layer<Scalar>]
    private let states: [SearchState<Scalar>]
    private let edges: [MixedEdge<Scalar>]
    private let output = MapBuffer<Scalar>()
    private let raw: [MapBuffer<Scalar>]
    private let stateGradients: [MapBuffer<Scalar>]
    private let rawGradient = MapBuffer<Scalar>()
    private var last: (weights: EdgeWeights<Scalar>, terms: [[NodeTerm]])?

    private typealias NodeTerm = (edge: Int, term: EdgeTerm<Scalar>)

    /// - Parameters:
    ///   - inputs: channels of the two cells before.
    ///   - followsReduction: whether the first of its inputs is twice the size of the second.
    ///   - partial: one channel in so many is mixed.
    init(
        _ space: SupernetSpace, inputs: (Int, Int), channels: Int, isReduction: Bool, followsReduction: Bool,
        partial: Int, workers: Workers, _ weights: Weights<Scalar>, using random: inout RandomSource
    ) {
        self.isReduction = isReduction
        self.channels = channels
        self.workers = workers
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
        raw = (0..<nodes).map { _ in MapBuffer() }
        stateGradients = (0..<nodes + 2).map { _ in MapBuffer() }
    }

    /// - Parameter inputs: the outputs of the last cell but one, and of the last.
    func forward(
        _ inputs: [FeatureMaps<Scalar>], _ weights: EdgeWeights<Scalar>, _ pass: Pass
    ) -> FeatureMaps<Scalar> {
        var terms = [[NodeTerm]](repeating: [], count: nodes)
        workers.forEach(2) { index in
            let maps = preprocessing[index].forward(inputs[index], pass)
            states[index].begin(maps, pass)
        }
        carryOut(from: [0, 1], weights, pass)
        let shape = nodeShape
        let output = output.maps(shape.with(channels: channels * nodes))
        for node in 0..<nodes {
            let into = edges.indices.filter { edges[$0].node == node }
            terms[node] = into.flatMap { edge in
                edges[edge].terms(from: states[edges[edge].source], weights.operations[edge]).map { (edge, $0) }
            }
            let maps = output.channels(node * channels..<(node + 1) * channels)
            join(terms[node], into, weights, maps)
            guard node + 1 < nodes else { continue }
            states[node + 2].begin(maps, pass)
            carryOut(from: [node + 2], weights, pass)
        }
        last = (weights, terms)
        return output
    }

    private var nodeShape: MapShape {
        let shape = states[0].maps.unsafelyUnwrapped.shape
        return isReduction ? Window(kernel: 1, stride: 2).output(of: shape) : shape
    }

    /// Carries out the operations on all edges out of some states, those that take longest first.
    private func carryOut(from sources: [Int], _ weights: EdgeWeights<Scalar>, _ pass: Pass) {
        var work: [(operation: Int, run: () -> Void)] = []
        for source in sources {
            let state = states[source]
            let out = edges.indices.filter { edges[$0].source == source }
            for pool in state.pools where out.contains(where: { weights.operations[$0][pool.operation] != 0 }) {
                guard let maps = state.maps else { continue }
                work.append((pool.operation, { [mixed] in pool.forward(maps.channels(0..<mixed), pass) }))
            }
            for index in out {
                for branch in edges[index].branches where weights.operations[index][branch.operation] != 0 {
                    work.append((branch.operation, { [mixed] in branch.forward(state, mixed: mixed, pass) }))
                }
            }
        }
        work.sort { efforts[$0.operation] > efforts[$1.operation] }
        workers.forEach(work.count) { work[$0].run() }
    }

    /// Adds up a node.
    private func join(
        _ terms: [NodeTerm], _ into: [Int], _ weights: EdgeWeights<Scalar>,
        _ result: FeatureMaps<Scalar>
    ) {
        workers.forEach(channels) { channel in
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
    }

    /// Where a channel of a node's sum goes: channels of the mixed and of the other groups by turns.
    private func shuffled(_ channel: Int) -> Int {
        let groups = channels / mixed
        return channel % mixed * groups + channel / mixed
    }

    /// The gradients of the two inputs, and of the weights.
    func backward(_ gradient: FeatureMaps<Scalar>, _ pass: Pass) -> (
        inputs: [FeatureMaps<Scalar>], weights: EdgeWeights<Scalar>
    ) {
        let (weights, terms) = last.unsafelyUnwrapped
        var slopes = EdgeWeights(
            operations: [[Scalar]](repeating: Array(repeating: 0, count: operations), count: edges.count),
            bypasses: [Scalar](repeating: 0, count: edges.count))
        var returns = [SearchState<Scalar>.Returns](repeating: .init(), count: nodes + 2)
        for node in (0..<nodes).reversed() {
            let own = stateGradients[node + 2].maps(nodeShape)
            own.copy(from: gradient.channels(node * channels..<(node + 1) * channels))
            if node + 1 < nodes { collect([node + 2], returns, into: [own], pass) }
            carryBack(node, terms[node], unshuffled(own), weights, &slopes, &returns, pass)
        }
        let own = (0..<2).map { stateGradients[$0].maps(states[$0].maps.unsafelyUnwrapped.shape) }
        for maps in own { maps.clear() }
        collect([0, 1], returns, into: own, pass)
        let results = ResultBox([FeatureMaps<Scalar>?](repeating: nil, count: 2))
        workers.forEach(2) { results.values[$0] = preprocessing[$0].backward(own[$0], pass) }
        return (results.values.compactMap { $0 }, slopes)
    }

    /// Adds what came back to some states to their gradients.
    private func collect(
        _ sources: [Int], _ returns: [SearchState<Scalar>.Returns], into gradients: [FeatureMaps<Scalar>], _ pass: Pass
    ) {
        let sums = sources.map { states[$0].sums(of: returns[$0]) }
        let channels = sums.flatMap(\.all).flatMap { sum in (0..<sum.total.shape.channels).map { (sum, $0) } }
        workers.forEach(channels.count) { channels[$0].0.add(channels[$0].1) }
        let ways = zip(sources, sums).map { states[$0].waysBack($1, pass) }
        let places = ways.indices.flatMap { source in ways[source].indices.map { (source, $0) } }
        let results = ResultBox([SearchState<Scalar>.Return?](repeating: nil, count: places.count))
        workers.forEach(places.count) { results.values[$0] = ways[places[$0].0][places[$0].1]() }
        var back = [[SearchState<Scalar>.Return]](repeating: [], count: sources.count)
        for (place, result) in zip(places, results.values) {
            if let result { back[place.0].append(result) }
        }
        for (index, source) in sources.enumerated() { back[index] += returns[source].plain.map { (0, $0) } }
        workers.forEach(sources.count * self.channels) { [back, width = self.channels] place in
            let (source, channel) = (place / width, place % width)
            let own = gradients[source].channels(channel..<channel + 1)
            for (first, maps) in back[source] where (first..<first + maps.shape.channels).contains(channel) {
                own.add(maps.channels(channel - first..<channel - first + 1))
            }
        }
    }

    private func unshuffled(_ gradient: FeatureMaps<Scalar>) -> FeatureMaps<Scalar> {
        guard mixed < channels else { return gradient }
        let result = rawGradient.maps(gradient.shape)
        for channel in 0..<channels {
            result.channels(channel..<channel + 1)
                .copy(from: gradient.channels(shuffled(channel)..<shuffled(channel) + 1))
        }
        return result
    }

    private func carryBack(
        _ node: Int, _ terms: [NodeTerm], _ gradient: FeatureMaps<Scalar>, _ weights: EdgeWeights<Scalar>,
        _ slopes: inout EdgeWeights<Scalar>, _ returns: inout [SearchState<Scalar>.Returns], _ pass: Pass
    ) {
        let part = gradient.channels(0..<mixed)
        let totals = (0..<mixed).map { Scalar.kernels.sum(part.channel($0), part.shape.area) }
        let results = ResultBox([EdgeReturn<Scalar>?](repeating: nil, count: terms.count))
        let order = terms.indices.sorted { efforts[terms[$0].term.operation] > efforts[terms[$1].term.operation] }
        workers.forEach(terms.count) { place in
            let index = order[place]
            results.values[index] = edges[terms[index].edge].backward(terms[index].term, part, totals: totals, pass)
        }
        for (index, result) in results.values.enumerated() {
            guard let result else { continue }
            let (edge, operation) = (terms[index].edge, terms[index].term.operation)
            slopes.operations[edge][operation] = result.alongOutput
            let source = edges[edge].source
            switch result.kind {
            case .rectified: returns[source].rectified.append(result.maps)
            case .plain: returns[source].plain.append(result.maps)
            case .pooled: returns[source].pooled[operation, default: []].append(result.maps)
            }
        }
        guard mixed < channels else { return }
        let into = edges.indices.filter { edges[$0].node == node }
        carryBypassesBack(into, gradient.channels(mixed..<channels), weights, &slopes, &returns)
    }

    private func carryBypassesBack(
        _ into: [Int], _ gradient: FeatureMaps<Scalar>, _ weights: EdgeWeights<Scalar>,
        _ slopes: inout EdgeWeights<Scalar>, _ returns: inout [SearchState<Scalar>.Returns]
    ) {
        for edge in into {
            let source = edges[edge].source
            let passed = states[source].bypassed.unsafelyUnwrapped
            slopes.bypasses[edge] = Scalar.kernels.dot(gradient.start, passed.start, gradient.count)
            returns[source].bypassed.append(edges[edge].bypassBackward(gradient, weights.bypasses[edge]))
        }
    }
}

/// Results of pieces of work, each of which writes its own.
final class ResultBox<Value> {
    let values: UnsafeMutableBufferPointer<Value>

    init(_ initial: [Value]) {
        values = .allocate(capacity: initial.count)
        _ = values.initialize(from: initial)
    }

    deinit {
        values.deinitialize()
        values.deallocate()
    }
}
