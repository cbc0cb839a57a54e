import AttuneCore
import Foundation

/// Proposes configurations to begin with: draws, or an algorithm that is shown what trials had reached at one rung.
///
/// That is the highest rung at which enough is known (Falkner et al. 2018, section 4).
struct ConfigurationSource {
    /// What chooses configurations.
    enum Sampler: String, Sendable, CaseIterable {
        case random, sobol, tpe
        case process = "bayesianoptimization"
        case predictor = "bananas"
        case localSearch = "local-search"
        case evolution = "regularized-evolution"
    }

    private let sampler: Sampler
    private let ladder: ResourceLadder
    /// The same question without the resource parameter.
    private let experiment: Experiment
    /// By rung, an algorithm and what it was shown: the trials that had reached the rung.
    private var views: [Int: View] = [:]
    /// Nil where there are more parameters than a sequence has dimensions.
    private let design: Sobol?

    private struct View {
        var study: Study
        var suggester: any Suggester
        var seen = 0
    }

    /// - Precondition: the experiment's ladder names a parameter of the space, or none.
    init(_ experiment: Experiment, _ ladder: ResourceLadder, sampler: Sampler) {
        self.sampler = sampler
        self.ladder = ladder
        var reduced = Experiment(
            metadata: experiment.metadata, objective: Objective(.minimize, "loss", strategies: ["loss": .latest]),
            space: experiment.space.without(ladder.parameter), budget: Budget(parallelTrials: .max),
            seed: experiment.seed)
        reduced.algorithm = AlgorithmSpec(sampler.rawValue)
        self.experiment = reduced
        design = sampler == .random ? nil : try? Sobol(reduced)
    }

    /// How many values a rung must have before a model is made of them.
    private var enough: Int { experiment.space.dimensions + 1 }

    /// A configuration that was not tried, as the trial that begins with it is told it.
    mutating func suggestion(
        for study: Study, _ record: RungRecord, at level: Int, using random: inout RandomSource
    ) throws -> Suggestion {
        guard sampler != .random, sampler != .sobol,
            let rung = record.entries.lastIndex(where: { $0.count { $0.loss != nil } >= enough })
        else { return try drawn(for: study, at: level, using: &random) }
        // Taken out while it changes, so that the study in it is not copied.
        var view =
            views.removeValue(forKey: rung)
            ?? View(study: Study(experiment, createdAt: study.createdAt), suggester: makeSuggester())
        for entry in record.entries[rung][view.seen...] {
            try view.study.show(entry, of: study, in: experiment.space)
        }
        view.seen = record.entries[rung].count
        var withPending = view.study
        for trial in study.trials where isPending(trial, rung, record) {
            try withPending.begin(trial, in: experiment.space, at: study.createdAt)
        }
        let proposal = try view.suggester.propose(for: withPending, using: &random)
        views[rung] = view
        guard case .run(var suggestion) = proposal else { return try drawn(for: study, at: level, using: &random) }
        suggestion = suggestion.given(level, in: study)
        suggestion.explanation?.method += "; of what trials had reached after \(ladder.levels[rung])"
        return suggestion
    }

    /// Whether a trial's result at a rung is still to come.
    private func isPending(_ trial: Trial, _ rung: Int, _ record: RungRecord) -> Bool {
        trial.isRunning && record.entry(of: trial.number, at: rung) == nil
    }

    private func drawn(
        for study: Study, at level: Int, using random: inout RandomSource
    ) throws -> Suggestion {
        let configuration =
            try design?.assignment(study.nextNumber - 1, in: experiment.space, using: &random)
            ?? experiment.space.sample(using: &random)
        let explanation = Explanation(design == nil ? "drawn from the space" : "Sobol sequence")
        return Suggestion(configuration, explanation: explanation).given(level, in: study)
    }

    private func makeSuggester() -> any Suggester {
        switch sampler {
        case .tpe: TPE(experiment, rules: TPERules())
        case .random, .sobol, .process: BayesianOptimization(experiment, settings: BayesianOptimization.Settings())
        case .predictor: BayesianOptimization(experiment, settings: .predictor)
        case .localSearch: LocalSearch(experiment, LocalSearch.Settings())
        case .evolution: RegularizedEvolution(experiment, RegularizedEvolution.Settings())
        }
    }
}

extension Study {
    /// Takes in what a trial of another study had reached, as a trial of its own that is over.
    fileprivate mutating func show(_ entry: RungRecord.Entry, of other: Study, in space: SearchSpace) throws {
        let number = try begin(other[entry.trial], in: space, at: createdAt)
        guard let loss = entry.loss, entry.violation == 0 else {
            return try apply(.ended(number, .failed("broke a constraint, or failed"), at: createdAt))
        }
        let observation = Observation(metric: objective.metric, value: loss, step: 0, time: createdAt)
        try apply(.observed(number, [observation]))
        try apply(.ended(number, .succeeded, at: createdAt))
    }

    @discardableResult
    fileprivate mutating func begin(_ trial: Trial, in space: SearchSpace, at time: Date) throws -> Trial.Number {
        let number = nextNumber
        let configuration = space.configuration(of: trial.assignment)
        try apply(.started(number, Suggestion(configuration, labels: trial.suggestion.labels), at: time))
        return number
    }
}
