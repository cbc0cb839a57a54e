import AttuneCore

/// A network that is every network of a space at once: stem, cells of mixed edges, mean over the image, linear layer
/// (Liu et al. 2019, section 2).
///
/// One object belongs to one thread; it uses several while it computes.
public final class Supernet<Scalar: NetworkScalar> {
    public let space: SupernetSpace
    public let weights = Weights<Scalar>()
    private let stem: any Layer<Scalar>
    private let cells: [SearchCell<Scalar>]
    private let classifier: Classifier<Scalar>
    private let gradients: [MapBuffer<Scalar>]
    private let workers: Workers
    private var imageShape = MapShape(channels: 0, rows: 0, columns: 0, batch: 0)

    /// - Parameters:
    ///   - inputs: channels of the images.
    ///   - partial: one channel in so many is mixed; divides the channels of every cell.
    ///   - random: draws the first weights.
    public init(
        _ space: SupernetSpace, inputs: Int, classes: Int, partial: Int = 1, workers: Workers = Workers(threads: 1),
        using random: inout RandomSource
    ) {
        precondition(space.channels % partial == 0, "every group has as many channels")
        self.space = space
        self.workers = workers
        let stemmed = space.channels * space.stemMultiplier
        stem = NetworkParts.stem(from: inputs, to: stemmed, weights, using: &random)
        var cells: [SearchCell<Scalar>] = []
        var (before, last, channels) = (stemmed, stemmed, space.channels)
        for layer in 0..<space.layers {
            let reduces = space.reduces(layer)
            if reduces { channels *= 2 }
            cells.append(
                SearchCell(
                    space, inputs: (before, last), channels: channels, isReduction: reduces,
                    followsReduction: cells.last?.isReduction ?? false, partial: partial, weights, using: &random))
            (before, last) = (last, channels * space.nodes)
        }
        self.cells = cells
        classifier = Classifier(from: last, classes: classes, weights, using: &random)
        gradients = (0...space.layers).map { _ in MapBuffer() }
    }

    /// The outcome for a batch, with the weights of each edge of normal and of reduction cells.
    func forward(
        _ images: FeatureMaps<Scalar>, labels: [Int], _ edges: CellPair<EdgeWeights<Scalar>>, _ pass: Pass
    ) -> BatchOutcome {
        let graph = TaskGraph()
        var outputs = [graph.forward(stem, PendingMaps(images), pass)]
        for cell in cells {
            let inputs = [outputs[max(outputs.count - 2, 0)], outputs[outputs.count - 1]]
            outputs.append(cell.forward(inputs, edges[reduction: cell.isReduction], pass, in: graph))
        }
        imageShape = images.shape
        workers.carryOut(graph)
        return classifier.forward(outputs[cells.count].now, labels: labels)
    }

    /// What the last `forward` made of each image, [images][classes].
    var probabilities: [[Double]] { classifier.probabilities }

    /// How the loss of the last `forward` changes with the weights of the edges; adds to the gradients of the weights
    /// where the pass learns them.
    func backward(_ pass: Pass) -> CellPair<EdgeWeights<Scalar>?> {
        let graph = TaskGraph()
        // What comes back to each output, of the stem and of each cell.
        var back =
            [[PendingMaps<Scalar>]](repeating: [], count: cells.count) + [[PendingMaps(classifier.backward(pass))]]
        var slopes: [() -> EdgeWeights<Scalar>] = []
        for (index, cell) in cells.enumerated().reversed() {
            let (inputs, weights) = cell.backward(
                graph.sum(back[index + 1], into: gradients[index + 1]), pass, in: graph)
            back[max(index - 1, 0)].append(inputs[0])
            back[index].append(inputs[1])
            slopes.append(weights)
        }
        if pass.learnsWeights {
            _ = graph.backward(stem, graph.sum(back[0], into: gradients[0]), to: imageShape, pass)
        }
        workers.carryOut(graph)
        var result = CellPair<EdgeWeights<Scalar>?>(normal: nil, reduction: nil)
        for (cell, weights) in zip(cells.reversed(), slopes) { result[reduction: cell.isReduction].add(weights()) }
        return result
    }
}

/// Something of normal cells, and the same of reduction cells.
public struct CellPair<Value> {
    public var normal: Value
    public var reduction: Value

    public init(normal: Value, reduction: Value) {
        self.normal = normal
        self.reduction = reduction
    }

    subscript(reduction isReduction: Bool) -> Value {
        get { isReduction ? reduction : normal }
        set {
            if isReduction { reduction = newValue } else { normal = newValue }
        }
    }

    func map<Result>(_ transform: (Value) -> Result) -> CellPair<Result> {
        CellPair<Result>(normal: transform(normal), reduction: transform(reduction))
    }
}

extension CellPair: Sendable where Value: Sendable {}
extension CellPair: Equatable where Value: Equatable {}
extension CellPair: Hashable where Value: Hashable {}

extension Optional {
    /// Adds the slopes of another cell of the same kind.
    fileprivate mutating func add<Scalar>(_ other: EdgeWeights<Scalar>) where Wrapped == EdgeWeights<Scalar> {
        guard var total = self else {
            self = other
            return
        }
        for edge in total.operations.indices {
            for operation in total.operations[edge].indices {
                total.operations[edge][operation] += other.operations[edge][operation]
            }
            total.bypasses[edge] += other.bypasses[edge]
        }
        self = total
    }
}
