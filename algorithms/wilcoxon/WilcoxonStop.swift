import AttuneCore

/// Stops a trial that does worse than the best one at the same steps by more than chance: steps are repetitions, as the
/// folds of a cross-validation or the seeds of a simulation, and every trial meets the same ones.
///
/// Wilcoxon's signed-rank test over the steps that both reported. With several objectives the trial must do worse in
/// every one than some trial of the front.
struct WilcoxonStop: EarlyStopping {
    /// The metric whose reports are repetitions; nil for those of the objectives themselves.
    let metric: String?
    /// The chance at which a difference counts as real.
    let threshold: Double
    /// How many pairs there must be.
    let startStep: Int

    /// - Complexity: O(reports of the trial and of the front), and the test of them.
    func verdict(on trial: Trial, in study: Study) -> Verdict {
        let objective = study.objective
        let paired =
            metric.map { [Objective.Target(objective.direction, $0)] } ?? objective.targets
        let own = paired.map { repetitions(of: trial, $0) }
        let isBettered = study.front.contains { best in
            best.number != trial.number
                && zip(own, paired).allSatisfy { isWorse($0, than: repetitions(of: best, $1)) }
        }
        return isBettered ? .stop : .proceed
    }

    private func isWorse(_ own: [Int: Double], than other: [Int: Double]) -> Bool {
        let steps = own.keys.filter { other[$0]?.isFinite ?? false }.sorted()
        guard steps.count >= startStep else { return false }
        let differences = steps.map { own[$0, default: 0] - other[$0, default: 0] }
        let mean = differences.reduce(0) { $0 + $1 / Double(steps.count) }
        return mean > 0 && SignedRanks.chanceOfLarger(differences) < threshold
    }

    /// By step, its latest value, to be made small; infinite where that is no finite number.
    private func repetitions(of trial: Trial, _ target: Objective.Target) -> [Int: Double] {
        trial.observations.reduce(into: [:]) { values, observation in
            guard observation.metric == target.metric else { return }
            values[observation.step] = observation.value.isFinite ? target.direction.loss(observation.value) : .infinity
        }
    }
}

extension StoppingRule {
    private static let chance = AlgorithmSetting(
        "p_threshold", .number(.leastNonzeroMagnitude...1.0.nextDown), default: "0.1",
        "a trial stops when chance explains its being worse with less than this probability",
        complaint: "p_threshold must be a number greater than 0 and less than 1")
    private static let metric = AlgorithmSetting(
        "metric", .text, "the metric whose reports are repetitions; the objective's if not given")
    private static let startStep = AlgorithmSetting.startStep(5)

    static let wilcoxon = StoppingRule(
        "wilcoxon",
        summary: "Stops a trial that does worse than the best at the same steps (folds, seeds) by more than chance.",
        settings: [chance, metric, startStep]
    ) { experiment in
        let settings = RuleSettings(experiment)
        let named = settings.text(metric) == nil ? nil : try settings.metric(metric, of: experiment)
        return WilcoxonStop(
            metric: named, threshold: settings.number(chance) ?? 0.1, startStep: settings.integer(startStep) ?? 5)
    }
}
