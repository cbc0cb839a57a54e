import AttuneCore
import AttuneStore

/// How many experiments and trials there are now, by namespace; Katib's names beside ours.
struct StoreSamples {
    private(set) var samples: [Metrics.Sample] = []

    /// - Parameter caller: sees the namespaces that it may name.
    init(_ store: SQLiteStore, seenBy caller: Caller) async throws {
        let totals = try await store.totals().filter { caller.namespaces?.contains($0.namespace) ?? true }
        let byNamespace = Dictionary(grouping: totals, by: \.namespace)
        for (namespace, totals) in byNamespace { add(totals, of: namespace) }
    }

    private mutating func add(_ totals: [NamespaceTotal], of namespace: String) {
        var experiments: [String: Int] = [:]
        var trials: [String: Int] = [:]
        for total in totals {
            experiments[total.status.condition, default: 0] += total.experiments
            trials.merge(total.trials, uniquingKeysWith: +)
        }
        for (status, count) in experiments {
            let labels: MetricLabels = ["namespace": namespace, "status": status]
            add(
                ["attune_experiments", "katib_experiments_current"], "Experiments there are, by status.", labels, count)
        }
        for (state, count) in trials {
            add(["attune_trials"], "Trials there are, by state.", ["namespace": namespace, "state": state], count)
            add(
                ["katib_trials_current"], "Trials there are, by state.", ["namespace": namespace, "status": state],
                count)
        }
    }

    private mutating func add(_ names: [String], _ help: String, _ labels: MetricLabels, _ count: Int) {
        samples += names.map { Metrics.Sample($0, help, .gauge, labels, Double(count)) }
    }
}

extension Study.Status {
    /// Katib's name of the condition, or `Suspended`.
    fileprivate var condition: String {
        switch self {
        case .running: "Running"
        case .stopped: "Suspended"
        case .finished(let finish): finish.isFailure ? "Failed" : "Succeeded"
        }
    }
}
