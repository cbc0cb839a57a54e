import AttuneCore

/// Ends a trial that has stopped improving: for so many reports nothing it reached was better than before.
///
/// Such a trial has converged, or is stuck; either way more resource brings nothing, and what it reached is what it is
/// worth. So it ends as succeeded and may be the best. One that never brought a finite value is stopped.
struct Patience: EarlyStopping {
    /// How many reports may pass without improvement.
    let patience: Int
    /// By how much a value must be better to be an improvement.
    let minDelta: Double
    let startStep: Int

    /// - Complexity: O(reports of the trial).
    func verdict(on trial: Trial, in study: Study) -> Verdict {
        let values = ReportedValues(trial, study.objective)
        let reports = values.rows
        guard reports.count >= startStep, reports.count > patience else { return .proceed }
        var best = values.targets.map { _ in Double.infinity }
        var sinceImprovement = 0
        for row in reports {
            let isImprovement = row.indices.contains { row[$0] < best[$0] - minDelta }
            sinceImprovement = isImprovement ? 0 : sinceImprovement + 1
            // Small steps add up: only what counts as an improvement moves the bar.
            if isImprovement { best = zip(best, row).map { min($0, $1) } }
        }
        guard sinceImprovement >= patience else { return .proceed }
        return trial.hasValues(of: study.objective) ? .finish : .stop
    }
}

extension StoppingRule {
    private static let patienceSetting = AlgorithmSetting(
        "patience", .integer(1...Int.max), default: "10", "how many reports may pass without improvement",
        complaint: "patience must be an integer greater than zero (>0)")
    private static let minDelta = AlgorithmSetting(
        "min_delta", .number(0...Double.greatestFiniteMagnitude), default: "0",
        "a value must be better by more than this, in the objective's units, to be an improvement",
        complaint: "min_delta must be a number greater or equal than zero (>=0)")
    private static let startStep = AlgorithmSetting.startStep(1)

    static let patience = StoppingRule(
        "patience", summary: "Ends a trial, as succeeded, that has not improved for so many reports.",
        settings: [patienceSetting, minDelta, startStep]
    ) { experiment in
        let settings = RuleSettings(experiment)
        return Patience(
            patience: settings.integer(patienceSetting) ?? 10, minDelta: settings.number(minDelta) ?? 0,
            startStep: settings.integer(startStep) ?? 1)
    }
}
