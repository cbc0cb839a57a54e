import AttuneCore

/// Aging evolution (Real, Aggarwal, Huang & Le 2019, algorithm 1): the fittest of a few members, drawn, has a child with
/// one change, which joins the population as its oldest member dies.
struct RegularizedEvolution: Suggester {
    private let neighbourhood: Neighbourhood
    private let opening: Opening
    private let tournament: Int
    private var population: AgingPopulation

    init(_ experiment: Experiment, _ settings: Settings) {
        neighbourhood = Neighbourhood(experiment.space)
        opening = Opening(experiment, count: settings.startupTrials)
        tournament = settings.tournament
        population = AgingPopulation(neighbourhood.space, size: settings.population)
    }

    /// How many children may be the same as earlier trials, or break constraints, before one is drawn.
    private static let tries = 100

    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        population.absorb(study)
        if let suggestion = try opening.suggestion(for: study, using: &random) { return .run(suggestion) }
        for _ in 0..<RegularizedEvolution.tries {
            guard let parent = population.winner(of: tournament, using: &random) else { break }
            let child = neighbourhood.space.assignment(at: neighbourhood.mutated(parent.point, using: &random))
            guard study.experiment.space.isFeasible(child), !study.tried.contains(child) else { continue }
            return .run(
                Suggestion(
                    child,
                    explanation: Explanation(
                        "child of trial \(parent.number), the fittest of \(tournament) drawn of "
                            + "\(population.members.count)")))
        }
        return .run(
            Suggestion(
                try study.experiment.space.sample(using: &random), explanation: Explanation("drawn: no child was new")))
    }
}

extension RegularizedEvolution {
    struct Settings: Sendable {
        var population = 20
        var tournament = 10
        var startupTrials = 15

        init(_ spec: AlgorithmSpec) {
            func integer(_ name: String) -> Int? { spec[name].flatMap { Int($0) } }
            population = integer("population_size") ?? population
            tournament = integer("tournament_size") ?? tournament
            startupTrials = integer("n_initial_points") ?? startupTrials
        }

        init() {}

        static let descriptions = [
            AlgorithmSetting(
                "population_size", .integer(1...10_000), default: "\(Settings().population)",
                "how many of the trials that ended last may have children"),
            AlgorithmSetting(
                "tournament_size", .integer(1...10_000), default: "\(Settings().tournament)",
                "of how many drawn members the fittest has the child"),
            AlgorithmSetting(
                "n_initial_points", .integer(1...10_000), default: "\(Settings().startupTrials)",
                "how many trials come from a Sobol sequence first"),
            .randomState,
        ]
    }
}

extension Algorithm {
    static let regularizedEvolution = Algorithm(
        "regularized-evolution",
        summary: "Evolution by single changes in which the oldest die; for architectures and other spaces of choices.",
        settings: RegularizedEvolution.Settings.descriptions, honours: .all
    ) { RegularizedEvolution($0, RegularizedEvolution.Settings($0.algorithm)) }
}

extension AlgorithmSpec {
    public static let regularizedEvolution = AlgorithmSpec("regularized-evolution")
}
