import AttuneCore

/// What a running trial has reported, folded: the part of `Trial` that the table `trial` is written from.
struct ReportingTrial {
    private(set) var attempt = 1
    private(set) var metrics: [String: MetricSummary] = [:]

    /// Takes in that the trial observed something or was lost; other events do not matter here.
    mutating func take(_ event: Event) {
        switch event {
        case .observed(_, let observations):
            for observation in observations { metrics[observation.metric, default: MetricSummary()].add(observation) }
        case .lost:
            attempt += 1
            metrics = [:]
        case .started, .ended, .budgetEdited, .stopped, .finished, .imported: break
        }
    }

    func value(of objective: Objective) -> Double? {
        metrics[objective.metric]?.value(by: objective.strategy(for: objective.metric)).flatMap {
            $0.isFinite ? $0 : nil
        }
    }

    var metricsJSON: JSON {
        .object(JSON.Fields(metrics.sorted { $0.key < $1.key }.map { ($0.key, TrialRow.Metric($0.value).json) }))
    }
}
