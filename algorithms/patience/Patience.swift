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
    private var folds: TrialFolds<Progress>

    init(patience: Int, minDelta: Double, startStep: Int, targets: [Objective.Target]) {
        self.patience = patience
        self.minDelta = minDelta
        self.startStep = startStep
        folds = TrialFolds(Progress(targets))
    }

    /// - Complexity: O(new reports).
    mutating func verdict(on trial: Trial, in study: Study) -> Verdict {
        let progress = folds.state(of: trial, in: study) { [minDelta] in $0.take($1, minDelta) }
        guard progress.reports >= startStep, progress.sinceImprovement >= patience else { return .proceed }
        return trial.hasValues(of: study.objective) ? .finish : .stop
    }

    mutating func grounds(for trial: Trial, in study: Study) -> StoppingGrounds? {
        guard verdict(on: trial, in: study) == .stop else { return nil }
        return StoppingGrounds(
            "it made \(patience) reports without improving, and never reported a finite \(study.objective.metric)",
            [.init("patience", Double(patience))])
    }

    private struct Progress: Sendable {
        private var rows: ReportRows
        /// What the next improvement must better, by objective.
        private var bar: [Double]
        private(set) var reports = 0
        private(set) var sinceImprovement = 0

        init(_ targets: [Objective.Target]) {
            rows = ReportRows(targets)
            bar = targets.map { _ in .infinity }
        }

        mutating func take(_ observation: Observation, _ minDelta: Double) {
            guard let row = rows.take(observation) else { return }
            reports += 1
            let isImprovement = zip(row, bar).contains { $0 < $1 - minDelta }
            // The first report has nothing to improve on.
            sinceImprovement = isImprovement || reports == 1 ? 0 : sinceImprovement + 1
            // Small steps add up: only what counts as an improvement moves the bar.
            if isImprovement { bar = zip(bar, row).map { min($0, $1) } }
        }
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
            startStep: settings.integer(startStep) ?? 1, targets: experiment.objective.targets)
    }
}
