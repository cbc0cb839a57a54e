import AttuneCore

/// Stops a trial that is not among the best percent of all trials at the same step.
///
/// Every trial that reported the step is compared with, also those that were stopped later or still run: if only those
/// counted that finished, the bar would rise with every trial that it stopped.
struct Percentile: EarlyStopping {
    /// How many of a hundred trials go on, above 0.
    let percentile: Double
    let minTrials: Int
    let judged: JudgedReports
    private var curves = LearningCurves()

    init(percentile: Double, minTrials: Int, judged: JudgedReports) {
        self.percentile = percentile
        self.minTrials = minTrials
        self.judged = judged
    }

    /// - Complexity: O(trials log reports); with several objectives also the sorting into fronts.
    mutating func verdict(on trial: Trial, in study: Study) -> Verdict {
        guard let place = place(of: trial, in: study) else { return .proceed }
        return Double(place.better) * 100 > percentile * Double(place.others) ? .stop : .proceed
    }

    mutating func grounds(for trial: Trial, in study: Study) -> StoppingGrounds? {
        guard verdict(on: trial, in: study) == .stop, let place = place(of: trial, in: study) else { return nil }
        return StoppingGrounds(
            "\(place.better) of \(place.others) other trials were better at step \(place.step), "
                + "and only the best \(percentile.short) of a hundred go on",
            [
                .init("better trials", Double(place.better)), .init("other trials", Double(place.others)),
                .init("percentile", percentile),
            ])
    }

    /// How many others were better at the trial's latest step; nil where it is not judged.
    private mutating func place(of trial: Trial, in study: Study) -> (step: Int, better: Int, others: Int)? {
        curves.follow(study)
        let curve = curves[trial.number]
        guard study.counts.succeeded >= minTrials, judged.contains(curve.count), let step = curve.steps.last,
            let standing = curve.latest
        else { return nil }
        let others = curves.standings(at: step, but: trial.number)
        guard others.count >= minTrials else { return nil }
        return (step, standing.countBetter(among: others), others.count)
    }
}

extension StoppingRule {
    private static let share = AlgorithmSetting(
        "percentile", .number(.leastNonzeroMagnitude...100), default: "50",
        "how many of a hundred trials go on: a trial stops where more are better at the same step",
        complaint: "percentile must be a number greater than 0 and not greater than 100")
    private static let minTrials = AlgorithmSetting.minTrialsRequired(5)
    private static let startStep = AlgorithmSetting.startStep(4)

    static let percentile = StoppingRule(
        "percentile", summary: "Stops a trial that is not among the best percent of all trials at the same step.",
        settings: [share, minTrials, startStep, .interval]
    ) { experiment in
        let settings = RuleSettings(experiment)
        return Percentile(
            percentile: settings.number(share) ?? 50, minTrials: settings.integer(minTrials) ?? 5,
            judged: JudgedReports(
                first: settings.integer(startStep) ?? 4, interval: settings.integer(.interval) ?? 1))
    }
}
