/// Feature maps that are there once some tasks of a graph are over.
final class PendingMaps<Scalar: NetworkScalar> {
    let shape: MapShape
    /// The tasks they wait for.
    let after: [TaskGraph.ID]
    private let maps: () -> FeatureMaps<Scalar>

    /// Maps whose place is known before what is in them.
    init(_ maps: FeatureMaps<Scalar>, after: [TaskGraph.ID] = []) {
        shape = maps.shape
        self.after = after
        self.maps = { maps }
    }

    /// What a task gives.
    init(
        _ shape: MapShape, in graph: TaskGraph, after earlier: [TaskGraph.ID],
        _ body: @escaping () -> FeatureMaps<Scalar>
    ) {
        let result = ResultBox([FeatureMaps<Scalar>?](repeating: nil, count: 1))
        self.shape = shape
        after = [graph.add(after: earlier) { result.values[0] = body() }]
        maps = { result.values[0].unsafelyUnwrapped }
    }

    /// The maps themselves; only to be asked for in tasks that wait for them, or when all is over.
    var now: FeatureMaps<Scalar> { maps() }
}

extension TaskGraph {
    func forward<Scalar>(
        _ layer: any Layer<Scalar>, _ input: PendingMaps<Scalar>, _ pass: Pass
    ) -> PendingMaps<Scalar> {
        PendingMaps(layer.output(of: input.shape), in: self, after: input.after) { layer.forward(input.now, pass) }
    }

    /// - Parameter input: the size of the layer's input.
    func backward<Scalar>(
        _ layer: any Layer<Scalar>, _ gradient: PendingMaps<Scalar>, to input: MapShape, _ pass: Pass
    ) -> PendingMaps<Scalar> {
        PendingMaps(input, in: self, after: gradient.after) { layer.backward(gradient.now, pass) }
    }

    /// The sum of some maps of one shape, in their order, channel by channel.
    func sum<Scalar>(_ parts: [PendingMaps<Scalar>], into buffer: MapBuffer<Scalar>) -> PendingMaps<Scalar> {
        if parts.count == 1 { return parts[0] }
        let total = buffer.maps(parts[0].shape)
        let tasks = addEach(total.shape.channels, after: parts.flatMap(\.after)) { channel in
            combine(parts.map { (maps: $0.now, factor: 1) }, constant: 0, channel, into: total)
        }
        return PendingMaps(total, after: tasks)
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
