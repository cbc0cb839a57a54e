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

    /// Every setting that is not possible with some images, and what would be.
    public func problems(with images: ImageSet) -> [Problem] {
        [
            Problem.outside(1...4096, channels, "channels"), .outside(1...1000, layers, "layers"),
            .outside(1...1_000_000, epochs, "epochs"), .outside(1...1024, threads, "threads"),
            .outside(1...max(images.count, 1), batch, "batch"),
            .outside(0...images.size.rows, augmentation.shift, "shift"),
            .outside(0...images.size.rows, augmentation.cutout, "cutout"), .outside(0...100, rate, "rate"),
            .outside(0...100, lastRate, "lastRate"), .outside(0...100, decay, "decay"),
        ].compactMap(\.self)
    }
}

extension Problem {
    /// That a setting lies outside its range; nil where it lies within.
    static func outside<Number: Comparable>(
        _ range: ClosedRange<Number>, _ value: Number, _ setting: FieldPath
    ) -> Problem? {
        if range.contains(value) { return nil }
        return Problem(setting, found: "\(value)", "must be from \(range.lowerBound) to \(range.upperBound)")
    }
}

extension [Problem] {
    /// - Throws: `AttuneError` with all of them, a line each, where there are any.
    func check() throws(AttuneError) {
        if !isEmpty { throw AttuneError(map(\.description).joined(separator: "\n")) }
    }
}

/// The training of a genotype's network, epoch by epoch. The same settings and images give the same network.
public final class Retraining {
    public let settings: RetrainingSettings
    /// Of each epoch so far, on the images it learnt from, as it learnt.
    public private(set) var outcomes: [BatchOutcome] = []
    private let genotype: Genotype
    private let images: ImageSet
    private let standardisation: Standardisation
    private let network: GenotypeNetwork<Float>
    private let descent: MomentumDescent<Float>
    private lazy var origin: CheckpointOrigin = {
        var settings = settings
        settings.threads = 1
        return CheckpointOrigin(settings, images, more: [("genotype", genotype.katibText)])
    }()

    /// - Throws: `AttuneError` naming every setting that is not possible.
    public init(_ genotype: Genotype, _ images: ImageSet, _ settings: RetrainingSettings) throws(AttuneError) {
        try images.checkClasses()
        try settings.problems(with: images).check()
        self.settings = settings
        self.genotype = genotype
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
    public var epochs: Int { outcomes.count }

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
        outcomes.append(outcome)
        return outcome
    }

    /// What the network makes of other images, with the statistics it has learnt.
    ///
    /// - Throws: `AttuneError` where they are of another size or of more classes.
    public func evaluate(_ others: ImageSet) throws(AttuneError) -> BatchOutcome { try predict(others).outcome }

    /// The same, with the probabilities of the classes, [images][classes].
    ///
    /// - Throws: as `evaluate`.
    func predict(_ others: ImageSet) throws(AttuneError) -> (outcome: BatchOutcome, probabilities: [[Double]]) {
        guard others.size == images.size, others.classes <= images.classes else {
            throw AttuneError(
                "the images are \(others.size) of \(others.classes) classes; the network learnt \(images.size) of \(images.classes)"
            )
        }
        let indices = Array(others.labels.indices)
        var (outcome, probabilities) = (BatchOutcome(images: 0), [[Double]]())
        // No more at once than the training needs memory for, or few enough.
        let size = max(settings.batch, 64)
        for start in stride(from: 0, to: indices.count, by: size) {
            let batch = Array(indices[start..<min(start + size, indices.count)])
            outcome = outcome + run(others, batch, [], Pass(trains: false, learnsWeights: false))
            probabilities += network.probabilities
        }
        return (outcome, probabilities)
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

/// A training as a file; its numbers are the weights, their velocity and the statistics of batch norm.
extension Retraining {
    private static let title = "attune network training 2"

    /// Writes the training as it is.
    ///
    /// - Throws: `AttuneError` where it cannot be written.
    public func save(to path: String) throws(AttuneError) {
        let weights = network.weights
        let header: JSON = [
            "origin": origin.json, "epochs": .array(outcomes.map(\.json)),
            "weights": .number(weights.count), "velocity": .number(descent.velocity.count),
        ]
        try CheckpointFile(header: header, numbers: weights.vector + descent.velocity + weights.memory)
            .write(Retraining.title, to: path)
    }

    /// Goes on from a file, which a training with the same cells, settings and images wrote.
    ///
    /// - Throws: `AttuneError` where it is another's, or spoilt; the training is then as before.
    public func restore(from path: String) throws(AttuneError) {
        let file = try CheckpointFile(reading: path, Retraining.title)
        try origin.check(against: file.header["origin"], path)
        let weights = network.weights
        let outcomes = (file.header["epochs"]?.array ?? []).compactMap { BatchOutcome(json: $0) }
        guard let velocity = file.header["velocity"]?.int, [0, weights.count].contains(velocity),
            file.numbers.count == weights.count + velocity + weights.memory.count,
            outcomes.count == file.header["epochs"]?.array?.count
        else { throw CheckpointFile.spoilt(path) }
        weights.vector = Array(file.numbers.prefix(weights.count))
        descent.restore(velocity: Array(file.numbers[weights.count..<weights.count + velocity]))
        weights.memory = Array(file.numbers.suffix(weights.memory.count))
        self.outcomes = outcomes
    }
}
