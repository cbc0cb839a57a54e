import AttuneCore

/// Local search (White, Nolen & Savani 2021, algorithm 1): the neighbours of the best trial of a climb are tried, and it
/// goes on from the first that is better; where none is, another climb begins.
///
/// Of several objectives about every trial on the climb's front is looked (Paquete, Chiarandini & Stützle 2004).
struct LocalSearch: Suggester {
    private let neighbourhood: Neighbourhood
    private let opening: Opening
    private var climbs = Climbs()
    /// Trials all of whose neighbours were tried; what was tried stays so.
    private var exhausted: Set<Trial.Number> = []
    /// The climb that was begun last.
    private var begun = 0
    private var seen = 0

    init(_ experiment: Experiment, _ settings: Settings) {
        neighbourhood = Neighbourhood(experiment.space)
        opening = Opening(experiment, count: settings.startupTrials)
    }

    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        absorb(study)
        if let suggestion = try opening.suggestion(for: study, using: &random) { return .run(suggestion) }
        for (climb, centre) in centres(study) where !exhausted.contains(centre) {
            // A copy: that a centre is known to be exhausted must not change what is drawn about another.
            var own = random
            if let suggestion = neighbour(of: centre, climb, study, using: &own) { return .run(suggestion) }
            exhausted.insert(centre)
        }
        return .run(try beginning(study, using: &random))
    }

    private mutating func absorb(_ study: Study) {
        climbs.absorb(study)
        for trial in study.trials[seen...] { begun = max(begun, Climbs.climb(of: trial)) }
        seen = study.trials.count
    }

    /// The best trials of all climbs, those of the climb that has come furthest first.
    private func centres(_ study: Study) -> [(climb: Int, centre: Trial.Number)] {
        let centres = climbs.climbs.flatMap { climb, state in state.centres.map { (climb: climb, centre: $0) } }
            .sorted { $0.centre < $1.centre }
        let ranks = ConstrainedDomination.ranks(
            of: centres.map { study[$0.centre].result(of: study.objective) ?? TrialResult(losses: [], violations: []) })
        return centres.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }.map { centres[$0] }
    }

    private func neighbour(
        of centre: Trial.Number, _ climb: Int, _ study: Study, using random: inout RandomSource
    ) -> Suggestion? {
        let point = neighbourhood.space.point(of: study[centre].assignment)
        let found = neighbourhood.neighbour(of: point, using: &random) { !study.tried.contains($0) }
        guard let found else { return nil }
        return Suggestion(
            neighbourhood.space.assignment(at: found), labels: [Climbs.label: "\(climb)"],
            explanation: Explanation("neighbour of trial \(centre), the best of climb \(climb)"))
    }

    private func beginning(_ study: Study, using random: inout RandomSource) throws -> Suggestion {
        Suggestion(
            try study.experiment.space.sample(using: &random), labels: [Climbs.label: "\(begun + 1)"],
            explanation: Explanation("climb \(begun + 1) begins: drawn"))
    }
}

extension LocalSearch {
    struct Settings: Sendable {
        var startupTrials = 15

        init() {}

        init(_ spec: AlgorithmSpec) {
            startupTrials = spec["n_initial_points"].flatMap { Int($0) } ?? startupTrials
        }

        static let descriptions = [
            AlgorithmSetting(
                "n_initial_points", .integer(1...10_000), default: "\(Settings().startupTrials)",
                "how many trials come from a Sobol sequence, before the best of them begins the first climb"),
            .randomState,
        ]
    }
}

extension Algorithm {
    static let localSearch = Algorithm(
        "local-search",
        summary:
            "Tries the neighbours of the best trial until none is better, then begins anew; for spaces of choices.",
        settings: LocalSearch.Settings.descriptions, honours: .all
    ) { LocalSearch($0, LocalSearch.Settings($0.algorithm)) }
}

extension AlgorithmSpec {
    public static let localSearch = AlgorithmSpec("local-search")
}
