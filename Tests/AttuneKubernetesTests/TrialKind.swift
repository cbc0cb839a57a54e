import AttuneClusterSimulator
import AttuneCore
import Testing

/// A kind of resource that trials may be, with a template in the shape of Katib's example of it.
struct TrialKind: Sendable, CustomTestStringConvertible {
    /// As the API's paths call it.
    var resource: String
    /// The fields of `trialTemplate` but for its parameters.
    var template: String
    /// The label that only the primary pod has; nil where there is but one pod.
    var label: (name: String, value: String)?
    /// The primary container, as it is called in the pod.
    var container: String
    /// How many pods a trial has.
    var pods: Int
    /// Whether a resource does nothing any more, as its kind spells it.
    var rests: @Sendable (JSON) -> Bool

    var testDescription: String { resource }

    func isPrimary(_ pod: JSON) -> Bool {
        label.map { pod["metadata"]?["labels"]?[$0.name]?.string == $0.value } ?? true
    }

    /// The primary container does as the script says; the others claim a loss that is not the trial's, and end well.
    func script(_ primary: @escaping @Sendable () -> PodScript) -> SimulatedCluster.KubeletMode.Script {
        { pod, container in
            isPrimary(pod) && container == self.container ? primary() : .printing(["loss=100"])
        }
    }

    /// An Experiment whose trials are of this kind.
    func manifest(parallel: Int = 1, maxTrials: Int, retain: Bool = false) throws -> JSON {
        var manifest = try TestCluster.json(TestCluster.manifest(parallel: parallel, maxTrials: maxTrials))
        var template = try TestCluster.json(template)
        template["trialParameters"] = [["name": "rate", "reference": "rate"]]
        template["retain"] = retain ? true : nil
        manifest["spec"]?["trialTemplate"] = template
        return manifest
    }
}

extension TrialKind {
    static let all = [
        job, training("TFJob", "tfReplicaSpecs", "tensorflow", "Worker: {replicas: 2, %}"),
        training("PyTorchJob", "pytorchReplicaSpecs", "pytorch", "Master: {replicas: 1, %}, Worker: {replicas: 2, %}"),
        training("XGBoostJob", "xgbReplicaSpecs", "xgboost", "Master: {replicas: 1, %}, Worker: {replicas: 2, %}"),
        mpiJob, trainJob, workflow, pipelineRun,
    ]

    private static let command = #"command: [python3, train.py, "--rate=${trialParameters.rate}"]"#

    private static let job = TrialKind(
        resource: "jobs",
        template: """
            primaryContainerName: training-container
            trialSpec:
              apiVersion: batch/v1
              kind: Job
              spec:
                backoffLimit: 0
                template:
                  spec:
                    restartPolicy: Never
                    containers: [{name: training-container, image: trainer, \(command)}]
            """,
        label: nil, container: "training-container", pods: 1, rests: { $0["spec"]?["suspend"]?.bool == true })

    /// The training operator's kinds. `%` stands for the pod template of a role.
    private static func training(_ kind: String, _ field: String, _ container: String, _ roles: String) -> TrialKind {
        let pod = "template: {spec: {containers: [{name: \(container), image: trainer, \(command)}]}}"
        return TrialKind(
            resource: kind.lowercased() + "s",
            template: """
                primaryContainerName: \(container)
                trialSpec:
                  apiVersion: kubeflow.org/v1
                  kind: \(kind)
                  spec: {\(field): {\(roles.replacing("%", with: "restartPolicy: Never, \(pod)"))}}
                """,
            label: ("training.kubeflow.org/job-role", "master"), container: container,
            pods: roles.contains("Master") ? 3 : 2, rests: { $0["spec"]?["runPolicy"]?["suspend"]?.bool == true })
    }

    private static let mpiJob = TrialKind(
        resource: "mpijobs",
        template: #"""
            primaryContainerName: mpi-launcher
            primaryPodLabels: {mpi-job-role: launcher}
            successCondition: 'status.conditions.#(type=="Succeeded")#|#(status=="True")#'
            failureCondition: 'status.conditions.#(type=="Failed")#|#(status=="True")#'
            trialSpec:
              apiVersion: kubeflow.org/v1
              kind: MPIJob
              spec:
                slotsPerWorker: 1
                cleanPodPolicy: Running
                mpiReplicaSpecs:
                  Launcher:
                    replicas: 1
                    template: {spec: {containers: [{name: mpi-launcher, image: trainer,
                      command: [mpirun, -np, "2", python3, train.py, "--rate=${trialParameters.rate}"]}]}}
                  Worker:
                    replicas: 2
                    template: {spec: {containers: [{name: mpi-worker, image: trainer}]}}
            """#,
        label: ("training.kubeflow.org/replica-type", "launcher"), container: "mpi-launcher", pods: 3,
        rests: { $0["spec"]?["runPolicy"]?["suspend"]?.bool == true })

    private static let trainJob = TrialKind(
        resource: "trainjobs",
        template: """
            primaryContainerName: node
            trialSpec:
              apiVersion: trainer.kubeflow.org/v1alpha1
              kind: TrainJob
              spec:
                runtimeRef: {name: torch-distributed}
                trainer: {numNodes: 2, image: trainer, \(command)}
            """,
        label: ("batch.kubernetes.io/job-completion-index", "0"), container: "node", pods: 2,
        rests: { $0["spec"]?["suspend"]?.bool == true })

    private static let workflow = TrialKind(
        resource: "workflows",
        template: """
            primaryContainerName: main
            primaryPodLabels: {katib.kubeflow.org/model-training: "true"}
            successCondition: 'status.[@this].#(phase=="Succeeded")#'
            failureCondition: 'status.[@this].#(phase=="Failed")#'
            trialSpec:
              apiVersion: argoproj.io/v1alpha1
              kind: Workflow
              spec:
                serviceAccountName: argo
                entrypoint: hp-workflow
                templates:
                  - name: hp-workflow
                    steps:
                      - [{name: data-preprocessing, template: gen-epochs}]
                      - [{name: model-training, template: model-training}]
                  - name: gen-epochs
                    container: {name: main, image: python, command: [python3, -c, "print(2)"]}
                  - name: model-training
                    metadata: {labels: {katib.kubeflow.org/model-training: "true"}}
                    container: {name: model-training, image: trainer, \(command)}
            """,
        label: ("katib.kubeflow.org/model-training", "true"), container: "main", pods: 2,
        rests: { $0["spec"]?["shutdown"]?.string == "Terminate" && $0["status"]?["phase"]?.string == "Failed" })

    private static let pipelineRun = TrialKind(
        resource: "pipelineruns",
        template: #"""
            primaryContainerName: step-model-training
            primaryPodLabels: {tekton.dev/pipelineTask: model-training}
            successCondition: 'status.conditions.#(type=="Succeeded")#|#(status=="True")#'
            failureCondition: 'status.conditions.#(type=="Succeeded")#|#(status=="False")#'
            trialSpec:
              apiVersion: tekton.dev/v1beta1
              kind: PipelineRun
              spec:
                params: [{name: rate, value: "${trialParameters.rate}"}]
                pipelineSpec:
                  params: [{name: rate, type: string}]
                  tasks:
                    - name: parallel-preparation
                      taskSpec: {steps: [{name: prepare, image: python, script: "echo 2"}]}
                    - name: model-training
                      runAfter: [parallel-preparation]
                      params: [{name: rate, value: "$(params.rate)"}]
                      taskSpec:
                        params: [{name: rate, type: string}]
                        steps: [{name: model-training, image: trainer, command: [train, "--rate=$(params.rate)"]}]
            """#,
        label: ("tekton.dev/pipelineTask", "model-training"), container: "step-model-training", pods: 2,
        rests: { $0["status"]?["conditions"]?[0]?["reason"]?.string == "Cancelled" })
}
