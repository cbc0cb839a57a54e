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
        betterTrial(than: trial, in: study) == nil ? .proceed : .stop
    }

    func grounds(for trial: Trial, in study: Study) -> StoppingGrounds? {
        guard let best = betterTrial(than: trial, in: study) else { return nil }
        let chance = best.tests.map(\.chance).max() ?? 0
        let steps = best.tests.map(\.steps).min() ?? 0
        return StoppingGrounds(
            "it did worse than trial \(best.number) at \(steps) common steps; chance explains that with a probability of "
                + "\(chance.short), which is less than \(threshold.short)",
            [
                .init("trial compared with", Double(best.number)), .init("common steps", Double(steps)),
                .init("probability", chance), .init("p_threshold", threshold),
            ])
    }

    /// The first of the front that does better in every objective by more than chance; nil where none does.
    private func betterTrial(than trial: Trial, in study: Study) -> (number: Trial.Number, tests: [Test])? {
        let objective = study.objective
        let paired =
            metric.map { [Objective.Target(objective.direction, $0)] } ?? objective.targets
        let own = paired.map { repetitions(of: trial, $0) }
        for best in study.front where best.number != trial.number {
            let tests = zip(own, paired).map { test($0, against: repetitions(of: best, $1)) }
            if tests.allSatisfy({ $0.map { $0.chance < threshold } ?? false }) {
                return (best.number, tests.compactMap(\.self))
            }
        }
        return nil
    }

    private struct Test {
        let steps: Int
        /// That chance explains the difference.
        let chance: Double
    }

    /// Nil where there are too few pairs, or it is not worse.
    private func test(_ own: [Int: Double], against other: [Int: Double]) -> Test? {
        let steps = own.keys.filter { other[$0]?.isFinite ?? false }.sorted()
        guard steps.count >= startStep else { return nil }
        let differences = steps.map { own[$0, default: 0] - other[$0, default: 0] }
        let mean = differences.reduce(0) { $0 + $1 / Double(steps.count) }
        return mean > 0 ? Test(steps: steps.count, chance: SignedRanks.chanceOfLarger(differences)) : nil
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
