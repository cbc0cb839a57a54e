import AttuneCore
import AttuneStore
import Foundation

extension ExperimentView {
    /// The view of a study, as the store's rows would give it.
    ///
    /// - Parameter events: how many events the study was folded from.
    public init(_ study: Study, events: Int) throws(AttuneError) {
        self.init(study.experiment, createdAt: study.createdAt)
        take(study.trials.map { TrialCells($0, study.objective) }, upTo: events)
        try take(study.trials.map(TrialTexts.init), upTo: events)
    }
}

extension TrialCells {
    init(_ trial: Trial, _ objective: Objective) {
        self.init(
            number: trial.number, state: trial.state, start: trial.startTime.timeIntervalSince1970,
            end: trial.endTime?.timeIntervalSince1970, value: trial.value(of: objective),
            standing: trial.standing.map { objective.direction.loss($0[0]) }, attempt: trial.attempt)
    }
}

extension TrialTexts {
    init(_ trial: Trial) {
        let metrics = trial.metrics.sorted { $0.key < $1.key }.map { ($0.key, TrialRow.Metric($0.value).json) }
        self.init(
            number: trial.number, assignment: trial.assignment.json.description,
            metrics: JSON.object(JSON.Fields(metrics)).description)
    }
}
