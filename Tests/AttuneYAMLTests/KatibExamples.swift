import Testing

/// Experiments in the shapes of Katib's examples: each kind of resource, collector, algorithm and template it shows.
struct KatibExample: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    var testDescription: String { name }

    /// - Parameters:
    ///   - parts: whole fields of `spec`, which replace the usual ones of the same name.
    ///   - others: further documents of the file.
    init(_ name: String, _ parts: [String: String] = [:], others: String = "") {
        self.name = name
        let fields = KatibExample.usual.merging(parts) { $1 }
        let spec = fields.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }.map { "  \($0.key): \($0.value)\n" }
        text = """
            apiVersion: kubeflow.org/v1beta1
            kind: Experiment
            metadata:
              namespace: kubeflow
              name: \(name)
            spec:
            \(spec.joined())
            """ + others
    }

    private static let usual: [String: String] = [
        "objective": "{type: minimize, goal: 0.001, objectiveMetricName: loss}",
        "algorithm": "{algorithmName: random}",
        "parallelTrialCount": "3", "maxTrialCount": "12", "maxFailedTrialCount": "3",
        "parameters": rateAndMomentum, "trialTemplate": job(),
    ]

    static let rateAndMomentum = """
        [{name: lr, parameterType: double, feasibleSpace: {min: "0.01", max: "0.05"}},
            {name: momentum, parameterType: double, feasibleSpace: {min: "0.5", max: "0.9"}}]
        """
    static let stepped = """
        [{name: lr, parameterType: double, feasibleSpace: {min: "0.01", max: "0.05", step: "0.005"}},
            {name: momentum, parameterType: double, feasibleSpace: {min: "0.5", max: "0.9", step: "0.1"}}]
        """

    static func algorithm(_ name: String, _ settings: KeyValuePairs<String, String> = [:]) -> String {
        let list = settings.map { "{name: \($0.key), value: \"\($0.value)\"}" }.joined(separator: ", ")
        return "{algorithmName: \(name), algorithmSettings: [\(list)]}"
    }

    /// A template whose container takes each reference as a flag.
    static func template(
        kind: String, apiVersion: String, container: String = "training-container", _ extra: String = "",
        references: KeyValuePairs<String, String> = ["learningRate": "lr", "momentum": "momentum"]
    ) -> String {
        let parameters = references.map { "{name: \($0.key), description: A flag, reference: \"\($0.value)\"}" }
        let flags = references.map { "\"--\($0.key)=${trialParameters.\($0.key)}\"" }
        return """
            \n    primaryContainerName: \(container)
                \(extra)
                trialParameters: [\(parameters.joined(separator: ", "))]
                trialSpec:
                  apiVersion: \(apiVersion)
                  kind: \(kind)
                  metadata: {labels: {purpose: test}, annotations: {owner: someone}}
                  spec:
                    replicas: {Worker: {template: {spec: {containers: [{name: \(container), image: trainer,
                      command: [python3, /opt/train.py, \(flags.joined(separator: ", "))]}]}}}}
            """
    }

    static func job(_ references: KeyValuePairs<String, String> = ["learningRate": "lr", "momentum": "momentum"])
        -> String
    {
        template(kind: "Job", apiVersion: "batch/v1", references: references)
    }

    static let explicitConditions = """
        successCondition: 'status.conditions.#(type=="Succeeded")#|#(status=="True")#'
            failureCondition: 'status.conditions.#(type=="Failed")#|#(status=="True")#'
        """
}

extension KatibExample {
    static let all: [KatibExample] = algorithms + collectors + resources + networks

    private static let algorithms = [
        KatibExample("random"), KatibExample("tpe", ["algorithm": algorithm("tpe")]),
        KatibExample("multivariate-tpe", ["algorithm": algorithm("multivariate-tpe")]),
        KatibExample("sobol", ["algorithm": algorithm("sobol")]),
        KatibExample("grid", ["algorithm": algorithm("grid"), "parameters": stepped]),
        KatibExample("bayesian-optimization", ["algorithm": algorithm("bayesianoptimization", ["random_state": "10"])]),
        KatibExample("cmaes", ["algorithm": algorithm("cmaes", ["restart_strategy": "ipop"])]),
        KatibExample(
            "hyperband",
            [
                "algorithm": algorithm("hyperband", ["resource_name": "num-epochs", "eta": "2", "r_l": "2"]),
                "parallelTrialCount": "2", "maxTrialCount": "2", "maxFailedTrialCount": "2",
                "parameters": "[{name: num-epochs, parameterType: int, feasibleSpace: {min: \"1\", max: \"1\"}}]",
                "trialTemplate": job(["numberEpochs": "num-epochs"]),
            ]),
        KatibExample(
            "hyperopt-distribution",
            [
                "parameters": """
                [{name: lr, parameterType: double, feasibleSpace: {min: "0.01", max: "0.05", step: "0.01", distribution: normal}},
                    {name: momentum, parameterType: double, feasibleSpace: {min: "0.5", max: "0.9", distribution: uniform}},
                    {name: epochs, parameterType: int, feasibleSpace: {min: "1", max: "3", distribution: logUniform}},
                    {name: batch, parameterType: int, feasibleSpace: {min: "32", max: "64", distribution: logNormal}}]
                """,
                "trialTemplate": job(["rate": "lr", "momentum": "momentum", "epochs": "epochs", "batch": "batch"]),
            ]),
        KatibExample(
            "simple-pbt",
            [
                "algorithm": algorithm(
                    "pbt",
                    [
                        "suggestion_trial_dir": "/var/log/katib/checkpoints/", "n_population": "40",
                        "truncation_threshold": "0.2",
                    ]),
                "resumePolicy": "FromVolume", "parallelTrialCount": "2", "maxTrialCount": "2",
                "maxFailedTrialCount": "2",
            ], others: "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: checkpoints}\n"),
        KatibExample(
            "median-stop",
            [
                "earlyStopping": algorithm("medianstop", ["min_trials_required": "1", "start_step": "2"]),
                "parallelTrialCount": "2", "maxTrialCount": "15",
                "trialTemplate": template(kind: "Job", apiVersion: "batch/v1", "retain: true"),
            ]),
        KatibExample("long-running-resume", ["resumePolicy": "LongRunning"]),
    ]

    private static let collectors = [
        KatibExample(
            "median-stop-with-json-format",
            [
                "objective":
                    "{type: maximize, goal: 0.99, objectiveMetricName: accuracy, additionalMetricNames: [loss]}",
                "metricsCollectorSpec": """
                {collector: {kind: File}, source: {fileSystemPath: {path: /katib/mnist.json, kind: File, format: JSON}}}
                """,
            ]),
        KatibExample(
            "file-metrics-collector",
            [
                "metricsCollectorSpec": """
                \n    source:
                      fileSystemPath: {path: /katib/mnist.log, kind: File}
                      filter:
                        metricsFormat:
                          - "{metricName: ([\\\\w|-]+), metricValue: ((-?\\\\d+)(\\\\.\\\\d+)?)}"
                    collector: {kind: File}
                """
            ]),
        KatibExample(
            "custom-metrics-collector",
            [
                "metricsCollectorSpec": """
                \n    source: {fileSystemPath: {path: /katib/mnist.log, kind: File}}
                    collector:
                      kind: Custom
                      customCollector:
                        name: collector
                        image: collector
                        args: [-m, loss, -s, db:6789]
                        env: [{name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
                """
            ]),
        KatibExample(
            "metrics-collection-strategy",
            [
                "algorithm": algorithm("tpe"),
                "objective": """
                {type: maximize, objectiveMetricName: accuracy, additionalMetricNames: [loss],
                    metricStrategies: [{name: accuracy, value: latest}, {name: loss, value: min}]}
                """,
            ]),
    ]

    private static let resources = [
        KatibExample(
            "trainjob-pytorch",
            [
                "trialTemplate": template(
                    kind: "TrainJob", apiVersion: "trainer.kubeflow.org/v1alpha1", container: "node")
            ]),
        KatibExample(
            "pytorchjob-mnist", ["trialTemplate": template(kind: "PyTorchJob", apiVersion: "kubeflow.org/v1")]),
        KatibExample(
            "tfjob-mnist-with-summaries",
            [
                "trialTemplate": template(
                    kind: "TFJob", apiVersion: "kubeflow.org/v1", container: "tensorflow",
                    "primaryPodLabels: {training.kubeflow.org/replica-type: worker}"),
                "metricsCollectorSpec": """
                {collector: {kind: TensorFlowEvent}, source: {fileSystemPath: {path: /summaries/test, kind: Directory}}}
                """,
            ]),
        KatibExample(
            "mpijob-horovod",
            [
                "trialTemplate": template(
                    kind: "MPIJob", apiVersion: "kubeflow.org/v1", container: "mpi-launcher",
                    "primaryPodLabels: {mpi-job-role: launcher}\n    " + explicitConditions),
                "parallelTrialCount": "2", "maxTrialCount": "6",
            ]),
        KatibExample(
            "xgboostjob-lightgbm",
            [
                "objective": """
                {type: maximize, goal: 0.7, objectiveMetricName: valid_1 auc,
                    additionalMetricNames: [valid_1 binary_logloss, training auc, training binary_logloss]}
                """,
                "metricsCollectorSpec":
                    #"{source: {filter: {metricsFormat: ["(\\w+\\s\\w+)\\s:\\s((-?\\d+)(\\.\\d+)?)"]}}}"#,
                "trialTemplate": template(kind: "XGBoostJob", apiVersion: "kubeflow.org/v1"),
            ]),
        KatibExample(
            "argo-workflow",
            [
                "trialTemplate": template(
                    kind: "Workflow", apiVersion: "argoproj.io/v1alpha1", container: "main",
                    """
                    retain: true
                        primaryPodLabels: {katib.kubeflow.org/model-training: "true"}
                        successCondition: 'status.[@this].#(phase=="Succeeded")#'
                        failureCondition: 'status.[@this].#(phase=="Failed")#'
                    """),
                "parallelTrialCount": "2", "maxTrialCount": "5", "maxFailedTrialCount": "1",
            ]),
        KatibExample(
            "pipeline-run",
            [
                "trialTemplate": template(
                    kind: "PipelineRun", apiVersion: "tekton.dev/v1beta1", container: "step-model-training",
                    "retain: true\n    primaryPodLabels: {tekton.dev/pipelineTask: model-training}\n    "
                        + explicitConditions)
            ]),
        KatibExample(
            "trial-configmap-source",
            [
                "algorithm": algorithm("cmaes"),
                "parameters": """
                [{name: lr, parameterType: double, feasibleSpace: {min: "0.01", max: "0.05"}},
                    {name: momentum, parameterType: int, feasibleSpace: {min: "1", max: "9"}},
                    {name: optimizer, parameterType: categorical, feasibleSpace: {list: [sgd, adam, ftrl]}}]
                """,
                "trialTemplate": """
                \n    primaryContainerName: training-container
                    \(explicitConditions)
                    configMap: {configMapName: trial-templates, configMapNamespace: kubeflow, templatePath: default.yaml}
                    trialParameters: [{name: a, reference: lr}, {name: b, reference: momentum}, {name: c, reference: optimizer}]
                """,
            ]),
        KatibExample(
            "trial-metadata-substitution",
            [
                "trialTemplate": job([
                    "learningRate": "lr", "momentum": "momentum", "trialName": "${trialSpec.Name}",
                    "trialNamespace": "${trialSpec.Namespace}", "jobKind": "${trialSpec.Kind}",
                    "jobVersion": "${trialSpec.APIVersion}", "owner": "${trialSpec.Annotations[owner]}",
                    "purpose": "${trialSpec.Labels[purpose]}",
                ])
            ]),
    ]

    private static let networks = [
        KatibExample(
            "darts",
            [
                "objective": "{type: maximize, objectiveMetricName: Best-Genotype}",
                "metricsCollectorSpec":
                    #"{collector: {kind: StdOut}, source: {filter: {metricsFormat: ["([\\w-]+)=(Genotype.*)"]}}}"#,
                "algorithm": algorithm("darts", ["num_epochs": "1"]), "parameters": "", "nasConfig": network,
                "parallelTrialCount": "1", "maxTrialCount": "1", "maxFailedTrialCount": "1",
                "trialTemplate": job([
                    "algorithmSettings": "algorithm-settings", "searchSpace": "search-space", "layers": "num-layers",
                ]),
            ]),
        KatibExample(
            "enas",
            [
                "algorithm": algorithm("enas"), "parameters": "", "nasConfig": network,
                "trialTemplate": job(["architecture": "architecture", "config": "nn_config"]),
            ]),
    ]

    private static let network = """
        \n    graphConfig: {numLayers: 1, inputSizes: [32, 32, 3], outputSizes: [10]}
            operations:
              - operationType: separable_convolution
                parameters:
                  - {name: filter_size, parameterType: categorical, feasibleSpace: {list: ["3", "5"]}}
                  - {name: stride, parameterType: int, feasibleSpace: {min: "1", max: "2", step: "1"}}
              - operationType: reduction
                parameters: [{name: pool_size, parameterType: discrete, feasibleSpace: {list: [2, 3]}}]
        """
}
