import AttuneCore

/// What a running trial has reported, folded: the part of `Trial` that the table `trial` is written from.
struct ReportingTrial {
    private(set) var attempt = 1
    private(set) var metrics: [String: MetricSummary] = [:]
    /// What earlier attempts reported, up to the last rest.
    private var earlierMetrics: [String: MetricSummary] = [:]

    /// Takes in that the trial observed something, was lost or goes on; other events do not matter here.
    mutating func take(_ event: Event) {
        switch event {
        case .observed(_, let observations):
            for observation in observations { metrics[observation.metric, default: MetricSummary()].add(observation) }
        case .lost:
            attempt += 1
            metrics = earlierMetrics
        case .resumed:
            attempt += 1
            earlierMetrics = metrics
        case .started, .paused, .ended, .budgetEdited, .stopped, .finished, .imported: break
        }
    }

    func value(of objective: Objective) -> Double? { value(of: objective.metric, objective) }

    /// The value, where the trial keeps the objective's constraints.
    func standing(of objective: Objective) -> Double? { isFeasible(for: objective) ? value(of: objective) : nil }

    /// The text that it brought in place of a value, under the same condition.
    func standingText(of objective: Objective) -> String? {
        guard objective.takesText, value(of: objective) == nil, isFeasible(for: objective) else { return nil }
        return metrics[objective.metric]?.text
    }

    private func isFeasible(for objective: Objective) -> Bool {
        objective.constraints.allSatisfy { constraint in
            value(of: constraint.metric, objective).map { constraint.violation($0) == 0 } ?? false
        }
    }

    private func value(of metric: String, _ objective: Objective) -> Double? {
        metrics[metric]?.value(by: objective.strategy(for: metric)).flatMap { $0.isFinite ? $0 : nil }
    }

    var metricsJSON: JSON {
        .object(JSON.Fields(metrics.sorted { $0.key < $1.key }.map { ($0.key, TrialRow.Metric($0.value).json) }))
    }
}
