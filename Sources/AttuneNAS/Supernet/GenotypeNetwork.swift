import AttuneCore

/// A network of a genotype's cells, to be trained from scratch (Liu et al. 2019, appendix A.2).
public final class GenotypeNetwork<Scalar: NetworkScalar> {
    public let plan: CellNetwork
    public let weights = Weights<Scalar>()
    private let stem: any Layer<Scalar>
    private let cells: [GenotypeCell<Scalar>]
    private let classifier: Classifier<Scalar>
    private let gradients: [MapBuffer<Scalar>]
    private var shapes: [MapShape] = []

    /// - Parameter random: draws the first weights.
    public init(
        _ genotype: Genotype, _ plan: CellNetwork, workers: Workers = Workers(threads: 1),
        using random: inout RandomSource
    ) {
        self.plan = plan
        let stemmed = plan.channels * plan.stemMultiplier
        stem = Sequence([
            Convolution(from: plan.input.channels, to: stemmed, Window(kernel: 3), weights, using: &random),
            BatchNorm(stemmed, affine: true, weights),
        ])
        var cells: [GenotypeCell<Scalar>] = []
        var (before, last, channels) = (stemmed, stemmed, plan.channels)
        for layer in 0..<plan.layers {
            let reduces = plan.reduces(at: layer)
            if reduces { channels *= 2 }
            cells.append(
                GenotypeCell(
                    reduces ? genotype.reduction : genotype.normal, inputs: (before, last), channels: channels,
                    isReduction: reduces, followsReduction: cells.last?.isReduction ?? false, workers: workers,
                    weights, using: &random))
            (before, last) = (last, cells[layer].outputs)
        }
        self.cells = cells
        classifier = Classifier(from: last, classes: plan.classes, weights, using: &random)
        gradients = (0...plan.layers).map { _ in MapBuffer() }
    }

    func forward(_ images: FeatureMaps<Scalar>, labels: [Int], _ pass: Pass) -> BatchOutcome {
        var outputs = [stem.forward(images, pass)]
        for cell in cells {
            outputs.append(cell.forward([outputs[max(outputs.count - 2, 0)], outputs[outputs.count - 1]], pass))
        }
        shapes = outputs.map(\.shape)
        return classifier.forward(outputs[cells.count], labels: labels)
    }

    /// Adds to the gradients of the weights.
    func backward() {
        let pass = Pass()
        let gradients = zip(gradients, shapes).map { $0.maps($1) }
        for maps in gradients { maps.clear() }
        gradients[cells.count].copy(from: classifier.backward(pass))
        for (index, cell) in cells.enumerated().reversed() {
            let back = cell.backward(gradients[index + 1], pass)
            gradients[max(index - 1, 0)].add(back[0])
            gradients[index].add(back[1])
        }
        _ = stem.backward(gradients[0], pass)
    }
}
