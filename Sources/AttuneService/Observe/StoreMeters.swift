import AttuneCore
import AttuneStore

/// Counts what becomes durable, and how long that takes; Katib's counters beside ours.
struct StoreMeters: Sendable {
    private let metrics: Metrics
    private let events: Counter
    private let eventsPerCommit: Histogram
    private let seconds: Histogram

    init(_ metrics: Metrics) {
        self.metrics = metrics
        events = metrics.counter("attune_events_total", "Events that became durable.")
        eventsPerCommit = metrics.histogram(
            "attune_commit_events", "Events that shared a commit.", bounds: Histogram.counts)
        seconds = metrics.histogram("attune_commit_seconds", "How long commits took, with their flush.")
    }

    func count(_ activity: StoreActivity) {
        switch activity {
        case .committed(let studies, let duration):
            let count = studies.reduce(0) { $0 + $1.events.count }
            events.add(count)
            eventsPerCommit.observe(Double(count))
            seconds.observe(duration / .seconds(1))
            for study in studies {
                let namespace = Experiment.namespace(of: study.experiment)
                for event in study.events { self.count(event, namespace) }
            }
        case .created(let experiment):
            katib("experiment_created", "Experiments created.", Experiment.namespace(of: experiment))
        case .deleted(let experiment, let trials):
            let namespace = Experiment.namespace(of: experiment)
            katib("experiment_deleted", "Experiments deleted.", namespace)
            katib("trial_deleted", "Trials deleted, with their experiments.", namespace, trials)
        }
    }

    private func count(_ event: Event, _ namespace: String) {
        switch event {
        case .started: katib("trial_created", "Trials started.", namespace)
        case .ended(_, .succeeded, _): katib("trial_succeeded", "Trials that succeeded.", namespace)
        case .ended(_, .failed, _): katib("trial_failed", "Trials that failed.", namespace)
        case .ended(_, .metricsUnavailable, _):
            katib("trial_metrics_unavailable", "Trials that ended without the objective's metric.", namespace)
        case .finished(let finish, _):
            if finish.isFailure {
                katib("experiment_failed", "Experiments that failed.", namespace)
            } else {
                katib("experiment_succeeded", "Experiments that reached their goal or budget.", namespace)
            }
        default: break
        }
    }

    private func katib(_ name: String, _ help: String, _ namespace: String, _ count: Int = 1) {
        metrics.counter("katib_\(name)_total", help, ["namespace": namespace]).add(count)
    }
}

extension Experiment {
    /// An experiment of a namespace other than the default one is kept as `namespace/name`.
    fileprivate static func namespace(of id: Experiment.ID) -> String {
        id.firstIndex(of: "/").map { String(id[..<$0]) } ?? Caller.defaultNamespace
    }
}
