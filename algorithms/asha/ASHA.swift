import AttuneCore

/// Asynchronous successive halving: whenever a worker is free, the best trial that may go on does, else another begins (Li
/// et al. 2020, Algorithm 2).
struct ASHA: Suggester {
    private let ladder: ResourceLadder
    private var record: RungRecord
    private var source: ConfigurationSource
    /// Trials that others continued.
    private var parents: Set<Trial.Number> = []
    private var seen = 0

    init(_ experiment: Experiment, _ ladder: ResourceLadder, sampler: ConfigurationSource.Sampler) {
        self.ladder = ladder
        record = RungRecord(rungs: ladder.levels.count)
        source = ConfigurationSource(experiment, ladder, sampler: sampler)
    }

    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        record.absorb(study)
        for trial in study.trials[seen...] { if let parent = trial.suggestion.parent { parents.insert(parent) } }
        seen = study.trials.count
        if let promotion = promotion(study) { return promotion }
        guard study.mayStartTrial else { return study.counts.running > 0 ? .wait : .exhausted }
        return .run(try source.suggestion(for: study, record, at: ladder.levels[0], using: &random))
    }

    private func promotion(_ study: Study) -> Proposal? {
        let next = record.promotion(study, ladder) { trial, rung in
            ladder.continuation == .newTrial ? !parents.contains(trial) : study.rests(trial, at: rung, of: ladder)
        }
        guard let next else { return nil }
        let why = Explanation(
            "number \(next.rank) of \(next.of) after \(ladder.levels[next.rung]): goes on to "
                + "\(ladder.levels[next.rung + 1])")
        return ladder.promotion(of: study[next.trial], to: next.rung + 1, in: study, why)
    }
}

extension Study {
    /// Whether a trial rests at a rung.
    func rests(_ trial: Trial.Number, at rung: Int, of ladder: ResourceLadder) -> Bool {
        self[trial].isPaused && ladder.rung(of: self[trial].suggestion.resource ?? ladder.maximum) == rung
    }
}

/// Trials that are given all the resource at once, and stopped at a rung unless they are among the best 1/η that have
/// come there so far (the stopping variant, as Ray Tune and Syne Tune have it).
struct StoppingASHA: Suggester {
    private let ladder: ResourceLadder
    private var record: RungRecord
    private var source: ConfigurationSource

    init(_ experiment: Experiment, _ ladder: ResourceLadder, sampler: ConfigurationSource.Sampler) {
        self.ladder = ladder
        record = RungRecord(rungs: ladder.levels.count)
        source = ConfigurationSource(experiment, ladder, sampler: sampler)
    }

    func beginning(_ suggestion: Suggestion, in study: Study) -> Suggestion {
        suggestion.given(ladder.maximum, in: study)
    }

    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        record.absorb(study)
        return .run(try source.suggestion(for: study, record, at: ladder.maximum, using: &random))
    }
}

extension Algorithm {
    static let asha = Algorithm(
        "asha",
        summary: "Successive halving that never waits: a free worker continues the best trial that has earned it.",
        settings: .ladder(
            .sameTrial, .random,
            and: [
                AlgorithmSetting(
                    "variant", .choice(["promotion", "stopping"]), default: "promotion",
                    "whether trials rest at each rung until they earn more, or run on and are stopped unless they do")
            ]),
        honours: .everySpace, objections: { ResourceLadder.objections(to: $0) },
        stoppingRule: { experiment in
            experiment.algorithm.isStoppingVariant ? experiment.ladder.map { SuccessiveHalvingStop($0) } : nil
        }
    ) { experiment in
        guard let ladder = experiment.ladder else {
            throw InvalidExperiment(ResourceLadder.objections(to: experiment))
        }
        let sampler = experiment.algorithm.sampler ?? .random
        return experiment.algorithm.isStoppingVariant
            ? StoppingASHA(experiment, ladder, sampler: sampler) : ASHA(experiment, ladder, sampler: sampler)
    }
}

extension AlgorithmSpec {
    public static let asha = AlgorithmSpec("asha")
    fileprivate var isStoppingVariant: Bool { self["variant"] == "stopping" }
}
