import AttuneCore
import Foundation

/// Writes what a study has come to into the cluster: the Trials, the Suggestion and the Experiment, in this order.
///
/// What changes while something is being written is written in one go afterwards, so that the number of writes follows
/// time and not events.
actor ExperimentReporter {
    private let tuner: Tuner
    private let owner: JSON
    private let client: KubernetesClient
    private let trials: TrialObjects
    /// How long changes gather before they are written.
    private let gathering: Duration
    /// How many times longer the Suggestion waits, which few look at.
    private static let suggestionPatience = 10.0
    private var suggestionTime: Date?
    private nonisolated let signal = Signal()
    /// How each trial stood when it was written last, by its number less one; empty where it was not.
    private var shown: [String] = []
    private var conditions: Conditions
    private var completionTime: Date?
    private var suggestion: (object: JSON, conditions: Conditions, requests: Int)?
    /// The Experiment as it was seen last.
    private var object: JSON
    private var lastStatus: JSON?
    private var lastSuggestionStatus: JSON?
    private var isEnding = false

    init(
        _ tuner: Tuner, owner: JSON, trials: TrialObjects, client: KubernetesClient,
        gathering: Duration = .seconds(1)
    ) {
        self.tuner = tuner
        self.owner = owner
        object = owner.identity
        self.trials = trials
        self.client = client
        self.gathering = gathering
        conditions = Conditions(owner["status"])
        completionTime = owner["status"]?["completionTime"]?.string.flatMap { RFC3339.date($0) }
    }

    /// Says that something may have changed.
    nonisolated func review() { signal.raise() }

    /// Writes whenever there is something to write, until it is told that the study is over.
    func run() async throws {
        while !isEnding {
            try await signal.wait()
            try await write(await tuner.study)
            if !isEnding { try await client.clock.sleepFor(gathering) }
        }
    }

    /// Lets `run` come to its end, with what it writes at the time.
    func finish() {
        isEnding = true
        signal.raise()
    }

    /// Says that the experiment goes on after it was over.
    func noteRestart() {
        let now = client.clock.now()
        conditions.remove("Succeeded")
        conditions.remove("Failed")
        conditions.set("Restarting", reason: "ExperimentRestarting", "Experiment is restarted", at: now)
        completionTime = nil
        suggestion?.conditions.set(
            "Running", false, reason: "Experiment is restarting", "Experiment is restarting", at: now)
        signal.raise()
    }

    /// Begins with what the cluster shows already.
    func catchUp(_ study: Study) async {
        let outdated = Set(await trials.outdated(study))
        shown = study.trials.map { outdated.contains($0.number) ? "" : $0.standingText }
        signal.raise()
    }

    func write(_ study: Study) async throws {
        let now = client.clock.now()
        shown += Array(repeating: "", count: max(0, study.trials.count - shown.count))
        let changed = study.trials.filter { shown[$0.number - 1] != $0.standingText }
        // One that has just begun may be over by the next time, and is then written once.
        let (young, due) = changed.divided { $0.isRunning && $0.startTime > now - gathering.seconds }
        try await trials.write(due.map(\.number), of: study)
        for trial in due { shown[trial.number - 1] = trial.standingText }
        try await writeSuggestion(study, at: now)
        try await writeExperiment(study)
        if !young.isEmpty { signal.raise() }
    }

    private func writeExperiment(_ study: Study) async throws {
        let now = client.clock.now()
        conditions = ExperimentStatus.conditions(study, after: conditions, at: now)
        let isOver = if case .finished = study.status { true } else { false }
        completionTime = isOver ? completionTime ?? now : nil
        let status = ExperimentStatus.status(
            study, conditions, startTime: study.createdAt, completionTime: completionTime)
        guard status != lastStatus else { return }
        object = try await updated(object, .experiments, subresource: "status", ["status": status])
        lastStatus = status
    }

    // MARK: Suggestion

    private func writeSuggestion(_ study: Study, at now: Date) async throws {
        let patience = gathering.seconds * ExperimentReporter.suggestionPatience
        let isFresh = suggestionTime.map { now.timeIntervalSince($0) < patience } ?? false
        guard !isFresh || study.status != .running else { return }
        suggestionTime = now
        var known = try await existingSuggestion(study)
        known.conditions = ExperimentStatus.suggestionConditions(study, after: known.conditions, at: now)
        if known.requests != study.counts.total {
            let changes: JSON = ["spec": ["requests": .number(study.counts.total)]]
            known.object = try await updated(known.object, .suggestions, changes)
            known.requests = study.counts.total
        }
        let status = ExperimentStatus.suggestionStatus(study, known.conditions, startTime: study.createdAt)
        if status != lastSuggestionStatus {
            known.object = try await updated(
                known.object, .suggestions, subresource: "status", ["status": status])
            lastSuggestionStatus = status
        }
        suggestion = known
    }

    private func existingSuggestion(
        _ study: Study
    ) async throws -> (object: JSON, conditions: Conditions, requests: Int) {
        if let suggestion { return suggestion }
        let made = ExperimentStatus.suggestion(study, owner: owner)
        do {
            let created = try await client.creating(made, .suggestions, in: owner.namespace)
            return (created.identity, Conditions(nil), study.counts.total)
        } catch let error as APIError where error.reason == .alreadyExists {
            guard let found = try await client.find(.suggestions, owner.name, in: owner.namespace) else {
                return try await existingSuggestion(study)
            }
            return (found.identity, Conditions(found["status"]), found["spec"]?["requests"]?.int ?? -1)
        }
    }

    /// The object after changes. What somebody deletes meanwhile is left alone.
    private func updated(
        _ object: JSON, _ resource: APIResource, subresource: String? = nil, _ changes: JSON
    ) async throws -> JSON {
        do {
            return try await client.updating(object, resource, subresource: subresource) { _ in changes }.identity
        } catch let error as APIError where error.reason == .notFound {
            return object
        }
    }
}

extension Trial {
    /// What a Trial resource shows of it.
    fileprivate var standingText: String { "\(state) \(attempt)" }
}

extension [Trial] {
    /// Those for which something holds, and the others.
    fileprivate func divided(_ holds: (Trial) -> Bool) -> (holding: [Trial], others: [Trial]) {
        (filter(holds), filter { !holds($0) })
    }
}
