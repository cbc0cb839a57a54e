import AttuneCore
import Foundation
import Testing

@testable import AttuneNAS

struct SupernetSearchTests {
    /// Images of noise; of half of the classes the upper half is brighter, of the others the lower.
    private static func images(_ count: Int, size: Int = 6) -> ImageSet {
        var random = RandomSource(seed: 5)
        let labels = (0..<count).map { $0 % 2 }
        let pixels = labels.flatMap { label in
            (0..<size * size).map { pixel -> UInt8 in
                let isBright = (pixel < size * size / 2) == (label == 0)
                return UInt8(random.below(120) + (isBright ? 100 : 0))
            }
        }
        return ImageSet(size: ImageSize(rows: size, columns: size), pixels: pixels, labels: labels)
    }

    private static func settings(_ name: String, epochs: Int = 8) throws -> SearchSettings {
        var settings = SearchSettings()
        settings.space = SupernetSpace(nodes: 2, layers: 3, channels: 4, stemMultiplier: 2)
        settings.method = try #require(SearchMethod(named: name))
        settings.epochs = epochs
        settings.batch = 16
        settings.architectureRate = 0.02
        return settings
    }

    private static func searched(_ settings: SearchSettings) throws -> SupernetSearch {
        let search = try SupernetSearch(images(96), settings)
        while !search.isOver { search.advance() }
        return search
    }

    @Test(arguments: SearchMethod.named.map(\.name))
    func `every method learns, and finds the same again`(name: String) throws {
        var settings = try Self.settings(name)
        let search = try Self.searched(settings)
        settings.threads = 2
        let again = try Self.searched(settings)
        #expect(search.epochs == again.epochs && search.architecture == again.architecture)
        let isWhole = search.genotype.normal.nodes.joined().allSatisfy { $0.operation != .none }
        #expect(isWhole)
        if let most = settings.method.maximumSkips { #expect(search.genotype.normal.skips <= most) }
        let losses = search.epochs.map(\.training.loss)
        let areNumbers = losses.allSatisfy(\.isFinite)
        #expect(areNumbers)
        let last = losses.suffix(2).reduce(0, +) / 2
        #expect(last < losses[0])
    }

    @Test func `a search ends where the cell comes to too many skips, with the cell before`() throws {
        var settings = try Self.settings("darts-1", epochs: 30)
        settings.space.operations = [.skip, .maxPool(3)]
        settings.method.stopsAtSkips = 1
        let search = try Self.searched(settings)
        if let last = search.epochs.last, last.genotype.normal.skips > 0 {
            #expect(search.isOver)
            if search.epochs.count > 1 { #expect(search.genotype.normal.skips == 0) }
        }
        let hadNone = search.epochs.dropLast().allSatisfy { $0.genotype.normal.skips == 0 }
        #expect(hadNone)
    }

    @Test func `what cannot be searched is refused by name`() throws {
        let images = Self.images(40)
        func complaint(_ change: (inout SearchSettings) -> Void) throws -> String? {
            var settings = try Self.settings("pc-darts")
            change(&settings)
            do {
                _ = try SupernetSearch(images, settings)
                return nil
            } catch {
                return error.message
            }
        }
        let cases: [(change: (inout SearchSettings) -> Void, part: String)] = [
            ({ $0.space.channels = 6 }, "multiple of 4"), ({ $0.batch = 21 }, "batch: found 21; must be from 1 to 20"),
            ({ $0.epochs = 0 }, "epochs"), ({ $0.space.operations = [.skip, .none] }, "operations"),
        ]
        let none = try complaint { _ in }
        #expect(none == nil)
        for (change, part) in cases {
            let message = try complaint(change)
            #expect(message?.contains(part) == true)
        }
    }

    /// The mean of five epochs against that of the five before: 1 against 1.3, then 1.4.
    @Test func `a search ends where the loss has become sharp, with the cell of before`() throws {
        let settings = try Self.settings("robust-darts", epochs: 40)
        let search = try SupernetSearch(Self.images(96), settings)
        let first = search.advance()
        #expect(first.curvature?.isFinite == true)
        func epochs(_ last: Double) -> [SearchEpoch] {
            (1...10).map { number in
                var epoch = first
                var random = RandomSource(seed: UInt64(number))
                epoch.epoch = number
                epoch.genotype = Genotype(random: settings.space, using: &random)
                epoch.curvature = number <= 5 ? 1 : last
                return epoch
            }
        }
        search.restore(search.state, epochs(1.3))
        #expect(!search.isOver && search.genotype == search.epochs[9].genotype)
        search.restore(search.state, epochs(1.4))
        #expect(search.isOver && search.genotype == search.epochs[4].genotype)
    }

    @Test func `a network of the found cells learns`() throws {
        let images = Self.images(96)
        var random = RandomSource(seed: 2)
        let genotype = Genotype(random: SupernetSpace(nodes: 2), using: &random)
        var settings = RetrainingSettings()
        (settings.channels, settings.layers, settings.epochs, settings.batch) = (4, 3, 6, 16)
        let training = try Retraining(genotype, images, settings)
        let plan = CellNetwork(channels: 4, layers: 3, classes: 2, input: images.size)
        #expect(training.parameters == NetworkCost(of: genotype, in: plan).parameters)
        let before = try training.evaluate(images)
        while training.epochs < settings.epochs { training.advance() }
        let after = try training.evaluate(images)
        #expect(after.loss < before.loss && after.accuracy > 0.8, "\(before) \(after)")
    }

    @Test func `a training goes on from its checkpoint as if nothing had happened`() throws {
        let images = Self.images(96)
        var random = RandomSource(seed: 2)
        let genotype = Genotype(random: SupernetSpace(nodes: 2), using: &random)
        var settings = RetrainingSettings()
        (settings.channels, settings.layers, settings.epochs, settings.batch) = (4, 3, 4, 16)
        let path = FileManager.default.temporaryDirectory.appending(path: "training-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }

        let whole = try Retraining(genotype, images, settings)
        for _ in 0..<4 { whole.advance() }
        let first = try Retraining(genotype, images, settings)
        for _ in 0..<2 { first.advance() }
        try first.save(to: path)
        settings.threads = 2
        let second = try Retraining(genotype, images, settings)
        try second.restore(from: path)
        #expect(second.outcomes == first.outcomes && second.epochs == 2)
        // Weights, and the statistics that only evaluation uses.
        #expect(try second.evaluate(images) == first.evaluate(images))
        for _ in 0..<2 { second.advance() }
        #expect(second.outcomes == whole.outcomes)
        #expect(try second.evaluate(images) == whole.evaluate(images))

        settings.rate = 0.01
        let other = try Retraining(genotype, images, settings)
        #expect(throws: AttuneError.self) { try other.restore(from: path) }
        try Data("attune network training 1\n{\"of\":1}\nabcd".utf8).write(to: URL(filePath: path))
        #expect(throws: AttuneError.self) { try second.restore(from: path) }
        try Data("something else".utf8).write(to: URL(filePath: path))
        #expect(throws: AttuneError.self) { try second.restore(from: path) }
        #expect(second.epochs == 4)
    }

    @Test func `every setting that cannot be is told, and what could be`() throws {
        var settings = SelectionSettings()
        settings.search.epochs = 0
        settings.search.space.channels = 0
        settings.search.architectureRate = .nan
        settings.search.space.operations = [.skip, .none, .skip]
        settings.randomCells = .max
        (settings.candidates, settings.snapshots, settings.folds) = (.max, 0, 1)
        settings.retraining.epochs = -1
        let fields = settings.problems(with: Self.images(96)).map(\.field.description)
        #expect(
            fields == [
                "candidates", "snapshots", "randomCells", "folds", "search.channels", "search.epochs", "search.batch",
                "search.architectureRate", "search.operations", "search.operations", "retraining.epochs",
            ])
        let error = #expect(throws: AttuneError.self) { try CellSelection(Self.images(96), test: nil, settings) }
        #expect(error?.message.contains("search.epochs: found 0; must be from 1 to 1000000\n") == true)
    }

    /// Who hears of an epoch may end the search at once.
    @Test func `an epoch is told when it is kept`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "search-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var settings = SelectionSettings()
        settings.search = try Self.settings("darts-1", epochs: 3)
        (settings.candidates, settings.snapshots, settings.randomCells, settings.folds) = (1, 1, 0, 2)
        (settings.retraining.channels, settings.retraining.layers, settings.retraining.epochs) = (4, 1, 1)
        settings.retraining.batch = 16
        var kept: [Int] = []
        try CellSelection(Self.images(96), test: nil, settings).run(checkpoint: { _ in path }) { event in
            guard case .searched = event else { return }
            let search = try? SupernetSearch(Self.images(96), settings.search)
            try? search?.restore(from: path)
            kept.append(search?.epochs.count ?? 0)
        }
        #expect(kept == [1, 2, 3])
    }

    /// Labels are what a supernet of random weights says where an operation is alone on every edge; the architecture that
    /// learns from them, at those weights, comes to that operation.
    /// Drawn operations are credited with their own slope alone, which does not tell the max pool from the others here.
    static let planted: [(CellOperation, Relaxation)] =
        [.separable(3), .maxPool(3), .skip, .dilated(3)].map { ($0, .softmax) }
        + [.separable(3), .skip, .dilated(3)].map { ($0, .gumbel) }

    @Test(arguments: planted) func `a planted operation is found`(
        planted: CellOperation, relaxation: Relaxation
    ) throws {
        var found: [UInt64] = []
        for seed in 1...10 as ClosedRange<UInt64> {
            var problem = try PlantedOperation(planted, seed: seed)
            if problem.isFound(by: relaxation) { found.append(seed) }
        }
        #expect(found.count >= 9, "seeds \(found)")
    }
}

/// A supernet of one normal cell whose labels come from one of its operations.
private struct PlantedOperation {
    private static let operations: [CellOperation] = [.maxPool(3), .skip, .separable(3), .dilated(3)]
    private let index: Int
    private let task: BilevelSupernet<Float>
    private var random: RandomSource

    init(_ operation: CellOperation, seed: UInt64) throws {
        index = try #require(Self.operations.firstIndex(of: operation))
        random = RandomSource(seed: seed, stream: 9)
        let space = SupernetSpace(operations: Self.operations, nodes: 1, layers: 1, channels: 8, stemMultiplier: 1)
        let net = Supernet<Float>(space, inputs: 1, classes: 4, using: &random)
        task = BilevelSupernet(net, SearchMethod(), ArchitectureParameters(space, using: &random))
        let shape = MapShape(channels: 1, rows: 6, columns: 6, batch: 256)
        let images = (0..<shape.count).map { _ in Float(random.normal()) }
        task.validation = .init(images: images, shape: shape, labels: Array(repeating: 0, count: 256))
        sharpen()
        let labels = teach().map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
        task.validation?.labels = labels
    }

    /// What the teacher makes of each image.
    private func teach() -> [[Double]] {
        var alone = task.architecture
        let row = Self.operations.indices.map { $0 == index ? 40.0 : -40 }
        alone.operations.normal = alone.operations.normal.map { _ in row }
        let teacher = BilevelSupernet(task.net, SearchMethod(), alone)
        teacher.validation = task.validation
        _ = teacher.validationArchitectureSlopes()
        return task.net.probabilities
    }

    /// Makes the last layer decided, and its classes equally frequent.
    private func sharpen() {
        var vector = task.net.weights.vector
        for place in vector.count - 36..<vector.count - 4 { vector[place] *= 20 }
        task.net.weights.vector = vector
        let rows = teach()
        for label in 0..<4 {
            let mean = rows.map { log(max($0[label], 1e-30)) }.reduce(0, +) / Double(rows.count)
            vector[vector.count - 4 + label] -= Float(mean)
        }
        task.net.weights.vector = vector
    }

    mutating func isFound(by relaxation: Relaxation) -> Bool {
        var method = SearchMethod()
        method.relaxation = relaxation
        method.firstTemperature = 1
        method.lastTemperature = 1
        let learner = BilevelSupernet(task.net, method, task.architecture)
        learner.validation = task.validation
        var adam = AdamDescent(rate: 0.1, decay: 0)
        for _ in 0..<40 {
            learner.chance = RandomSource(seed: random.next())
            var vector = learner.architecture.vector
            adam.step(&vector, slopes: learner.validationArchitectureSlopes())
            learner.architecture.vector = vector
        }
        let totals = Self.operations.indices.map { operation in
            learner.architecture.operations.normal.map { softmax($0)[operation] }.max() ?? 0
        }
        return totals.indices.max { totals[$0] < totals[$1] } == index
    }
}
