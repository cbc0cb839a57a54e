import AttuneCore

/// Where a trial will end, for one objective: the even mixture of its curve's own course and of what others still gained
/// from there on. Their average is better calibrated than either (README.md has the figures).
struct CurveForecast: Sendable {
    private let shapes: ShapeEnsemble?
    private let gains: GainsOfOthers

    /// - Parameters:
    ///   - curve: of the trial.
    ///   - completed: of trials that ended by themselves.
    ///   - target: which objective.
    /// - Returns: nil where the trial has no finite value now, or no completed trial has reported its latest step.
    init?(of curve: LearningCurve, among completed: [LearningCurve], target: Int) {
        guard let step = curve.steps.last, let present = curve.latest?.losses[target], present.isFinite else {
            return nil
        }
        let others = completed.compactMap { other -> (here: Double, end: Double)? in
            guard let here = other.standing(at: step)?.losses[target], let end = other.latest?.losses[target],
                here.isFinite
            else { return nil }
            return (here, end)
        }
        guard !others.isEmpty else { return nil }
        gains = GainsOfOthers(from: present, others: others)
        let values = curve.standings.compactMap { $0?.losses[target] }.filter(\.isFinite)
        let lengths = completed.map(\.count).sorted()
        shapes = values.count < 3 ? nil : ShapeEnsemble(values, horizon: lengths[lengths.count / 2])
    }

    /// The probability that the trial ends below a value.
    func probability(below value: Double) -> Double {
        let byOthers = gains.probability(below: value)
        let chance = shapes.map { (byOthers + $0.probability(below: value)) / 2 } ?? byOthers
        return chance.isNaN ? 0 : chance
    }
}

/// What a trial's chances are against the best there is.
struct Prospects: Sendable {
    /// Of the trials that ended by themselves, in that order.
    private(set) var completed: [LearningCurve] = []
    private var readEnded = 0

    /// Reads the trials that ended since.
    mutating func follow(_ study: Study, _ curves: LearningCurves) {
        for number in study.ended[readEnded...] where isComplete(study[number], study.ladder) {
            completed.append(curves[number])
        }
        readEnded = study.ended.count
    }

    /// Whether it succeeded and was not given less resource than there is.
    private func isComplete(_ trial: Trial, _ ladder: ResourceLadder?) -> Bool {
        guard trial.outcome == .succeeded else { return false }
        guard let ladder, let resource = trial.suggestion.resource else { return true }
        return resource >= ladder.maximum
    }

    /// The probability that a trial ends better than the best; nil where nothing can be said yet.
    ///
    /// With several objectives an upper bound of the probability that it joins the front: to do so it must end below every
    /// trial of the front in some objective, and the chance of that is at most the sum over the objectives.
    ///
    /// - Parameter front: losses of the trials to beat, `[n][objectives]`, at least one.
    func ofBetteringAll(_ front: [[Double]], _ curve: LearningCurve) -> Double? {
        let forecasts = front[0].indices.map { CurveForecast(of: curve, among: completed, target: $0) }
        guard forecasts.allSatisfy({ $0 != nil }) else { return nil }
        return front.map { losses in
            zip(forecasts, losses).reduce(0) { $0 + ($1.0?.probability(below: $1.1) ?? 0) }
        }.min().map { min($0, 1) }
    }
}
