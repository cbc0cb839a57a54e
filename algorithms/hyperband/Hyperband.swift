import AttuneCore
import Foundation

/// Brackets of successive halving, from many trials of little resource to few of much (Li et al. 2018, Algorithm 1).
struct Hyperband: Suggester {
    private let ladder: ResourceLadder
    private var schedule: BracketSchedule
    private var record: RungRecord
    private var source: ConfigurationSource

    init(_ experiment: Experiment, _ ladder: ResourceLadder, shapes: [Bracket], sampler: ConfigurationSource.Sampler) {
        self.ladder = ladder
        // Katib's ends after one round; ours goes on as long as the budget lasts, where there is one.
        let budget = experiment.budget
        let isBounded = budget.maxTrials != nil || budget.maxRunTime != nil || budget.maxResource != nil
        schedule = BracketSchedule(ladder, shapes: shapes, limit: isBounded ? nil : shapes.count)
        record = RungRecord(rungs: ladder.levels.count)
        source = ConfigurationSource(experiment, ladder, sampler: sampler)
    }

    /// In the first bracket.
    func beginning(_ suggestion: Suggestion, in study: Study) -> Suggestion {
        var suggestion = suggestion.given(ladder.levels[schedule.shapes[0].firstRung], in: study)
        suggestion.labels[BracketSchedule.label] = "0"
        return suggestion
    }

    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        record.absorb(study)
        switch schedule.next(study, record) {
        case .wait: return .wait
        case .over: return .exhausted
        case .begin(let bracket, let rung):
            var suggestion = try source.suggestion(
                for: study, record, at: ladder.levels[rung], using: &random)
            suggestion.labels[BracketSchedule.label] = String(bracket)
            return .run(suggestion)
        case .promote(let trial, let bracket, let rung, let rank, let count):
            let why = Explanation(
                "number \(rank) of \(count) after \(ladder.levels[rung - 1]): goes on to \(ladder.levels[rung])")
            var promotion = ladder.promotion(of: study[trial], to: rung, in: study, why)
            if case .run(var suggestion) = promotion {
                suggestion.labels[BracketSchedule.label] = String(bracket)
                promotion = .run(suggestion)
            }
            return promotion
        }
    }
}

extension ResourceLadder {
    /// How a trial gets on to a rung: by going on, or as another that begins with its checkpoints.
    func promotion(of trial: Trial, to rung: Int, in study: Study, _ why: Explanation) -> Proposal {
        let level = levels[rung]
        guard continuation == .newTrial else { return .resume(trial.number, to: level, why: why) }
        let assignment = study.experiment.space.assignment(trial.assignment, with: parameter, at: level)
        return .run(Suggestion(assignment, resource: level, parent: trial.number, explanation: why))
    }

    /// Hyperband's brackets: s from ⌊log_η(R/r)⌋ down, of ⌈(s_max + 1) ηˢ / (s + 1)⌉ trials each.
    var hyperbandBrackets: [Bracket] {
        let highest = levels.count - 1
        return (0...highest).reversed().map { s in
            let size = Double(highest + 1) * pow(reduction, Double(s)) / Double(s + 1)
            return Bracket(firstRung: highest - s, size: Int((size - 1e-9).rounded(.up)))
        }
    }

    /// The bracket that begins at the lowest rung, with as many trials as leave one at the top.
    var halvingBracket: Bracket {
        Bracket(firstRung: 0, size: Int((pow(reduction, Double(levels.count - 1)) - 1e-9).rounded(.up)))
    }
}

extension Algorithm {
    static let hyperband = Algorithm(
        "hyperband",
        summary: "Successive halving in brackets, from many trials of little resource to few of much.",
        settings: .ladder(.newTrial, .random, and: .katibState),
        honours: .everySpace, objections: { ResourceLadder.objections(to: $0, needsParameter: $0.template != nil) }
    ) { experiment in
        try .halving(experiment, sampler: .random) { $0.hyperbandBrackets }
    }

    static let bohb = Algorithm(
        "bohb",
        summary: "Hyperband whose trials begin where a Parzen estimator of the highest rung known expects most.",
        settings: .ladder(.sameTrial, .tpe),
        honours: .everySpace, objections: { ResourceLadder.objections(to: $0) }
    ) { experiment in
        try .halving(experiment, sampler: .tpe) { $0.hyperbandBrackets }
    }

    static let successiveHalving = Algorithm(
        "successive-halving",
        summary: "Many trials begin, and of each rung's the best go on to the next, until one is left; then anew.",
        settings: .ladder(.sameTrial, .random),
        honours: .everySpace, objections: { ResourceLadder.objections(to: $0) }
    ) { experiment in
        try .halving(experiment, sampler: .random) { [$0.halvingBracket] }
    }
}

extension Suggester where Self == Hyperband {
    fileprivate static func halving(
        _ experiment: Experiment, sampler: ConfigurationSource.Sampler, _ shapes: (ResourceLadder) -> [Bracket]
    ) throws -> Hyperband {
        guard let ladder = experiment.ladder else {
            throw InvalidExperiment(ResourceLadder.objections(to: experiment))
        }
        return Hyperband(
            experiment, ladder, shapes: shapes(ladder), sampler: experiment.algorithm.sampler ?? sampler)
    }
}

extension [AlgorithmSetting] {
    /// What Katib's own service writes beside the user's settings to remember where it is. The log says that here.
    fileprivate static let katibState: [AlgorithmSetting] = [
        "s_max", "b_l", "r", "n", "current_s", "current_i", "evaluating_trials",
    ].map { AlgorithmSetting($0, .text, "Katib's record of where it was; accepted, and of no effect here") }
}

extension AlgorithmSpec {
    public static let hyperband = AlgorithmSpec("hyperband")
    public static let bohb = AlgorithmSpec("bohb")
    public static let successiveHalving = AlgorithmSpec("successive-halving")
}
