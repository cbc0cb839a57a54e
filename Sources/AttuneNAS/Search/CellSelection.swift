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
    /// Cells drawn at random, trained as the candidates are: what a search has to be compared with, and chosen where one of
    /// them is the best.
    public var randomCells = 8
    /// Cells are compared by cross-validation: each is trained so many times, on all parts of the images but one.
    public var folds = 3

    public init() {}

    /// Every setting that is not possible with some images, and what would be.
    public func problems(with images: ImageSet) -> [Problem] {
        [
            Problem.outside(1...1000, candidates, "candidates"), .outside(1...1000, snapshots, "snapshots"),
            .outside(0...10_000, randomCells, "randomCells"), .outside(2...max(images.count, 2), folds, "folds"),
        ].compactMap(\.self) + search.problems(with: images).map { $0.under("search") }
            + retraining.problems(with: images).map { $0.under("retraining") }
    }
}

/// A cell that was trained for a short time.
public struct TrainedCell: Sendable, Hashable {
    public var genotype: Genotype
    /// The search that found it, from 1; nil where it was drawn at random.
    public var candidate: Int?
    /// On images that the training had not seen; of a selection, of all its folds.
    public var outcome: BatchOutcome
    /// The loss there at the temperature that suits the cell best, by which cells are compared; see `Calibration`.
    public var calibratedLoss: Double
    public var parameters: Int
}

/// What a selection tells of itself while it goes on.
public enum SelectionEvent: Sendable {
    case searched(candidate: Int, SearchEpoch)
    case trained(TrainedCell)
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
        try images.checkClasses()
        try settings.problems(with: images).check()
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
        var found: [(genotype: Genotype, candidate: Int?)] = []
        for candidate in 1...settings.candidates {
            for genotype in try search(candidate, checkpoint?(candidate), tell)
            where !found.contains(where: { $0.genotype == genotype }) { found.append((genotype, candidate)) }
        }
        let trained = try train(found + randomGenotypes.map { ($0, nil) })
        for cell in trained { tell(.trained(cell)) }
        if settings.randomCells > 0 { tell(.trainedAtRandom(trained.filter { $0.candidate == nil })) }
        // The loss, as accuracies of some thousand images are too much alike to choose by.
        let limit = settings.search.method.maximumSkips ?? .max
        let eligible = trained.filter { $0.candidate != nil || $0.genotype.normal.skips <= limit }
        // A training that came apart has a loss that is no number.
        func rank(_ cell: TrainedCell) -> Double { cell.calibratedLoss.isNaN ? .infinity : cell.calibratedLoss }
        guard let chosen = eligible.min(by: { rank($0) < rank($1) }) else {
            preconditionFailure("every search gives a cell")
        }
        tell(.chosen(chosen))
        if let test { tell(.tested(try retrained(chosen.genotype, images).evaluate(test))) }
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
            let epoch = search.advance()
            if let checkpoint { try search.save(to: checkpoint) }
            tell(.searched(candidate: candidate, epoch))
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
    private func train(
        _ cells: [(genotype: Genotype, candidate: Int?)]
    ) throws(AttuneError) -> [TrainedCell] {
        var random = RandomSource(seed: settings.search.seed, stream: .max - 1)
        let parts = images.balancedParts(settings.folds, using: &random)
        let folds = parts.indices.map { fold in
            let others = parts.indices.filter { $0 != fold }.flatMap { parts[$0] }.sorted()
            return (learnt: images.gathering(others), compared: images.gathering(parts[fold]))
        }
        let count = cells.count * folds.count
        let results = ResultBox([Result<FoldResult, AttuneError>?](repeating: nil, count: count))
        Workers(threads: settings.search.threads).forEach(count) { index in
            let fold = folds[index % folds.count]
            results.values[index] = Result { () throws(AttuneError) in
                let training = try retrained(cells[index / folds.count].genotype, fold.learnt)
                let (outcome, probabilities) = try training.predict(fold.compared)
                return FoldResult(outcome: outcome, probabilities: probabilities, parameters: training.parameters)
            }
        }
        var trainings: [FoldResult] = []
        for result in results.values { if let result { trainings.append(try result.get()) } }
        let labels = folds.flatMap(\.compared.labels)
        return cells.enumerated().map { index, cell in
            let own = trainings[index * folds.count..<(index + 1) * folds.count]
            return TrainedCell(
                genotype: cell.genotype, candidate: cell.candidate,
                outcome: own.map(\.outcome).reduce(BatchOutcome(images: 0), +),
                calibratedLoss: Calibration(own.flatMap(\.probabilities), labels: labels).loss,
                parameters: own.first?.parameters ?? 0)
        }
    }

    /// What the training on all folds but one came to on that one.
    private struct FoldResult {
        var outcome: BatchOutcome
        var probabilities: [[Double]]
        var parameters: Int
    }

    private func retrained(_ genotype: Genotype, _ learnt: ImageSet) throws(AttuneError) -> Retraining {
        let training = try Retraining(genotype, learnt, settings.retraining)
        while training.epochs < settings.retraining.epochs { training.advance() }
        return training
    }
}
