import AttuneCore

/// The curves of all trials of a study: a cache of what the study says, which follows it.
struct LearningCurves: Sendable {
    /// By trial number, those that have reported.
    private(set) var curves: [Trial.Number: LearningCurve] = [:]
    private var readEnded = 0

    /// Reads what is new: of the trials that ended since, and of those that have not ended.
    ///
    /// - Complexity: O(new reports + trials that have not ended).
    mutating func follow(_ study: Study) {
        for number in study.ended[readEnded...] { update(study[number], study.objective) }
        readEnded = study.ended.count
        for trial in study.running { update(trial, study.objective) }
        for trial in study.paused { update(trial, study.objective) }
    }

    private mutating func update(_ trial: Trial, _ objective: Objective) {
        curves[trial.number, default: LearningCurve()].update(with: trial, objective)
    }

    /// Where other trials stood at a step that they reported too.
    ///
    /// - Complexity: O(trials log reports).
    func standings(at step: Int, but number: Trial.Number) -> [Standing] {
        curves.compactMap { $0.key == number ? nil : $0.value.standing(at: step) }
    }

    subscript(number: Trial.Number) -> LearningCurve { curves[number] ?? LearningCurve() }
}
