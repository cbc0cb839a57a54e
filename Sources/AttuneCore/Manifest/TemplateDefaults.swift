extension TrialTemplate {
    /// The resource, where the template holds one.
    var resource: JSON? { if case .spec(let resource) = source { resource } else { nil } }

    /// The names that `${trialParameters.…}` mentions in the template, as far as its text is known.
    var placeholders: [String] {
        switch source {
        case .spec(let resource): TrialTemplate.placeholders(in: resource)
        case .configMap(_, let text): TrialTemplate.placeholders(in: .string(text ?? ""))
        }
    }

    /// Katib's conditions and labels for the kinds it knows, where the user gave none. A template from a ConfigMap gets none.
    ///
    /// - Parameter labels: whether the user left the pods' labels open.
    mutating func fillDefaults(labels: Bool) {
        guard let kind = resource?["kind"]?.string, let usual = ClusterKind(kind) else { return }
        if successCondition?.isEmpty ?? true { successCondition = usual.successCondition }
        if failureCondition?.isEmpty ?? true { failureCondition = usual.failureCondition }
        if labels { primaryPodLabels = usual.primaryPodLabels }
    }
}

/// The kinds of resource whose end Katib recognises by itself.
private enum ClusterKind {
    case job, trainingJob, trainJob

    init?(_ kind: String) {
        switch kind {
        case "Job": self = .job
        case "TFJob", "PyTorchJob", "XGBoostJob", "MPIJob": self = .trainingJob
        case "TrainJob": self = .trainJob
        default: return nil
        }
    }

    var successCondition: String { ClusterKind.condition(self == .trainingJob ? "Succeeded" : "Complete") }
    var failureCondition: String { ClusterKind.condition("Failed") }

    private static func condition(_ type: String) -> String {
        #"status.conditions.#(type=="\#(type)")#|#(status=="True")#"#
    }

    var primaryPodLabels: [String: String] {
        switch self {
        case .job: [:]
        case .trainingJob: ["training.kubeflow.org/job-role": "master"]
        case .trainJob:
            ["jobset.sigs.k8s.io/replicatedjob-name": "node", "batch.kubernetes.io/job-completion-index": "0"]
        }
    }
}
