import AttuneCore

/// A network of a genotype's cells, to be trained from scratch (Liu et al. 2019, appendix A.2).
public final class GenotypeNetwork<Scalar: NetworkScalar> {
    public let plan: CellNetwork
    public let weights = Weights<Scalar>()
    private let chain: CellChain<Scalar>
    private let cells: [GenotypeCell<Scalar>]
    private let classifier: Classifier<Scalar>

    /// - Parameter random: draws the first weights.
    public init(
        _ genotype: Genotype, _ plan: CellNetwork, workers: Workers = Workers(threads: 1),
        using random: inout RandomSource
    ) {
        self.plan = plan
        let stemmed = plan.channels * plan.stemMultiplier
        let stem = NetworkParts.stem(from: plan.input.channels, to: stemmed, weights, using: &random)
        var cells: [GenotypeCell<Scalar>] = []
        var (before, last, channels) = (stemmed, stemmed, plan.channels)
        for layer in 0..<plan.layers {
            let reduces = plan.reduces(at: layer)
            if reduces { channels *= 2 }
            cells.append(
                GenotypeCell(
                    reduces ? genotype.reduction : genotype.normal, inputs: (before, last), channels: channels,
                    isReduction: reduces, followsReduction: cells.last?.isReduction ?? false, weights,
                    using: &random))
            (before, last) = (last, cells[layer].outputs)
        }
        self.cells = cells
        classifier = Classifier(from: last, classes: plan.classes, weights, using: &random)
        chain = CellChain(stem, cells: plan.layers, workers)
    }

    func forward(_ images: FeatureMaps<Scalar>, labels: [Int], _ pass: Pass) -> BatchOutcome {
        classifier.forward(maps(of: images, pass), labels: labels)
    }

    /// What the last `forward` made of each image, [images][classes].
    var probabilities: [[Double]] { classifier.probabilities }

    /// What the last cell makes of the images.
    func maps(of images: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        chain.forward(images, pass) { cells[$0].forward($1, pass, in: $2) }
    }

    /// The sum of the numbers of all classes; its gradient is added to those of the weights.
    func total(_ images: FeatureMaps<Scalar>, _ pass: Pass) -> Double {
        let total = classifier.total(maps(of: images, pass))
        backward(from: classifier.backwardOfTotal(pass), pass)
        return total
    }

    /// Adds to the gradients of the weights.
    func backward() {
        let pass = Pass()
        backward(from: classifier.backward(pass), pass)
    }

    private func backward(from gradient: FeatureMaps<Scalar>, _ pass: Pass) {
        chain.backward(gradient, pass) { cells[$0].backward($1, pass, in: $2) }
    }
}

extension GenotypeNetwork {
    /// Seconds that a batch takes forwards on one thread of this machine, the median of nine.
    public static func latency(_ genotype: Genotype, _ plan: CellNetwork, batch: Int) -> Double {
        var random = RandomSource(seed: 0)
        let network = GenotypeNetwork(genotype, plan, using: &random)
        let shape = MapShape(
            channels: plan.input.channels, rows: plan.input.rows, columns: plan.input.columns, batch: batch)
        var images = (0..<shape.count).map { _ in Scalar(random.normal()) }
        let times = images.withUnsafeMutableBufferPointer { images in
            let maps = FeatureMaps(start: images.baseAddress!, shape: shape)
            return (0..<9).map { _ in
                ContinuousClock().measure { _ = network.maps(of: maps, Pass(trains: false, learnsWeights: false)) }
            }
        }
        return times.sorted()[4] / .seconds(1)
    }
}
