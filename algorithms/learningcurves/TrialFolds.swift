import AttuneCore

/// Something folded from the reports of each trial that has not ended: a cache of what the study says, which follows it.
struct TrialFolds<State: Sendable>: Sendable {
    private struct Entry: Sendable {
        var attempt: Int
        var read = 0
        var state: State
    }

    private let initial: State
    private var entries: [Trial.Number: Entry] = [:]
    private var readEnded = 0

    init(_ initial: State) { self.initial = initial }

    /// The fold of all that the trial has reported. One that has lost an attempt is read anew.
    ///
    /// - Complexity: O(new reports).
    mutating func state(
        of trial: Trial, in study: Study, _ take: (inout State, Observation) -> Void
    ) -> State {
        for number in study.ended[readEnded...] { entries[number] = nil }
        readEnded = study.ended.count
        let fresh = Entry(attempt: trial.attempt, state: initial)
        // Taken out, so that what the state holds is not copied.
        var entry = entries.removeValue(forKey: trial.number) ?? fresh
        if entry.attempt != trial.attempt || trial.observations.count < entry.read { entry = fresh }
        for observation in trial.observations[entry.read...] { take(&entry.state, observation) }
        entry.read = trial.observations.count
        entries[trial.number] = entry
        return entry.state
    }
}
