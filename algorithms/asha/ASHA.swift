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

    /// The best trial of the highest rung whose best 1/η have not all gone on.
    private func promotion(_ study: Study) -> Proposal? {
        for rung in (0..<ladder.levels.count - 1).reversed() {
            let entries = record.entries[rung]
            let count = Int(Double(entries.count) / ladder.reduction + 1e-9)
            guard count > 0 else { continue }
            let best = entries.filter { $0.loss != nil }.sorted { $0.precedes($1) }.prefix(count)
            guard let rank = best.firstIndex(where: { rests($0.trial, at: rung, study) }) else { continue }
            let why = Explanation(
                "number \(rank + 1) of \(entries.count) after \(ladder.levels[rung]): goes on to "
                    + "\(ladder.levels[rung + 1])")
            return ladder.promotion(of: study[best[rank].trial], to: rung + 1, in: study, why)
        }
        return nil
    }

    /// Whether a trial has come to a rung, and nothing went on from there.
    private func rests(_ trial: Trial.Number, at rung: Int, _ study: Study) -> Bool {
        switch ladder.continuation {
        case .newTrial: !parents.contains(trial)
        case .sameTrial:
            study[trial].isPaused && ladder.rung(of: study[trial].suggestion.resource ?? ladder.maximum) == rung
        }
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
