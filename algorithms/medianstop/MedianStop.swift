import AttuneCore

/// Stops a trial whose best value so far is worse than the median of what finished trials had averaged by then
/// (Golovin et al. 2017, section 3.2.1). With several objectives it must be worse in each.
struct MedianStop: EarlyStopping {
    let minTrials: Int
    /// How many values of the objective a trial is given before it is judged, and how many of a finished one count.
    let startStep: Int
    /// What the study says, as far as it was read: by objective, the finished trials' averages.
    private var averages: [[Double]]
    private var readEnded = 0
    private var folds: TrialFolds<Best>

    init(minTrials: Int, startStep: Int, targets: [Objective.Target]) {
        self.minTrials = minTrials
        self.startStep = startStep
        averages = targets.map { _ in [] }
        folds = TrialFolds(Best(targets))
    }

    /// - Complexity: O(new reports + log trials), and for each trial that ended since a place in a sorted list.
    mutating func verdict(on trial: Trial, in study: Study) -> Verdict {
        readEnds(of: study)
        let targets = study.objective.targets
        let best = folds.state(of: trial, in: study) { $0.take($1, targets) }
        return targets.indices.allSatisfy { isWorse(best, in: $0) } ? .stop : .proceed
    }

    mutating func grounds(for trial: Trial, in study: Study) -> StoppingGrounds? {
        guard verdict(on: trial, in: study) == .stop else { return nil }
        let targets = study.objective.targets
        let best = folds.state(of: trial, in: study) { $0.take($1, targets) }
        var (clauses, numbers): ([String], [StoppingGrounds.Number]) = ([], [])
        for (index, target) in targets.enumerated() {
            let (value, median) = (target.direction.loss(best.losses[index]), target.direction.loss(median(of: index)))
            clauses.append(
                "its best \(target.metric) so far, \(value.short), is worse than \(median.short), the median of what "
                    + "\(averages[index].count) finished trials averaged over their first \(startStep) values")
            numbers += [.init("best \(target.metric)", value), .init("median \(target.metric)", median)]
        }
        return StoppingGrounds(clauses.joined(separator: ", and "), numbers)
    }

    private func isWorse(_ best: Best, in target: Int) -> Bool {
        guard best.counts[target] >= startStep, averages[target].count >= minTrials else { return false }
        return best.losses[target] > median(of: target)
    }

    private func median(of target: Int) -> Double {
        let averages = averages[target]
        let middle = averages.count / 2
        // Halved first, as the sum of two large numbers may be infinite.
        return averages.count.isMultiple(of: 2)
            ? averages[middle - 1] / 2 + averages[middle] / 2 : averages[middle]
    }

    /// Only trials that keep the constraints say what can be reached.
    private mutating func readEnds(of study: Study) {
        let objective = study.objective
        for number in study.ended[readEnded...] {
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

    init(_ targets: [Objective.Target]) {
        losses = targets.map { _ in .infinity }
        counts = targets.map { _ in 0 }
    }

    mutating func take(_ observation: Observation, _ targets: [Objective.Target]) {
        guard observation.value.isFinite,
            let index = targets.firstIndex(where: { $0.metric == observation.metric })
        else { return }
        losses[index] = min(losses[index], targets[index].direction.loss(observation.value))
        counts[index] += 1
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
            minTrials: settings.integer(minTrials) ?? 3, startStep: settings.integer(startStep) ?? 4,
            targets: experiment.objective.targets)
    }
}
