import AttuneCore
import Foundation

/// A Trial resource as the study has the trial.
struct TrialStatus: Sendable {
    let experiment: Experiment
    /// The Experiment resource.
    let owner: JSON
    /// What the trials' resource is made of, rendered.
    let runSpec: @Sendable (Trial) -> JSON?

    static let finalizer = "clean-metrics-in-db"

    /// The resource without its status.
    func object(_ trial: Trial) -> JSON {
        var labels = experiment.metadata.labels
        labels[TrialMark.experimentLabel] = experiment.name
        for (name, value) in trial.suggestion.labels { labels[name] = value }
        return [
            "apiVersion": "kubeflow.org/v1beta1", "kind": "Trial",
            "metadata": [
                "name": .string(trial.name), "namespace": .string(owner.namespace), "labels": .strings(labels),
                "annotations": .strings([
                    TrialMark.studyAnnotation: owner.uid, TrialMark.attemptAnnotation: String(trial.attempt),
                ]),
                "finalizers": [.string(TrialStatus.finalizer)], "ownerReferences": [owner.ownerReference],
            ],
            "spec": spec(trial),
        ]
    }

    private func spec(_ trial: Trial) -> JSON {
        let source = owner["spec"]
        let template = experiment.template
        var spec: JSON = ["objective": TrialStatus.objective(experiment, source)]
        spec["parameterAssignments"] = trial.assignmentsJSON(experiment)
        spec["runSpec"] = runSpec(trial)
        if template?.retain == true { spec["retainRun"] = true }
        spec["metricsCollector"] = collector(source?["metricsCollectorSpec"])
        if let labels = template?.primaryPodLabels, !labels.isEmpty { spec["primaryPodLabels"] = .strings(labels) }
        spec["primaryContainerName"] = template?.primaryContainerName.map { .string($0) }
        spec["successCondition"] = template?.successCondition.map { .string($0) }
        spec["failureCondition"] = template?.failureCondition.map { .string($0) }
        if !trial.suggestion.labels.isEmpty { spec["labels"] = .strings(trial.suggestion.labels) }
        return spec
    }

    /// The collector, but for StdOut: Katib's clients would look for its container in the pods, and there is none. Without it
    /// they read the primary container's log.
    private func collector(_ source: JSON?) -> JSON {
        var collector = source ?? [:]
        if experiment.collector.kind == .stdOut { collector["collector"] = nil }
        return collector
    }

    /// The experiment's objective with the strategies that count, as Katib's defaults fill them in.
    static func objective(_ experiment: Experiment, _ source: JSON?) -> JSON {
        var objective = source?["objective"] ?? [:]
        let goals = experiment.objective
        objective["metricStrategies"] = .array(
            goals.metrics.map { ["name": .string($0), "value": .string(goals.strategy(for: $0).rawValue)] })
        return objective
    }

    /// - Parameter old: the conditions that the resource has.
    func status(_ trial: Trial, after old: Conditions, at now: Date) -> (status: JSON, conditions: Conditions) {
        var conditions = old
        conditions.set("Created", reason: "TrialCreated", "Trial is created", at: trial.startTime)
        if trial.isPaused {
            conditions.set("Running", false, reason: "TrialPaused", "Trial rests at its level", at: now)
        } else {
            conditions.set("Running", reason: "TrialRunning", "Trial is running", at: trial.startTime)
        }
        if let outcome = trial.outcome { conditions.end(outcome, at: trial.endTime ?? now) }
        var status: JSON = [
            "startTime": .string(trial.startTime.kubernetesText), "conditions": conditions.json,
        ]
        if let end = trial.endTime { status["completionTime"] = .string(end.kubernetesText) }
        status["observation"] = trial.observationJSON(experiment.objective)
        return (status, conditions)
    }
}

extension Conditions {
    /// The trial's last condition. Running is then false.
    fileprivate mutating func end(_ outcome: Outcome, at time: Date) {
        let said: (reason: String?, message: String) = outcome.reason.map(Conditions.split) ?? (nil, "")
        let suffix = said.reason.map { ". Job reason: \($0)" } ?? ""
        let words = said.message.isEmpty ? "" : ". Job message: \(said.message)"
        let reason: String
        let message: String
        switch outcome {
        case .succeeded: (reason, message) = ("TrialSucceeded", "Trial has succeeded")
        case .failed: (reason, message) = ("TrialFailed\(suffix)", "Trial has failed\(words)")
        case .earlyStopped: (reason, message) = ("TrialEarlyStopped", "Trial is early stopped")
        case .killed: (reason, message) = ("TrialKilled", "Trial is killed: \(said.message)")
        case .metricsUnavailable:
            (reason, message) = ("MetricsUnavailable", "Metrics are not available: \(said.message)")
        }
        set("Running", false, reason: "TrialRunning", "Trial is running", at: time)
        set(outcome.name, reason: reason, message, at: time)
    }

    /// A reason such as `BackoffLimitExceeded`, and what follows it.
    private static func split(_ text: String) -> (reason: String?, message: String) {
        guard let colon = text.firstIndex(of: ":") else { return (nil, text) }
        let word = text[..<colon]
        let isReason = word.first?.isUppercase == true && word.allSatisfy { $0.isLetter || $0.isNumber }
        guard isReason else { return (nil, text) }
        return (String(word), String(text[text.index(after: colon)...].drop { $0 == " " }))
    }
}

extension JSON {
    /// The reference by which what belongs to this object goes with it.
    var ownerReference: JSON {
        [
            "apiVersion": self["apiVersion"] ?? "", "kind": self["kind"] ?? "", "name": .string(name),
            "uid": .string(uid), "controller": true, "blockOwnerDeletion": true,
        ]
    }
}
