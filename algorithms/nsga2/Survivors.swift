import AttuneCore

/// One trial as an evolving population sees it.
struct Individual: Sendable {
    let number: Trial.Number
    /// Unit coordinates by parameter; nil where it is inactive.
    let genes: [Double?]
    let result: TrialResult
}

/// Which of a population survive, and how fit each is.
protocol Survival: Sendable {
    /// - Parameters:
    ///   - pool: in the order in which they ended.
    ///   - count: how many may survive.
    ///   - random: of this generation alone.
    mutating func survivors(
        of pool: [Individual], atMost count: Int, using random: inout RandomSource
    ) -> [Survivors.Member]
}

/// The survivors of all that has ended, folded from the study: after every so many trials, those with their parents
/// compete for the places.
///
/// Who was asked for, by whom and in which order does not matter, but only what has ended: so trials that run long join
/// the generation in which they end, and as many may run at once as one likes.
struct Survivors: Sendable {
    struct Member: Sendable {
        let individual: Individual
        /// Smaller is fitter.
        let rank: Int
        /// Among equals in rank, larger is fitter.
        let room: Double
    }

    let size: Int
    let offspring: Int
    private(set) var members: [Member] = []
    /// How often survivors were chosen.
    private(set) var generation = 0
    /// What has ended since then.
    private var brood: [Individual] = []
    private var survival: any Survival
    private let space: SearchSpace
    private let seed: UInt64
    private var seen = 0

    /// - Parameters:
    ///   - size: how many survive.
    ///   - offspring: how many trials make a generation.
    init(_ experiment: Experiment, size: Int, offspring: Int, survival: any Survival) {
        space = experiment.space
        seed = experiment.seed
        self.size = size
        self.offspring = offspring
        self.survival = survival
    }

    /// Takes in the trials that have ended since.
    mutating func absorb(_ study: Study) {
        for number in study.ended[seen...] {
            guard let individual = individual(study[number], study.objective) else { continue }
            brood.append(individual)
            if brood.count >= (generation == 0 ? size : offspring) { select() }
        }
        seen = study.ended.count
    }

    /// Those from whom the next trials come: the survivors, before the first choice all there are.
    var parents: [Member] {
        generation > 0 ? members : brood.map { Member(individual: $0, rank: 0, room: 0) }
    }

    /// Failed and killed trials take no part: the first have nothing to pass on, the others say nothing.
    private func individual(_ trial: Trial, _ objective: Objective) -> Individual? {
        guard trial.outcome == .succeeded || trial.outcome == .earlyStopped, let result = trial.result(of: objective)
        else { return nil }
        return Individual(number: trial.number, genes: space.point(of: trial.assignment), result: result)
    }

    private mutating func select() {
        generation += 1
        var random = RandomSource(seed: seed, stream: UInt64(1) << 48 + UInt64(generation))
        let pool = members.map(\.individual) + brood
        members = survival.survivors(of: pool, atMost: size, using: &random)
        brood = []
    }
}
