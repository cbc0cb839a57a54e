import AttuneCore

/// Stops a trial whose best value so far is worse than the median of what finished trials had averaged by then
/// (Golovin et al. 2017, section 3.2.1). With several objectives it must be worse in each.
struct MedianStop: EarlyStopping {
    let minTrials: Int
    /// How many values of the objective a trial is given before it is judged, and how many of a finished one count.
    let startStep: Int
    /// What the study says, as far as it was read: by objective, the finished trials' averages.
    private var averages: [[Double]] = []
    private var readEnded = 0
    /// By running trial, the best it has reported.
    private var bests: [Trial.Number: Best] = [:]

    init(minTrials: Int, startStep: Int) {
        self.minTrials = minTrials
        self.startStep = startStep
    }

    /// - Complexity: O(new reports + log trials), and for each trial that ended since a place in a sorted list.
    mutating func verdict(on trial: Trial, in study: Study) -> Verdict {
        readEnds(of: study)
        let targets = study.objective.targets
        bests[trial.number, default: Best(targets)].read(trial, targets)
        guard let best = bests[trial.number] else { return .proceed }
        return targets.indices.allSatisfy { isWorse(best, in: $0) } ? .stop : .proceed
    }

    private func isWorse(_ best: Best, in target: Int) -> Bool {
        let averages = averages[target]
        guard best.counts[target] >= startStep, averages.count >= minTrials else { return false }
        let middle = averages.count / 2
        let median =
            averages.count.isMultiple(of: 2)
            // Halved first, as the sum of two large numbers may be infinite.
            ? averages[middle - 1] / 2 + averages[middle] / 2 : averages[middle]
        return best.losses[target] > median
    }

    /// Only trials that keep the constraints say what can be reached.
    private mutating func readEnds(of study: Study) {
        let objective = study.objective
        if averages.isEmpty { averages = objective.targets.map { _ in [] } }
        for number in study.ended[readEnded...] {
            bests[number] = nil
            guard study[number].outcome == .succeeded, study[number].isFeasible(for: objective) else { continue }
            for (index, target) in objective.targets.enumerated() {
                guard let average = average(of: study[number], target) else { continue }
                averages[index].insert(average, at: averages[index].partitioningIndex { $0 >= average })
            }
        }
        readEnded = study.ended.count
    }

    private func average(of trial: Trial, _ target: Objective.Target) -> Double? {
        let losses = trial.observations.lazy.filter { $0.metric == target.metric && $0.value.isFinite }
            .map { target.direction.loss($0.value) }.prefix(startStep)
        let count = losses.reduce(0) { count, _ in count + 1 }
        return count == 0 ? nil : losses.reduce(0) { $0 + $1 / Double(count) }
    }
}

/// The best finite values that a running trial has reported, by objective.
private struct Best: Sendable {
    var losses: [Double]
    var counts: [Int]
    private var attempt = 0
    private var read = 0

    init(_ targets: [Objective.Target]) {
        losses = targets.map { _ in .infinity }
        counts = targets.map { _ in 0 }
    }

    /// Takes in what the trial has reported since; one that lost an attempt is read anew.
    mutating func read(_ trial: Trial, _ targets: [Objective.Target]) {
        if trial.attempt != attempt || trial.observations.count < read {
            self = Best(targets)
            attempt = trial.attempt
        }
        for observation in trial.observations[read...] where observation.value.isFinite {
            guard let index = targets.firstIndex(where: { $0.metric == observation.metric }) else { continue }
            losses[index] = min(losses[index], targets[index].direction.loss(observation.value))
            counts[index] += 1
        }
        read = trial.observations.count
    }
}

extension StoppingRule {
    private static let minTrials = AlgorithmSetting.minTrialsRequired(3)
    private static let startStep = AlgorithmSetting.startStep(4)

    static let medianStop = StoppingRule(
        "medianstop",
        summary:
            "Stops a trial whose best value is worse than the median of the finished trials' averages at that point.",
        settings: [minTrials, startStep]
    ) { experiment in
        let settings = RuleSettings(experiment)
        return MedianStop(
            minTrials: settings.integer(minTrials) ?? 3, startStep: settings.integer(startStep) ?? 4)
    }
}
