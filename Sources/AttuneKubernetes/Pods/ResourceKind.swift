import AttuneCore

/// The kinds of resource that need to be treated by their own rules.
enum ResourceKind: Sendable, Hashable {
    case job, jobSet, trainingJob, trainJob, workflow, pipelineRun, taskRun, rayJob, other

    init(_ resource: JSON) { self.init(kind: resource["kind"]?.string ?? "") }

    init(kind: String) {
        switch kind {
        case "Job": self = .job
        case "JobSet": self = .jobSet
        case "TFJob", "PyTorchJob", "XGBoostJob", "MPIJob", "JAXJob", "PaddleJob": self = .trainingJob
        case "TrainJob": self = .trainJob
        case "Workflow": self = .workflow
        case "PipelineRun": self = .pipelineRun
        case "TaskRun": self = .taskRun
        case "RayJob": self = .rayJob
        default: self = .other
        }
    }
}

extension TrialResource {
    /// The label of a trial's pods that has the trial's name, whatever else they have: ours where pods can be labelled
    /// by the template, else the one that the kind's controllers write.
    public static func podLabel(ofKind kind: String) -> String {
        switch ResourceKind(kind: kind) {
        case .trainJob: controllerLabel(ofKind: kind) ?? TrialMark.trialLabel
        default: TrialMark.trialLabel
        }
    }

    /// The label with the resource's name that the kind's own controllers write on its pods; nil where none is known.
    public static func controllerLabel(ofKind kind: String) -> String? {
        switch ResourceKind(kind: kind) {
        case .job: "batch.kubernetes.io/job-name"
        case .jobSet, .trainJob: "jobset.sigs.k8s.io/jobset-name"
        case .trainingJob: "training.kubeflow.org/job-name"
        case .workflow: "workflows.argoproj.io/workflow"
        case .pipelineRun: "tekton.dev/pipelineRun"
        case .taskRun: "tekton.dev/taskRun"
        case .rayJob, .other: nil
        }
    }

    /// Why a resource has come to an end for reasons that are not its program's, which conditions that ask for success
    /// and failure alone do not see; nil while it has not.
    ///
    /// Argo calls a workflow `Error` rather than `Failed` where its pod was deleted, or could not be made.
    static func troubledEnd(of resource: JSON) -> String? {
        guard ResourceKind(resource) == .workflow, resource["status"]?["phase"]?.string == "Error" else { return nil }
        return resource["status"]?["message"]?.string ?? "Error"
    }

    /// The merge patch that ends what a resource does and keeps the resource; nil for kinds that have no such way.
    public static func restPatch(ofKind kind: String) -> JSON? {
        switch ResourceKind(kind: kind) {
        case .job, .jobSet, .trainJob, .rayJob: ["spec": ["suspend": true]]
        case .trainingJob: ["spec": ["runPolicy": ["suspend": true]]]
        case .workflow: ["spec": ["shutdown": "Terminate"]]
        case .pipelineRun: ["spec": ["status": "Cancelled"]]
        case .taskRun: ["spec": ["status": "TaskRunCancelled"]]
        case .other: nil
        }
    }
}
