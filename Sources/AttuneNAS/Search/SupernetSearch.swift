import AttuneCore
import Foundation

/// How long a supernet is searched, and with what steps (Liu et al. 2019, appendix A.1).
public struct SearchSettings: Sendable, Hashable {
    public var space = SupernetSpace(nodes: 3, layers: 4, channels: 8)
    public var method = SearchMethod(named: "default") ?? SearchMethod()
    public var epochs = 9
    public var batch = 64
    public var weightRate = 0.025
    public var lastWeightRate = 0.001
    public var momentum = 0.9
    public var weightDecay = 3e-4
    /// The longest gradient of the weights.
    public var gradientBound = 5.0
    /// A hundred times that of the authors, whose searches are as many times longer.
    public var architectureRate = 0.03
    public var architectureDecay = 1e-3
    public var seed: UInt64 = 0
    /// Change no result, only the time.
    public var threads = 1

    public init() {}
}

/// What an epoch of a search came to.
public struct SearchEpoch: Sendable, Hashable {
    /// From 1.
    public var epoch: Int
    /// On the half that the weights learn from, with the architecture as it was at each step.
    public var training: BatchOutcome
    /// On the half that the architecture learns from; no images in epochs of the warm-up.
    public var validation: BatchOutcome
    /// The cell as it would be made now.
    public var genotype: Genotype
    /// See `ArchitectureParameters.entropy`.
    public var entropy: Double
    /// See `BilevelProblem.curvature`; of methods that watch it.
    public var curvature: Double?
}

/// A search for cells by gradients (Liu et al. 2019, algorithm 1): the architecture learns from one half of the images, the
/// weights from the other, step by step in turn.
///
/// The same settings and images give the same genotype, whatever the threads. An epoch costs two passes forwards and
/// backwards of every image, five times that for the architecture's half where the method looks ahead.
public final class SupernetSearch {
    public let settings: SearchSettings
    public private(set) var epochs: [SearchEpoch] = []
    private let images: ImageSet
    private let standardisation: Standardisation
    /// What the weights learn from, and what the architecture learns from.
    private let halves: [[Int]]
    private let task: BilevelSupernet<Float>
    private let descent: MomentumDescent<Float>
    private var adam: AdamDescent

    /// - Parameter images: those to search with; the classes are those they have.
    public init(_ images: ImageSet, _ settings: SearchSettings) throws(AttuneError) {
        try images.checkClasses()
        try settings.problems(with: images).check()
        self.settings = settings
        self.images = images
        standardisation = Standardisation(of: images)
        var random = RandomSource(seed: settings.seed, stream: 0)
        halves = images.balancedParts(2, using: &random)
        let net = Supernet<Float>(
            settings.space, inputs: images.size.channels, classes: images.classes,
            partial: settings.method.partial, workers: Workers(threads: settings.threads), using: &random)
        task = BilevelSupernet(net, settings.method, ArchitectureParameters(settings.space, using: &random))
        descent = MomentumDescent(
            momentum: settings.momentum, decay: settings.weightDecay, bound: settings.gradientBound)
        adam = AdamDescent(rate: settings.architectureRate, decay: settings.architectureDecay)
    }

    /// The numbers behind the cell.
    public var architecture: ArchitectureParameters { task.architecture }

    /// Whether the epochs are over, or the method's rule says so.
    public var isOver: Bool { epochs.count >= settings.epochs || stops }

    /// What was found: the cell of the last epoch, or where a rule ended the search of the last one that it allows.
    public var genotype: Genotype {
        let last = epochs.last?.genotype ?? discretised
        if isSharp { return epochs[epochs.count - 1 - SupernetSearch.window].genotype }
        guard tooManySkips, epochs.count > 1 else { return last }
        return epochs[epochs.count - 2].genotype
    }

    private var stops: Bool {
        if tooManySkips || isSharp { return true }
        guard let patience = settings.method.stopsWhenStable, epochs.count > patience else { return false }
        let recent = epochs.suffix(patience + 1)
        return recent.allSatisfy { $0.genotype == recent.first?.genotype && $0.validation.images > 0 }
    }

    private var tooManySkips: Bool {
        guard let limit = settings.method.stopsAtSkips, let last = epochs.last else { return false }
        return last.genotype.normal.skips >= limit
    }

    /// Epochs over which curvatures are averaged, and after which they are compared.
    private static let window = 5

    private var isSharp: Bool {
        guard let ratio = settings.method.stopsAtCurvature, epochs.count >= 2 * SupernetSearch.window else {
            return false
        }
        func mean(_ epochs: some Collection<SearchEpoch>) -> Double {
            epochs.reduce(0) { $0 + ($1.curvature ?? 0) } / Double(SupernetSearch.window)
        }
        let recent = mean(epochs.suffix(SupernetSearch.window))
        let earlier = mean(epochs.dropLast(SupernetSearch.window).suffix(SupernetSearch.window))
        return recent > 0 && earlier / recent < ratio
    }

    /// What a checkpoint says of itself. The threads change nothing.
    private(set) lazy var origin: CheckpointOrigin = {
        var settings = settings
        settings.threads = 1
        return CheckpointOrigin(settings, images)
    }()

    /// What the next epochs depend on.
    var state: SearchMemory {
        SearchMemory(
            architecture: task.architecture.vector, weights: task.net.weights.vector, velocity: descent.velocity,
            steps: adam.steps, means: adam.means, squares: adam.squares)
    }

    func restore(_ memory: SearchMemory, _ epochs: [SearchEpoch]) {
        task.architecture.vector = memory.architecture
        task.net.weights.vector = memory.weights
        descent.restore(velocity: memory.velocity)
        adam.restore(steps: memory.steps, means: memory.means, squares: memory.squares)
        self.epochs = epochs
    }

    /// Searches for one more epoch.
    @discardableResult public func advance() -> SearchEpoch {
        let number = epochs.count
        var random = RandomSource(seed: settings.seed, stream: UInt64(number) + 1)
        let training = shuffledBatches(of: halves[0], size: settings.batch, using: &random)
        let validation = shuffledBatches(of: halves[1], size: settings.batch, using: &random)
        var outcomes = (training: BatchOutcome(images: 0), validation: BatchOutcome(images: 0))
        let learnsArchitecture = Double(number) >= settings.method.warmUp * Double(settings.epochs)
        for (index, batches) in zip(training, validation).enumerated() {
            task.progress = (Double(number) + Double(index) / Double(training.count)) / Double(settings.epochs)
            task.training = batch(batches.0)
            task.validation = batch(batches.1)
            if learnsArchitecture {
                task.chance = RandomSource(seed: random.next())
                learnArchitecture()
                outcomes.validation = outcomes.validation + task.lastOutcome
            }
            task.chance = RandomSource(seed: random.next())
            task.learn()
            outcomes.training = outcomes.training + task.lastOutcome
            descent.step(task.net.weights, rate: rate)
        }
        let watches = settings.method.stopsAtCurvature != nil && learnsArchitecture
        let epoch = SearchEpoch(
            epoch: number + 1, training: outcomes.training, validation: outcomes.validation, genotype: discretised,
            entropy: task.architecture.entropy, curvature: watches ? task.curvature(using: &random) : nil)
        epochs.append(epoch)
        return epoch
    }

    /// The rate of an epoch's weight steps.
    private var rate: Double {
        let schedule = CosineRate(first: settings.weightRate, last: settings.lastWeightRate)
        return schedule.value(at: Double(epochs.count) / Double(settings.epochs))
    }

    private func batch(_ indices: [Int]) -> BilevelSupernet<Float>.Batch {
        BilevelSupernet<Float>.Batch(
            images: images.batch(indices, standardised: standardisation, as: Float.self),
            shape: MapShape(
                channels: images.size.channels, rows: images.size.rows, columns: images.size.columns,
                batch: indices.count), labels: indices.map { images.labels[$0] })
    }

    private func learnArchitecture() {
        var slopes =
            settings.method.looksAhead
            ? task.architectureSlopes(lookingAhead: descent.next(rate: rate)) : task.validationArchitectureSlopes()
        let push = regularisation
        for index in slopes.indices { slopes[index] += push[index] }
        var vector = task.architecture.vector
        adam.step(&vector, slopes: slopes)
        task.architecture.vector = vector
    }

    /// The gradient of what the method adds to the validation loss.
    private var regularisation: [Double] {
        let method = settings.method
        var result = task.architecture
        let edges = Double(result.operations.normal.count + result.operations.reduction.count)
        let numbers = edges * Double(settings.space.operations.count)
        func slopes(_ row: [Double]) -> [Double] {
            let decay = softmax(row).map { method.betaDecay * task.progress * $0 / edges }
            let shares = Relaxation.sigmoid.scores(row)
            return zip(decay, shares).map { $0 - method.zeroOnePush * 2 * ($1 - 0.5) * $1 * (1 - $1) / numbers }
        }
        result.operations = result.operations.map { $0.map(slopes) }
        result.edges = result.edges.map { $0.map { _ in 0 } }
        return result.vector
    }

    private var discretised: Genotype {
        let scores = CellPair(
            normal: scores(task.architecture.operations.normal, task.architecture.edges.normal),
            reduction: scores(task.architecture.operations.reduction, task.architecture.edges.reduction))
        return Genotype(
            discretising: scores.normal, reduction: scores.reduction, operations: settings.space.operations,
            maximumSkips: settings.method.maximumSkips)
    }

    private func scores(_ operations: [[Double]], _ edges: [Double]) -> [[Double]] {
        let rows = operations.map(settings.method.relaxation.scores)
        guard settings.method.normalisesEdges else { return rows }
        let relaxed = rows.map { row in RelaxedEdge(weights: row) { $0 } }
        return RelaxedCell<Double>(relaxed, edges: edges, space: settings.space).edgeWeights.operations
    }
}

extension SearchSettings {
    /// Every setting that is not possible with some images, and what would be.
    public func problems(with images: ImageSet) -> [Problem] {
        var problems = [
            Problem.outside(1...16, space.nodes, "nodes"), .outside(1...1000, space.layers, "layers"),
            .outside(1...4096, space.channels, "channels"), .outside(1...1_000_000, epochs, "epochs"),
            .outside(1...max(images.count / 2, 1), batch, "batch"), .outside(1...1024, threads, "threads"),
            .outside(0...100, weightRate, "weightRate"), .outside(0...100, lastWeightRate, "lastWeightRate"),
            .outside(0...100, architectureRate, "architectureRate"),
            .outside(0...10_000, method.maximumSkips ?? 0, "maximumSkips"),
        ].compactMap(\.self)
        if space.channels > 0, space.channels % method.partial > 0 {
            problems.append(
                Problem(
                    "channels", found: "\(space.channels)", "must be a multiple of \(method.partial) with this method"))
        }
        if !space.operations.contains(where: { $0 != .none && $0 != .skip }) {
            problems.append(Problem("operations", "must have one beside none and skip_connect"))
        }
        if let twice = space.operations.indices.first(where: { space.operations[..<$0].contains(space.operations[$0]) })
        {
            problems.append(Problem("operations", "has \(space.operations[twice]) twice"))
        }
        return problems
    }
}
