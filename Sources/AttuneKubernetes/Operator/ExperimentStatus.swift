import AttuneCore
import Foundation

/// An Experiment's and its Suggestion's status as the study has them.
struct ExperimentStatus: Sendable {
    /// Names that a list of trials holds at the most, the newest; the counters count all.
    static let longestList = 2_000
    /// Suggestions that the Suggestion resource shows, the newest: etcd's limit is no limit of an experiment's.
    static let longestWindow = 1_000

    // MARK: Experiment

    static func status(_ study: Study, _ conditions: Conditions, startTime: Date, completionTime: Date?) -> JSON {
        var status: JSON = [
            "conditions": conditions.json, "startTime": .string(startTime.kubernetesText),
            "currentOptimalTrial": optimal(study),
        ]
        // Null takes the time of an earlier end away.
        status["completionTime"] = completionTime.map { .string($0.kubernetesText) } ?? .null
        for (list, counter, trials) in groups(of: study) {
            let names = trials.suffix(longestList).map { JSON.string(study[$0].name) }
            status[list] = names.isEmpty ? .null : .array(names)
            status[counter] = trials.isEmpty ? .null : .number(trials.count)
        }
        status["trials"] = study.counts.total == 0 ? .null : .number(study.counts.total)
        return status
    }

    private static func groups(of study: Study) -> [(list: String, counter: String, trials: [Trial.Number])] {
        var byState: [String: [Trial.Number]] = [:]
        for trial in study.trials { byState[trial.state, default: []].append(trial.number) }
        return [
            ("succeededTrialList", "trialsSucceeded", "Succeeded"), ("failedTrialList", "trialsFailed", "Failed"),
            ("killedTrialList", "trialsKilled", "Killed"), ("pendingTrialList", "trialsPending", "Paused"),
            ("runningTrialList", "trialsRunning", "Running"),
            ("earlyStoppedTrialList", "trialsEarlyStopped", "EarlyStopped"),
            ("metricsUnavailableTrialList", "trialMetricsUnavailable", "MetricsUnavailable"),
        ].map { ($0.0, $0.1, byState[$0.2] ?? []) }
    }

    /// The best trial; at least an empty observation, which clients look into.
    private static func optimal(_ study: Study) -> JSON {
        guard let best = study.best ?? study.front.first else { return ["observation": [:]] }
        return [
            "bestTrialName": .string(best.name), "parameterAssignments": best.assignmentsJSON(study.experiment),
            "observation": best.observationJSON(study.objective) ?? [:],
        ]
    }

    /// The conditions of an experiment that stands so.
    static func conditions(_ study: Study, after old: Conditions, at now: Date) -> Conditions {
        var conditions = old
        conditions.set("Created", reason: "ExperimentCreated", "Experiment is created", at: study.createdAt)
        guard case .finished(let finish) = study.status else {
            for type in ["Succeeded", "Failed"] where conditions[type] != nil { conditions.remove(type) }
            conditions.set("Running", reason: "ExperimentRunning", "Experiment is running", at: now)
            return conditions
        }
        conditions.set("Running", false, reason: "ExperimentRunning", "Experiment is running", at: now)
        let type = finish.isFailure ? "Failed" : "Succeeded"
        conditions.set(type, reason: finish.reason, finish.message, at: now)
        return conditions
    }

    // MARK: Suggestion

    static func suggestion(_ study: Study, owner: JSON) -> JSON {
        var spec: JSON = ["requests": .number(study.counts.total)]
        for name in ["algorithm", "earlyStopping", "resumePolicy"] { spec[name] = owner["spec"]?[name] }
        if spec["algorithm"] == nil {
            spec["algorithm"] = ["algorithmName": .string(study.experiment.algorithm.name)]
        }
        if spec["resumePolicy"] == nil { spec["resumePolicy"] = .string(study.experiment.resumePolicy.rawValue) }
        return [
            "apiVersion": "kubeflow.org/v1beta1", "kind": "Suggestion",
            "metadata": [
                "name": .string(owner.name), "namespace": .string(owner.namespace),
                "labels": .strings(study.experiment.metadata.labels), "ownerReferences": [owner.ownerReference],
            ],
            "spec": spec,
        ]
    }

    static func suggestionStatus(_ study: Study, _ conditions: Conditions, startTime: Date) -> JSON {
        let window = study.trials.suffix(longestWindow).map { trial -> JSON in
            var item: JSON = [
                "name": .string(trial.name), "parameterAssignments": trial.assignmentsJSON(study.experiment),
            ]
            if !trial.suggestion.labels.isEmpty { item["labels"] = .strings(trial.suggestion.labels) }
            return item
        }
        return [
            "startTime": .string(startTime.kubernetesText), "conditions": conditions.json,
            "suggestionCount": .number(study.counts.total), "suggestions": .array(window),
        ]
    }

    /// What was Katib's suggestion pod is this process, ready at once.
    static func suggestionConditions(_ study: Study, after old: Conditions, at now: Date) -> Conditions {
        var conditions = old
        conditions.set("Created", reason: "SuggestionCreated", "Suggestion is created", at: study.createdAt)
        let isOver = if case .finished = study.status { true } else { false }
        if isOver, study.experiment.resumePolicy != .longRunning {
            let reason = "Suggestion is succeeded"
            for type in ["DeploymentReady", "Running"] { conditions.set(type, false, reason: reason, reason, at: now) }
            conditions.set("Succeeded", reason: "Experiment is succeeded", "Suggestion is succeeded", at: now)
            return conditions
        }
        conditions.remove("Succeeded")
        conditions.set("DeploymentReady", reason: "DeploymentReady", "Suggestion is served by the operator", at: now)
        conditions.set("Running", reason: "SuggestionRunning", "Suggestion is running", at: now)
        return conditions
    }
}
