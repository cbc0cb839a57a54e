import AttuneCore

/// Stops a trial whose best value so far is worse than the median of what finished trials had averaged by then
/// (Golovin et al. 2017, section 3.2.1).
struct MedianStop: EarlyStopping {
    let minTrials: Int
    /// How many values of the objective a trial is given before it is judged, and how many of a finished one count.
    let startStep: Int

    func verdict(on trial: Trial, in study: Study) -> Verdict {
        let objective = study.objective
        let values = trial.values(of: objective.metric)
        guard values.count >= startStep, let best = objective.best(of: values) else { return .proceed }
        let averages = study.ended.lazy.map { study[$0] }.filter { $0.outcome == .succeeded }
            .compactMap { average(of: $0, metric: objective.metric) }.sorted()
        guard averages.count >= minTrials else { return .proceed }
        return objective.prefers(median(averages), to: best) ? .stop : .proceed
    }

    private func average(of trial: Trial, metric: String) -> Double? {
        let values = trial.values(of: metric).prefix(startStep)
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    private func median(_ sorted: [Double]) -> Double {
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}

extension Trial {
    /// The finite values of a metric in order of arrival.
    fileprivate func values(of metric: String) -> [Double] {
        observations.lazy.filter { $0.metric == metric && $0.value.isFinite }.map(\.value)
    }
}

extension Objective {
    fileprivate func best(of values: [Double]) -> Double? { direction == .minimize ? values.min() : values.max() }
}

extension StoppingRule {
    static let medianStop = StoppingRule(
        "medianstop",
        summary:
            "Stops a trial whose best value is worse than the median of the finished trials' averages at that point.",
        settings: [
            AlgorithmSetting(
                "min_trials_required", .integer(1...Int.max), default: "3",
                "how many trials must have succeeded before any is stopped",
                complaint: "min_trials_required must be greater than zero (>0)"),
            AlgorithmSetting(
                "start_step", .integer(1...Int.max), default: "4",
                "how many values a trial reports before it is judged",
                complaint: "start_step must be greater or equal than one (>=1)"),
        ]
    ) { experiment in
        MedianStop(
            minTrials: experiment.earlyStopping?["min_trials_required"].flatMap { Int($0) } ?? 3,
            startStep: experiment.earlyStopping?["start_step"].flatMap { Int($0) } ?? 4)
    }
}
