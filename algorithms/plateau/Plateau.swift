import AttuneCore

/// Ends a trial whose latest values hardly differ: their standard deviation has fallen below a bound, in every objective.
///
/// It has converged, so it ends as succeeded and may be the best.
struct Plateau: EarlyStopping {
    /// How many of the latest values are looked at.
    let window: Int
    /// In units of the objective.
    let deviation: Double
    let startStep: Int
    private var folds: TrialFolds<Latest>

    init(window: Int, deviation: Double, startStep: Int, targets: [Objective.Target]) {
        self.window = window
        self.deviation = deviation
        self.startStep = startStep
        folds = TrialFolds(Latest(rows: ReportRows(targets)))
    }

    /// - Complexity: O(new reports + window).
    mutating func verdict(on trial: Trial, in study: Study) -> Verdict {
        let latest = folds.state(of: trial, in: study) { [window] in $0.take($1, keeping: window) }
        guard latest.reports >= max(startStep, window), trial.hasValues(of: study.objective) else { return .proceed }
        let isFlat = study.objective.targets.indices.allSatisfy { column in
            standardDeviation(latest.kept.map { $0[column] }) <= deviation
        }
        return isFlat ? .finish : .proceed
    }

    private struct Latest: Sendable {
        var rows: ReportRows
        /// The latest rows of losses.
        var kept: [[Double]] = []
        var reports = 0

        mutating func take(_ observation: Observation, keeping window: Int) {
            guard let row = rows.take(observation) else { return }
            reports += 1
            kept.append(row)
            if kept.count > window { kept.removeFirst() }
        }
    }

    /// Not a number where a value is infinite, and so never below a bound.
    private func standardDeviation(_ values: [Double]) -> Double {
        let count = Double(values.count)
        let mean = values.reduce(0) { $0 + $1 / count }
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / count }.squareRoot()
    }
}

extension StoppingRule {
    private static let window = AlgorithmSetting(
        "window", .integer(2...Int.max), default: "5", "how many of the latest values are looked at",
        complaint: "window must be an integer greater than one (>1)")
    private static let deviation = AlgorithmSetting(
        "deviation", .number(0...Double.greatestFiniteMagnitude), default: "0.001",
        "the standard deviation, in the objective's units, at which the values count as flat",
        complaint: "deviation must be a number greater or equal than zero (>=0)")
    private static let startStep = AlgorithmSetting.startStep(5)

    static let plateau = StoppingRule(
        "plateau", summary: "Ends a trial, as succeeded, whose latest values hardly differ.",
        settings: [window, deviation, startStep]
    ) { experiment in
        let settings = RuleSettings(experiment)
        return Plateau(
            window: settings.integer(window) ?? 5, deviation: settings.number(deviation) ?? 0.001,
            startStep: settings.integer(startStep) ?? 5, targets: experiment.objective.targets)
    }
}
