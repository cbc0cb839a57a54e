import AttuneCore

/// One run of CMA-ES, from a start until it has converged: the laws it draws from, and the generation being filled.
struct CMAESRun: Sendable {
    /// A point and what became of it.
    struct Member: Sendable {
        var point: CMAESPoint
        /// The objective, to be made small; infinite where the trial failed.
        var cost: Double
        /// The generation it was drawn in, perhaps an earlier one where trials overlap; 0 for what others proposed.
        var generation: Int
    }

    let start: RestartSchedule.Start
    private(set) var law: Gaussian
    private(set) var choices: CategoricalLaw
    /// Points taken in.
    private(set) var spent = 0
    /// The least cost so far.
    private(set) var best = Double.infinity
    private var margin: Margin
    private var rates: LearningRates?
    private var convergence: Convergence
    private var members: [Member] = []
    private let axes: [Coordinates.Axis]
    private let covariance: CMAESSettings.CovarianceKind
    private let isActive: Bool

    init(_ start: RestartSchedule.Start, at mean: [Double], over coordinates: Coordinates, _ settings: CMAESSettings) {
        self.start = start
        axes = coordinates.axes
        covariance = settings.covariance(axes: coordinates.axes.count)
        isActive = settings.isActive
        law = Gaussian(
            mean: mean, stepSize: start.stepSize,
            parameters: StrategyParameters(
                dimensions: max(coordinates.axes.count, 1), population: start.population,
                isSeparable: covariance != .full, isActive: settings.isActive),
            isSeparable: covariance != .full)
        choices = CategoricalLaw(coordinates.choices)
        margin = Margin(coordinates.axes, population: start.population)
        rates = settings.adaptsLearningRates ? LearningRates(law) : nil
        convergence = Convergence(dimensions: coordinates.count, population: start.population)
        margin.correct(&law)
    }

    // MARK: Drawing

    /// A point of the present laws, in the box.
    func draw(using random: inout RandomSource) -> CMAESPoint {
        var x = drawAxes(using: &random)
        for _ in 0..<CMAESRun.tries where !isInside(x) { x = drawAxes(using: &random) }
        for axis in axes.indices where axes[axis].thresholds == nil { x[axis] = reflected(x[axis]) }
        return CMAESPoint(x: x, levels: choices.levels(using: &random))
    }

    /// How often a point outside the box is drawn again before it is reflected into it.
    private static let tries = 10

    /// m + σ y (eq. 40).
    private func drawAxes(using random: inout RandomSource) -> [Double] {
        let step = law.step(using: &random)
        return step.indices.map { law.mean[$0] + law.stepSize * step[$0] }
    }

    private func isInside(_ x: [Double]) -> Bool {
        axes.indices.allSatisfy { axes[$0].thresholds != nil || (0...1).contains(x[$0]) }
    }

    /// Where the point is tried: cells are drawn from a wider law, m + σ A y (Hamano et al. 2022).
    func tried(_ point: CMAESPoint) -> CMAESPoint {
        var tried = point
        for axis in axes.indices where axes[axis].thresholds != nil {
            tried.x[axis] = law.mean[axis] + margin.widening[axis] * (point.x[axis] - law.mean[axis])
        }
        return tried
    }

    // MARK: Learning

    /// Takes a point in while the laws are those of `current`.
    ///
    /// - Returns: whether it completed that generation, so that the laws are new.
    mutating func take(_ member: Member, in current: Int) -> Bool {
        members.append(member)
        spent += 1
        best = min(best, member.cost)
        guard members.count >= start.population else { return false }
        let ranked = members.enumerated().sorted { ($0.element.cost, $0.offset) < ($1.element.cost, $1.offset) }
        members.removeAll(keepingCapacity: true)
        learn(ranked.map(\.element), current: current)
        return true
    }

    /// For how many trials an axis the scales are all that is learned: enough to know them.
    private static let trialsOfScales = 30

    /// By itself a run learns the scale of each axis first, which takes few trials, and then how axes are coupled.
    private mutating func takeUpCovariancesWhenDue() {
        guard covariance == .auto, law.isSeparable, spent >= CMAESRun.trialsOfScales * axes.count else { return }
        law.takeUpCovariances(
            StrategyParameters(
                dimensions: axes.count, population: start.population, isSeparable: false, isActive: isActive))
        rates = rates.map { _ in LearningRates(law) }
    }

    private mutating func learn(_ generation: [Member], current: Int) {
        convergence.note(generation.map(\.cost))
        takeUpCovariancesWhenDue()
        guard let weights = weights(for: generation) else { return }
        let before = law
        law.update(
            with: generation.map(\.point.x), weights: weights, isOwn: generation.map { $0.generation == current })
        rates?.damp(&law, since: before)
        choices.update(with: generation.map(\.point.levels), weights: weights)
        margin.correct(&law)
    }

    /// Weights by rank. What failed never attracts: where fewer succeed than there are parents, these share the
    /// weights; nil where all failed, which says nothing of where to go.
    private func weights(for generation: [Member]) -> [Double]? {
        let succeeded = generation.count { $0.cost.isFinite }
        guard succeeded > 0 else { return nil }
        let weights = law.parameters.weights
        guard succeeded < law.parameters.parents else { return weights }
        let sum = weights.prefix(succeeded).reduce(0, +)
        return weights.enumerated().map { rank, weight in
            rank < succeeded ? weight / sum : min(weight, 0)
        }
    }

    /// Whether it cannot improve any more, or not to the least cost of the runs before.
    func isOver(record: Double) -> Bool {
        convergence.isReached(by: law, from: start.stepSize, record: record)
    }
}

extension CMAESSettings {
    /// Which covariance a space of so many axes gets.
    func covariance(axes: Int) -> CovarianceKind {
        if covariance == .auto && axes > CMAESSettings.mostAxesOfFullCovariance || axes == 0 { return .separable }
        return covariance
    }

    /// More need more trials than there will be, to learn how each pair depends on one another.
    static let mostAxesOfFullCovariance = 30
}

/// Into [0, 1], as by mirrors at both ends.
private func reflected(_ x: Double) -> Double {
    let period = abs(x.truncatingRemainder(dividingBy: 2))
    return period > 1 ? 2 - period : period
}
