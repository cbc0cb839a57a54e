import AttuneCore

/// Why the trials of a log that were stopped early were, as the experiment's rule says when it is shown what it saw then.
public struct StoppedTrials: Sendable {
    public struct Stop: Sendable, Hashable {
        public let trial: Trial.Number
        /// The last step that it reported of the objective's first metric, and what it had come to; nil where it had not.
        public let step: Int?
        public let value: Double?
        /// Nil where the rule cannot say.
        public let grounds: StoppingGrounds?
        /// The last step that any trial reported which ran to its end; nil where none did.
        public fileprivate(set) var lastStep: Int?
    }

    /// By number.
    public private(set) var stops: [Stop] = []

    /// - Parameter only: the one trial that is asked about; nil for all.
    /// - Throws: `AttuneError` for a log that cannot be; `InvalidExperiment` for a rule that cannot be made.
    /// - Complexity: O(events), and that of the rule for each trial that was stopped.
    public init(
        _ stored: StoredExperiment, only: Trial.Number? = nil, catalogue: AlgorithmCatalogue = .standard
    ) throws {
        let judged = StoppedTrials.lastReports(of: stored.events, only: only)
        guard !judged.isEmpty else { return }
        let metric = stored.experiment.objective.metric
        var rule = try catalogue.stoppingRule(for: stored.experiment)
        var study = Study(stored.experiment, createdAt: stored.createdAt)
        let end = only == nil ? stored.events.count - 1 : judged.keys.max() ?? 0
        for (index, event) in stored.events[...end].enumerated() {
            try study.apply(event)
            guard let number = judged[index] else { continue }
            let trial = study[number]
            stops.append(
                Stop(
                    trial: number, step: trial.observations.last { $0.metric == metric }?.step,
                    value: trial.value(of: study.objective), grounds: rule?.grounds(for: trial, in: study)))
        }
        let lastStep = study.trials.lazy.filter { $0.outcome == .succeeded }
            .compactMap { $0.observations.last { $0.metric == metric }?.step }.max()
        stops.sort { $0.trial < $1.trial }
        for index in stops.indices { stops[index].lastStep = lastStep }
    }

    /// The reports, by place in the log, after which trials were stopped.
    private static func lastReports(of events: [Event], only: Trial.Number?) -> [Int: Trial.Number] {
        var latest: [Trial.Number: Int] = [:]
        var judged: [Int: Trial.Number] = [:]
        for (index, event) in events.enumerated() {
            switch event {
            case .observed(let number, _): latest[number] = index
            case .ended(let number, .earlyStopped, _):
                if only == nil || only == number, let place = latest[number] { judged[place] = number }
            default: break
            }
        }
        return judged
    }
}
