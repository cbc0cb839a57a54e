import AttuneCore

/// Stops a trial that will hardly end better than the best one, as its learning curve and those of others tell.
struct CurveStop: EarlyStopping {
    /// The probability of bettering the best below which a trial stops.
    let probability: Double
    let minTrials: Int
    let judged: JudgedReports
    private var curves = LearningCurves()
    private var prospects = Prospects()

    init(probability: Double, minTrials: Int, judged: JudgedReports) {
        self.probability = probability
        self.minTrials = minTrials
        self.judged = judged
    }

    /// - Complexity: O(completed trials log reports + reports of the trial).
    mutating func verdict(on trial: Trial, in study: Study) -> Verdict {
        chance(of: trial, in: study).map { $0 < probability } ?? false ? .stop : .proceed
    }

    mutating func grounds(for trial: Trial, in study: Study) -> StoppingGrounds? {
        guard let chance = chance(of: trial, in: study), chance < probability else { return nil }
        return StoppingGrounds(
            "by its learning curve and those of \(prospects.completed.count) completed trials it would have ended better than "
                + "the best with a probability of \(chance.short), which is less than \(probability.short)",
            [.init("probability of bettering the best", chance), .init("probability", probability)])
    }

    /// The probability that it ends better than the best; nil where it is not judged, or nothing can be said.
    private mutating func chance(of trial: Trial, in study: Study) -> Double? {
        curves.follow(study)
        prospects.follow(study, curves)
        let curve = curves[trial.number]
        guard prospects.completed.count >= minTrials, judged.contains(curve.count), let standing = curve.latest else {
            return nil
        }
        let front = study.front.filter { $0.number != trial.number }.compactMap(\.standing)
        guard !front.isEmpty else { return nil }
        // What has diverged hardly comes back.
        return standing.isFinite ? prospects.ofBetteringAll(front, curve) : 0
    }
}

extension StoppingRule {
    private static let probability = AlgorithmSetting(
        "probability", .number(.leastNonzeroMagnitude...1), default: "0.05",
        "a trial stops when the probability of its ending better than the best falls below this",
        complaint: "probability must be a number greater than 0 and not greater than 1")
    private static let minTrials = AlgorithmSetting.minTrialsRequired(5)
    private static let startStep = AlgorithmSetting.startStep(4)

    static let curve = StoppingRule(
        "curve", summary: "Extrapolates a trial's learning curve and stops it when it will hardly be the best.",
        settings: [probability, minTrials, startStep, .interval]
    ) { experiment in
        let settings = RuleSettings(experiment)
        return CurveStop(
            probability: settings.number(probability) ?? 0.05, minTrials: settings.integer(minTrials) ?? 5,
            judged: JudgedReports(
                first: settings.integer(startStep) ?? 4, interval: settings.integer(.interval) ?? 1))
    }
}
