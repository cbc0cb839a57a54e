import AttuneCore
import AttuneKubernetes
import AttuneYAML

/// Resources in the shapes of Katib's examples, as they are rendered for a trial.
enum TrialTemplates {
    static let job = """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: t-1}
        spec:
          template:
            spec:
              restartPolicy: Never
              containers: [{name: training-container, image: trainer, command: [python3, train.py, "--lr=0.1"]}]
        """

    /// The training operator's kinds: `PyTorchJob`, `pytorchReplicaSpecs`, and a container in each role.
    static func trainingJob(_ kind: String, _ specs: String, container: String, roles: [String]) -> String {
        let role = "{template: {spec: {containers: [{name: \(container), image: trainer}]}}}"
        let list = roles.map { "\($0): \(role)" }.joined(separator: ", ")
        return "{apiVersion: kubeflow.org/v1, kind: \(kind), metadata: {name: t-1}, spec: {\(specs): {\(list)}}}"
    }

    static let pyTorch = trainingJob(
        "PyTorchJob", "pytorchReplicaSpecs", container: "pytorch", roles: ["Master", "Worker"])
    static let tensorFlow = trainingJob(
        "TFJob", "tfReplicaSpecs", container: "tensorflow", roles: ["PS", "Worker"])
    static let xgBoost = trainingJob(
        "XGBoostJob", "xgbReplicaSpecs", container: "xgboost", roles: ["Master", "Worker"])
    static let mpi = """
        apiVersion: kubeflow.org/v1
        kind: MPIJob
        metadata: {name: t-1}
        spec:
          mpiReplicaSpecs:
            Launcher: {template: {spec: {containers: [{name: mpi-launcher, image: trainer}]}}}
            Worker: {template: {spec: {containers: [{name: mpi-worker, image: trainer}]}}}
        """

    static let trainJob = """
        apiVersion: trainer.kubeflow.org/v1alpha1
        kind: TrainJob
        metadata: {name: t-1}
        spec:
          runtimeRef: {name: torch-distributed}
          trainer: {image: trainer, command: [python3, train.py], env: [{name: SEED, value: "1"}]}
          podTemplateOverrides: [{targetJobs: [{name: node}], spec: {containers: [{name: node}]}}]
        """

    static let workflow = """
        apiVersion: argoproj.io/v1alpha1
        kind: Workflow
        metadata: {name: t-1}
        spec:
          entrypoint: hpo
          templates:
            - name: hpo
              steps: [[{name: train, template: train}]]
            - {name: prepare, container: {name: main, image: preparer}}
            - name: train
              metadata: {labels: {katib.kubeflow.org/model-training: "true"}}
              container: {name: main, image: trainer, command: [python3, train.py]}
        """

    static let pipelineRun = """
        apiVersion: tekton.dev/v1beta1
        kind: PipelineRun
        metadata: {name: t-1}
        spec:
          pipelineSpec:
            tasks:
              - {name: prepare, taskSpec: {steps: [{name: prepare, image: preparer}]}}
              - {name: model-training, taskSpec: {steps: [{name: model-training, image: trainer}]}}
        """

    static let jobSet = """
        apiVersion: jobset.x-k8s.io/v1alpha2
        kind: JobSet
        metadata: {name: t-1}
        spec:
          replicatedJobs:
            - {name: data, template: {spec: {template: {spec: {containers: [{name: node, image: loader}]}}}}}
            - {name: node, template: {spec: {template: {spec: {containers: [{name: node, image: trainer}]}}}}}
        """

    static let rayJob = """
        apiVersion: ray.io/v1
        kind: RayJob
        metadata: {name: t-1}
        spec:
          submitterPodTemplate: {spec: {containers: [{name: submitter, image: ray}]}}
          rayClusterSpec:
            headGroupSpec: {template: {spec: {containers: [{name: head, image: ray}]}}}
            workerGroupSpecs: [{groupName: w, template: {spec: {containers: [{name: worker, image: ray}]}}}]
        """

    static let pod = """
        {apiVersion: v1, kind: Pod, metadata: {name: t-1}, spec: {containers: [{name: main, image: trainer}]}}
        """

    static func json(_ text: String) throws -> JSON { try YAML.documents(text)[0].json }

    /// The resource of the trial `t-1` of the experiment `tuning`.
    static func resource(
        _ text: String, primary: String? = nil, labels: [String: String] = [:],
        collector: MetricsCollector = MetricsCollector()
    ) throws -> TrialResource {
        let json = try json(text)
        let template = TrialTemplate(source: .spec(json), primaryContainerName: primary, primaryPodLabels: labels)
        let experiment = Experiment(
            metadata: Metadata(name: "tuning", labels: ["team": "vision"]),
            objective: Objective(.minimize, "loss", additionalMetrics: ["train acc"]),
            space: try SearchSpace([ParameterSpec("x", .double(0...1))]), template: template, collector: collector)
        return TrialResource(json, experiment: experiment, trial: "t-1")
    }
}
