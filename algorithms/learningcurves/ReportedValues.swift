import AttuneCore

/// What a trial reported of each objective, report by report, as it was said: not what counts, which may be the best so far.
struct ReportedValues: Sendable {
    let targets: [Objective.Target]
    /// `[reports][objectives]`, to be made small; infinite where it was no finite number.
    let rows: [[Double]]

    /// - Complexity: O(observations).
    init(_ trial: Trial, _ objective: Objective) {
        targets = objective.targets
        let columns = targets.map { target in
            trial.observations.lazy.filter { $0.metric == target.metric }
                .map { $0.value.isFinite ? target.direction.loss($0.value) : .infinity }
        }.map { Array($0) }
        let count = columns.map(\.count).min() ?? 0
        rows = (0..<count).map { row in columns.map { $0[row] } }
    }
}
