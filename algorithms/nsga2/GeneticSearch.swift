import AttuneCore
import AttuneMath

/// Evolution of a population: parents are drawn by tournament, children by crossover and mutation.
struct GeneticSearch: Suggester {
    private var survivors: Survivors
    private let variation: Variation
    private let space: SearchSpace
    /// Nil where there are more parameters than the sequence has dimensions.
    private let design: SobolSequence?
    private let initialTrials: Int

    init(_ experiment: Experiment, _ settings: GeneticSettings, survival: any Survival) {
        space = experiment.space
        survivors = Survivors(
            experiment, size: settings.populationSize, offspring: settings.offspring, survival: survival)
        var variation = Variation(experiment.space)
        variation.crossover = settings.crossover
        variation.swapping = settings.swapping
        variation.mutation = settings.mutation
        self.variation = variation
        design = try? SobolSequence(dimensions: experiment.space.dimensions, seed: experiment.seed)
        initialTrials = experiment.initialTrials.count
    }

    /// The label of a suggestion that says how often survivors had been chosen.
    static let label = "generation"

    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        survivors.absorb(study)
        let parents = survivors.parents
        guard study.nextNumber - 1 - initialTrials >= survivors.size, parents.count > 1 else {
            return .run(try opening(study, &random))
        }
        for _ in 0..<GeneticSearch.tries {
            let (first, second) = (tournament(parents, using: &random), tournament(parents, using: &random))
            let genes = variation.child(first.individual.genes, second.individual.genes, using: &random)
            let assignment = space.assignment(at: genes)
            guard space.isFeasible(assignment), !study.tried.contains(assignment) else { continue }
            return .run(
                suggestion(assignment, "child of trials \(first.individual.number) and \(second.individual.number)"))
        }
        return .run(suggestion(try space.sample(using: &random), "drawn: no child was new"))
    }

    private func suggestion(_ assignment: Assignment, _ method: String) -> Suggestion {
        Suggestion(
            assignment, labels: [GeneticSearch.label: "\(survivors.generation)"], explanation: Explanation(method))
    }

    /// How many children may be the same as earlier trials, or break constraints, before one is drawn.
    private static let tries = 100
    /// How many blocks of the sequence an opening trial may look through for a feasible point.
    private static let reach = 64

    private func opening(_ study: Study, _ random: inout RandomSource) throws -> Suggestion {
        let index = study.nextNumber - 1 - initialTrials
        for block in 0..<(space.isConstrained ? GeneticSearch.reach : 1) {
            guard let design else { break }
            let assignment = space.assignment(at: design.point(index + block << 24))
            if space.isFeasible(assignment) {
                return suggestion(assignment, "first generation: a point of a Sobol sequence")
            }
        }
        return suggestion(try space.sample(using: &random), "first generation: drawn")
    }

    /// The fitter of two.
    private func tournament(_ parents: [Survivors.Member], using random: inout RandomSource) -> Survivors.Member {
        let (one, other) = (parents[random.below(parents.count)], parents[random.below(parents.count)])
        if one.rank != other.rank { return one.rank < other.rank ? one : other }
        return one.room >= other.room ? one : other
    }
}

/// The settings of evolving populations, named as in Optuna where it has them.
struct GeneticSettings: Sendable {
    var populationSize = 20
    var offspring = 1
    var crossover = 0.9
    var swapping = 0.5
    var mutation: Double?
}

extension GeneticSettings {
    /// - Parameter spec: settings that the catalogue has found right.
    init(_ spec: AlgorithmSpec) {
        func number(_ name: String) -> Double? { spec[name].flatMap { Double($0) } }
        func integer(_ name: String) -> Int? { spec[name].flatMap { Int($0) } }
        populationSize = integer("population_size") ?? populationSize
        offspring = integer("n_offsprings") ?? offspring
        crossover = number("crossover_prob") ?? crossover
        swapping = number("swapping_prob") ?? swapping
        mutation = number("mutation_prob")
    }

    static let descriptions = [
        AlgorithmSetting(
            "population_size", .integer(2...10_000), default: "\(GeneticSettings().populationSize)",
            "how many trials survive, and come from a Sobol sequence at first"),
        AlgorithmSetting(
            "n_offsprings", .integer(1...10_000), default: "\(GeneticSettings().offspring)",
            "after how many trials survivors are chosen anew; `population_size` for whole generations"),
        AlgorithmSetting(
            "crossover_prob", .number(0...1), default: "\(GeneticSettings().crossover)",
            "how likely a child is of two parents"),
        AlgorithmSetting(
            "swapping_prob", .number(0...1), default: "\(GeneticSettings().swapping)",
            "how likely each parameter is the second parent's"),
        AlgorithmSetting(
            "mutation_prob", .number(0...1), "how likely each parameter mutates; one in a child without it"),
        .randomState,
    ]
}

extension Algorithm {
    static let nsga2 = Algorithm(
        "nsga2",
        summary: "NSGA-II: evolves a population towards the front of several objectives; for hundreds of cheap trials.",
        settings: GeneticSettings.descriptions, honours: .all
    ) { GeneticSearch($0, GeneticSettings($0.algorithm), survival: CrowdedSurvival()) }
}
