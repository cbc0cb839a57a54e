import AttuneCore

extension Study {
    /// How much each parameter mattered for the objective, or for another metric.
    ///
    /// It rests on the trials that succeeded with a value. Where these are fewer than ten, those that were stopped
    /// early count with the value they had. Trials that failed, were killed, or belong to other experiments never
    /// count. It is a function of the study: fANOVA draws by the experiment's seed.
    ///
    /// - Parameters:
    ///   - method: how it is measured.
    ///   - metric: instead of the objective's.
    ///   - direction: which values of the metric are good, where they are not those that are good for the objective.
    /// - Throws: `AttuneError` when there are too few trials, or all their values are equal.
    public func importance(
        by method: ImportanceMethod, of metric: String? = nil, _ direction: Objective.Direction? = nil
    ) throws(AttuneError) -> Importance {
        let trials = importanceTrials(of: metric ?? objective.metric)
        let (space, assignments, values) = (experiment.space, trials.map(\.0), trials.map(\.1))
        return try method.importance(
            in: space, of: assignments, values: values, direction ?? objective.direction, seed: experiment.seed)
    }

    /// Assignments and values, in the order in which trials ended.
    private func importanceTrials(of metric: String) -> [(Assignment, Double)] {
        let ended = self.ended.map { self[$0] }
        let succeeded = ended.filter { $0.outcome == .succeeded && $0.value(of: metric, for: objective) != nil }
        let isEnough = succeeded.count >= ImportanceSample.leastTrials
        let counting = isEnough ? succeeded : ended.filter { $0.outcome == .succeeded || $0.outcome == .earlyStopped }
        return counting.compactMap { trial in
            trial.value(of: metric, for: objective).map { (trial.assignment, $0) }
        }
    }
}
