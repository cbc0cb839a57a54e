import AttuneCore

/// A network that is every network of a space at once: stem, cells of mixed edges, mean over the image, linear layer
/// (Liu et al. 2019, section 2).
///
/// One object belongs to one thread; it uses several while it computes.
public final class Supernet<Scalar: NetworkScalar> {
    public let space: SupernetSpace
    public let weights = Weights<Scalar>()
    private let chain: CellChain<Scalar>
    private let cells: [SearchCell<Scalar>]
    private let classifier: Classifier<Scalar>

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
        let stemmed = space.channels * space.stemMultiplier
        let stem = NetworkParts.stem(from: inputs, to: stemmed, weights, using: &random)
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
        chain = CellChain(stem, cells: space.layers, workers)
    }

    /// The outcome for a batch, with the weights of each edge of normal and of reduction cells.
    func forward(
        _ images: FeatureMaps<Scalar>, labels: [Int], _ edges: CellPair<EdgeWeights<Scalar>>, _ pass: Pass
    ) -> BatchOutcome {
        let maps = chain.forward(images, pass) { index, inputs, graph in
            cells[index].forward(inputs, edges[reduction: cells[index].isReduction], pass, in: graph)
        }
        return classifier.forward(maps, labels: labels)
    }

    /// What the last `forward` made of each image, [images][classes].
    var probabilities: [[Double]] { classifier.probabilities }

    /// How the loss of the last `forward` changes with the weights of the edges; adds to the gradients of the weights
    /// where the pass learns them.
    func backward(_ pass: Pass) -> CellPair<EdgeWeights<Scalar>?> {
        var slopes: [(cell: Int, weights: () -> EdgeWeights<Scalar>)] = []
        chain.backward(classifier.backward(pass), pass) { index, gradient, graph in
            let (inputs, weights) = cells[index].backward(gradient, pass, in: graph)
            slopes.append((index, weights))
            return inputs
        }
        var result = CellPair<EdgeWeights<Scalar>?>(normal: nil, reduction: nil)
        for (cell, weights) in slopes { result[reduction: cells[cell].isReduction].add(weights()) }
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
