import AttuneCore
import Foundation

/// A study of population based training whose trials are functions: each begins with the state its parent ended in.
struct PopulationRun {
    private(set) var study: Study
    private var suggester: any Suggester
    private var random: RandomSource
    /// What each trial ended in, as its checkpoint would hold it.
    private(set) var states: [Trial.Number: [Double]] = [:]
    private let train: (Trial, [Double]?) -> (state: [Double], outcome: Outcome, value: Double?)

    /// - Parameters:
    ///   - seed: of the order in which trials end.
    ///   - train: what a trial makes of its parent's state.
    init(
        _ experiment: Experiment, _ suggester: any Suggester, seed: UInt64 = 1,
        train: @escaping (Trial, [Double]?) -> (state: [Double], outcome: Outcome, value: Double?)
    ) {
        study = Study(experiment, createdAt: Date(timeIntervalSince1970: 0))
        self.suggester = suggester
        random = RandomSource(seed: seed, stream: 1 << 40)
        self.train = train
    }

    /// Runs until so many trials have started, as many at once as the budget allows, and all have ended.
    mutating func run(trials: Int) throws {
        while study.counts.ended < trials {
            let mayStart = study.trials.count < trials && study.counts.running < study.experiment.budget.parallelTrials
            if mayStart, case .run(let suggestion) = try suggester.proposal(for: study) {
                try study.apply(.started(study.nextNumber, suggestion, at: study.createdAt))
            } else {
                try endOne()
            }
        }
    }

    private mutating func endOne() throws {
        let trial = study.running[random.below(study.counts.running)]
        let (state, outcome, value) = train(trial, trial.suggestion.parent.flatMap { states[$0] })
        states[trial.number] = state
        if let value {
            let report = Observation(metric: study.objective.metric, value: value, step: 1, time: study.createdAt)
            try study.apply(.observed(trial.number, [report]))
        }
        try study.apply(.ended(trial.number, outcome, at: study.createdAt))
    }
}

extension Trial {
    /// What a label of population based training says.
    func population(_ name: String) -> String? {
        suggestion.labels["pbt.suggestion.katib.kubeflow.org/\(name)"]
    }

    var generation: Int { population("generation").flatMap { Int($0) } ?? 0 }
}
