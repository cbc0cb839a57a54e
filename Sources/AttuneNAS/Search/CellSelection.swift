import AttuneCore
import Foundation

/// How cells are searched for and chosen: searches from several seeds, then a short training of what each found and of cells
/// drawn at random (Liu et al. 2019, section 3.1, choose among four searches so).
public struct SelectionSettings: Sendable, Hashable {
    public var search = SearchSettings()
    /// The channels, layers, epochs and steps of the short trainings, and of the last one.
    public var retraining = RetrainingSettings()
    /// Searches, the first with the search's own seed, the others with those after it.
    public var candidates = 2
    /// Cells that each search gives: of its last epoch, and of as many earlier ones at equal distances, where they differ.
    /// Early cells are less certain, late ones of a search that collapses are worse.
    public var snapshots = 3
    /// Cells drawn at random, trained as the candidates are; they cannot be chosen.
    public var randomCells = 4
    /// The share of the images that candidates are compared on.
    public var heldOut = 1.0 / 6

    public init() {}
}

/// A cell that was trained for a short time.
public struct TrainedCell: Sendable, Hashable {
    public var genotype: Genotype
    /// On the images that were held out.
    public var outcome: BatchOutcome
    public var parameters: Int
}

/// What a selection tells of itself while it goes on.
public enum SelectionEvent: Sendable {
    case searched(candidate: Int, SearchEpoch)
    case trained(candidate: Int, TrainedCell)
    case trainedAtRandom([TrainedCell])
    case chosen(TrainedCell)
    /// The chosen cell trained on all images; on the test images.
    case tested(BatchOutcome)
}

/// The search, the choice and the last training, one after another.
public struct CellSelection {
    public let settings: SelectionSettings
    private let images: ImageSet
    private let test: ImageSet?

    public init(_ images: ImageSet, test: ImageSet?, _ settings: SelectionSettings) throws(AttuneError) {
        guard settings.candidates > 0, settings.snapshots > 0, settings.randomCells >= 0 else {
            throw AttuneError("there must be at least 1 candidate, 1 snapshot and no fewer than 0 random cells")
        }
        guard settings.heldOut > 0, settings.heldOut < 1 else {
            throw AttuneError("the share that is held out must be above 0 and below 1")
        }
        self.settings = settings
        self.images = images
        self.test = test
    }

    /// - Parameters:
    ///   - checkpoint: where the search of each candidate is kept after every epoch, and gone on with; nil keeps nothing.
    ///   - tell: called in order.
    /// - Returns: the chosen cell.
    @discardableResult public func run(
        checkpoint: ((_ candidate: Int) -> String)? = nil, _ tell: (SelectionEvent) -> Void
    ) throws(AttuneError) -> TrainedCell {
        var found: [Genotype] = []
        var owners: [Int] = []
        for candidate in 1...settings.candidates {
            for genotype in try search(candidate, checkpoint?(candidate), tell) where !found.contains(genotype) {
                found.append(genotype)
                owners.append(candidate)
            }
        }
        let trained = try train(found + randomGenotypes)
        for (owner, cell) in zip(owners, trained) { tell(.trained(candidate: owner, cell)) }
        if settings.randomCells > 0 { tell(.trainedAtRandom(Array(trained.dropFirst(found.count)))) }
        let chosen = trained.prefix(found.count).reduce(trained[0]) { $1.outcome.isBetter(than: $0.outcome) ? $1 : $0 }
        tell(.chosen(chosen))
        if let test { tell(.tested(try retrained(chosen.genotype, images, test).outcome)) }
        return chosen
    }

    private func search(
        _ candidate: Int, _ checkpoint: String?, _ tell: (SelectionEvent) -> Void
    ) throws(AttuneError) -> [Genotype] {
        let snapshots = self.settings.snapshots
        var settings = settings.search
        settings.seed &+= UInt64(candidate - 1)
        let search = try SupernetSearch(images, settings)
        if let checkpoint, exists(checkpoint) {
            try search.restore(from: checkpoint)
            for epoch in search.epochs { tell(.searched(candidate: candidate, epoch)) }
        }
        while !search.isOver {
            tell(.searched(candidate: candidate, search.advance()))
            if let checkpoint { try search.save(to: checkpoint) }
        }
        let epochs = search.epochs.count
        let early = (1..<max(snapshots, 1)).map { search.epochs[max(epochs * $0 / snapshots - 1, 0)].genotype }
        return [search.genotype] + early
    }

    private var randomGenotypes: [Genotype] {
        var random = RandomSource(seed: settings.search.seed, stream: .max)
        return (0..<settings.randomCells).map { _ in Genotype(random: settings.search.space, using: &random) }
    }

    /// Trains each on the same images from the same seed, as many at once as there are threads.
    private func train(_ genotypes: [Genotype]) throws(AttuneError) -> [TrainedCell] {
        var random = RandomSource(seed: settings.search.seed, stream: .max - 1)
        let count = Int((Double(images.count) * settings.heldOut).rounded())
        let heldOut = images.balancedSample(count, using: &random)
        let others = Set(images.labels.indices).subtracting(heldOut).sorted()
        let (learnt, compared) = (images.gathering(others), images.gathering(heldOut))
        let results = ResultBox([Result<TrainedCell, AttuneError>?](repeating: nil, count: genotypes.count))
        Workers(threads: settings.search.threads).forEach(genotypes.count) { index in
            results.values[index] = Result { () throws(AttuneError) in
                try retrained(genotypes[index], learnt, compared)
            }
        }
        var cells: [TrainedCell] = []
        for result in results.values { if let result { cells.append(try result.get()) } }
        return cells
    }

    private func retrained(
        _ genotype: Genotype, _ learnt: ImageSet, _ compared: ImageSet
    ) throws(AttuneError) -> TrainedCell {
        let training = try Retraining(genotype, learnt, settings.retraining)
        while training.epochs < settings.retraining.epochs { training.advance() }
        return TrainedCell(
            genotype: genotype, outcome: try training.evaluate(compared), parameters: training.parameters)
    }
}

extension BatchOutcome {
    /// More right, or as many with a smaller loss.
    func isBetter(than other: BatchOutcome) -> Bool {
        (accuracy, -loss) > (other.accuracy, -other.loss)
    }
}

private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
