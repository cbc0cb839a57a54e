import AttuneCore
import Foundation

/// How cells are searched for and chosen: searches from several seeds, then a short training of what each found and of cells
/// drawn at random (Liu et al. 2019, section 3.1, choose among four searches so).
public struct SelectionSettings: Sendable, Hashable {
    public var search = SearchSettings()
    /// The channels, layers, epochs and steps of the short trainings, and of the last one.
    public var retraining = RetrainingSettings()
    /// Searches, the first with the search's own seed, the others with seeds drawn from it.
    public var candidates = 2
    /// Cells that each search gives: of its last epoch, and of as many earlier ones at equal distances, where they differ.
    /// Early cells are less certain, late ones of a search that collapses are worse.
    public var snapshots = 3
    /// Cells drawn at random, trained as the candidates are; they cannot be chosen.
    public var randomCells = 4
    /// Cells are compared by cross-validation: each is trained so many times, on all parts of the images but one.
    public var folds = 3

    public init() {}
}

/// A cell that was trained for a short time.
public struct TrainedCell: Sendable, Hashable {
    public var genotype: Genotype
    /// On images that the training had not seen; of a selection, of all its folds.
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
        guard (2...images.count).contains(settings.folds) else {
            throw AttuneError("folds must be from 2 to the number of images, \(images.count)")
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
        // The loss, as accuracies of some thousand images are too much alike to choose by.
        let chosen = trained.prefix(found.count).reduce(trained[0]) { $1.outcome.loss < $0.outcome.loss ? $1 : $0 }
        tell(.chosen(chosen))
        if let test { tell(.tested(try retrained(chosen.genotype, images, test).outcome)) }
        return chosen
    }

    private func search(
        _ candidate: Int, _ checkpoint: String?, _ tell: (SelectionEvent) -> Void
    ) throws(AttuneError) -> [Genotype] {
        let snapshots = self.settings.snapshots
        var settings = settings.search
        if candidate > 1 {
            var random = RandomSource(seed: settings.seed, stream: .max - UInt64(candidate))
            settings.seed = random.next()
        }
        let search = try SupernetSearch(images, settings)
        if let checkpoint, FileManager.default.fileExists(atPath: checkpoint) {
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

    /// Trains each on the same folds from the same seed, as many at once as there are threads.
    private func train(_ genotypes: [Genotype]) throws(AttuneError) -> [TrainedCell] {
        var random = RandomSource(seed: settings.search.seed, stream: .max - 1)
        let parts = images.balancedParts(settings.folds, using: &random)
        let folds = parts.indices.map { fold in
            let others = parts.indices.filter { $0 != fold }.flatMap { parts[$0] }.sorted()
            return (learnt: images.gathering(others), compared: images.gathering(parts[fold]))
        }
        let count = genotypes.count * folds.count
        let results = ResultBox([Result<TrainedCell, AttuneError>?](repeating: nil, count: count))
        Workers(threads: settings.search.threads).forEach(count) { index in
            let fold = folds[index % folds.count]
            results.values[index] = Result { () throws(AttuneError) in
                try retrained(genotypes[index / folds.count], fold.learnt, fold.compared)
            }
        }
        var trainings: [TrainedCell] = []
        for result in results.values { if let result { trainings.append(try result.get()) } }
        return stride(from: 0, to: trainings.count, by: folds.count).map { start in
            var cell = trainings[start]
            for training in trainings[(start + 1)..<(start + folds.count)] {
                cell.outcome = cell.outcome + training.outcome
            }
            return cell
        }
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
