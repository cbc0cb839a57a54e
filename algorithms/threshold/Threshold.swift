import AttuneCore

/// Stops a trial that reports a value outside of given bounds, or none that is a number: it diverged.
struct Threshold: EarlyStopping {
    let metric: String
    let bounds: ClosedRange<Double>
    let judged: JudgedReports
    private var folds = TrialFolds((count: 0, latest: 0.0))

    init(metric: String, bounds: ClosedRange<Double>, judged: JudgedReports) {
        self.metric = metric
        self.bounds = bounds
        self.judged = judged
    }

    /// - Complexity: O(new reports).
    mutating func verdict(on trial: Trial, in study: Study) -> Verdict {
        let (count, latest) = folds.state(of: trial, in: study) { [metric] state, observation in
            if observation.metric == metric { state = (state.count + 1, observation.value) }
        }
        // A comparison with what is not a number is false.
        return judged.contains(count) && !bounds.contains(latest) ? .stop : .proceed
    }

    mutating func grounds(for trial: Trial, in study: Study) -> StoppingGrounds? {
        guard verdict(on: trial, in: study) == .stop else { return nil }
        let latest = trial.observations.last { $0.metric == metric }?.value ?? .nan
        let isBelow = latest < bounds.lowerBound
        let bound = isBelow ? bounds.lowerBound : bounds.upperBound
        let sentence =
            latest.isNaN || bound.magnitude == .greatestFiniteMagnitude
            ? "it reported \(metric) = \(latest.text), which is no finite number"
            : "it reported \(metric) = \(latest.short), which is \(isBelow ? "less" : "more") than \(bound.short)"
        let numbers = [StoppingGrounds.Number(metric, latest)]
        return StoppingGrounds(
            sentence,
            bound.magnitude == .greatestFiniteMagnitude
                ? numbers : numbers + [.init(isBelow ? "lower" : "upper", bound)])
    }
}

extension StoppingRule {
    private static let lower = AlgorithmSetting(
        "lower", .number(-Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude),
        "a trial stops when it reports less", complaint: "lower must be a finite number")
    private static let upper = AlgorithmSetting(
        "upper", .number(-Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude),
        "a trial stops when it reports more", complaint: "upper must be a finite number")
    private static let metric = AlgorithmSetting(
        "metric", .text, "the metric that is judged; the objective's if not given")
    private static let startStep = AlgorithmSetting.startStep(1)

    static let threshold = StoppingRule(
        "threshold", summary: "Stops a trial that reports NaN or a value outside of given bounds.",
        settings: [lower, upper, metric, startStep, .interval]
    ) { experiment in
        let settings = RuleSettings(experiment)
        let metric = try settings.metric(Self.metric, of: experiment)
        let (least, most) = (settings.number(lower), settings.number(upper))
        if let least, let most, least > most { throw settings.invalid(lower, "must not be greater than upper") }
        let largest = Double.greatestFiniteMagnitude
        return Threshold(
            metric: metric, bounds: (least ?? -largest)...(most ?? largest),
            judged: JudgedReports(
                first: settings.integer(startStep) ?? 1, interval: settings.integer(.interval) ?? 1))
    }
}
