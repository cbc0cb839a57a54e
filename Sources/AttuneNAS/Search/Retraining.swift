import AttuneCore
import Foundation

/// How the network of a genotype is trained from scratch.
public struct RetrainingSettings: Sendable, Hashable {
    public var channels = 8
    public var layers = 4
    public var epochs = 8
    public var batch = 64
    public var rate = 0.05
    public var lastRate = 0.0
    public var momentum = 0.9
    public var decay = 3e-4
    public var gradientBound = 5.0
    public var augmentation = Augmentation.none
    public var seed: UInt64 = 0
    public var threads = 1

    public init() {}
}

/// The training of a genotype's network, epoch by epoch. The same settings and images give the same network.
public final class Retraining {
    public let settings: RetrainingSettings
    public private(set) var epochs = 0
    private let images: ImageSet
    private let standardisation: Standardisation
    private let network: GenotypeNetwork<Float>
    private let descent: MomentumDescent<Float>

    /// - Throws: `AttuneError` naming the setting that is not possible.
    public init(_ genotype: Genotype, _ images: ImageSet, _ settings: RetrainingSettings) throws(AttuneError) {
        guard settings.channels > 0, settings.layers > 0, settings.epochs > 0, settings.threads > 0 else {
            throw AttuneError("channels, layers, epochs and threads must be at least 1")
        }
        guard settings.batch > 0, settings.batch <= images.count else {
            throw AttuneError("batch must be from 1 to the number of images, \(images.count)")
        }
        guard images.classes > 1 else { throw AttuneError("the images must be of two classes at least") }
        self.settings = settings
        self.images = images
        standardisation = Standardisation(of: images)
        var random = RandomSource(seed: settings.seed, stream: 0)
        let plan = CellNetwork(
            channels: settings.channels, layers: settings.layers, classes: images.classes, input: images.size)
        network = GenotypeNetwork(genotype, plan, workers: Workers(threads: settings.threads), using: &random)
        descent = MomentumDescent(
            momentum: settings.momentum, decay: settings.decay, bound: settings.gradientBound)
    }

    public var parameters: Int { network.weights.count }

    /// Trains one more epoch; the outcome on the images it learnt from, as it learnt.
    @discardableResult public func advance() -> BatchOutcome {
        var random = RandomSource(seed: settings.seed, stream: UInt64(epochs) + 1)
        let batches = shuffledBatches(of: Array(images.labels.indices), size: settings.batch, using: &random)
        let schedule = CosineRate(first: settings.rate, last: settings.lastRate)
        var outcome = BatchOutcome(images: 0)
        for (index, batch) in batches.enumerated() {
            let changes =
                settings.augmentation == .none
                ? [] : batch.map { _ in settings.augmentation.change(to: images.size, using: &random) }
            network.weights.clearGradients()
            outcome = outcome + run(images, batch, changes, Pass())
            network.backward()
            let progress = (Double(epochs) + Double(index) / Double(batches.count)) / Double(settings.epochs)
            descent.step(network.weights, rate: schedule.value(at: progress))
        }
        epochs += 1
        return outcome
    }

    /// What the network makes of other images, with the statistics it has learnt.
    ///
    /// - Throws: `AttuneError` where they are of another size or of more classes.
    public func evaluate(_ others: ImageSet) throws(AttuneError) -> BatchOutcome {
        guard others.size == images.size, others.classes <= images.classes else {
            throw AttuneError(
                "the images are \(others.size) of \(others.classes) classes; the network learnt \(images.size) of \(images.classes)"
            )
        }
        let indices = Array(others.labels.indices)
        return stride(from: 0, to: indices.count, by: 256).reduce(BatchOutcome(images: 0)) { total, start in
            let batch = Array(indices[start..<min(start + 256, indices.count)])
            return total + run(others, batch, [], Pass(trains: false, learnsWeights: false))
        }
    }

    private func run(_ set: ImageSet, _ batch: [Int], _ changes: [Augmentation.Change], _ pass: Pass) -> BatchOutcome {
        var pixels = set.batch(batch, standardised: standardisation, changes: changes, as: Float.self)
        let shape = MapShape(
            channels: set.size.channels, rows: set.size.rows, columns: set.size.columns, batch: batch.count)
        return pixels.withUnsafeMutableBufferPointer {
            network.forward(
                FeatureMaps(start: $0.baseAddress!, shape: shape), labels: batch.map { set.labels[$0] }, pass)
        }
    }
}
