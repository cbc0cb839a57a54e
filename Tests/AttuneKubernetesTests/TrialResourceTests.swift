import AttuneCore
import AttuneKubernetes
import Testing

struct TrialResourceTests {
    private static let own: JSON = [
        "team": "vision", "katib.kubeflow.org/experiment": "tuning", "katib.kubeflow.org/trial": "t-1",
    ]
    private static let trialName: JSON = ["name": "KATIB_TRIAL_NAME", "value": "t-1"]

    // MARK: Labels

    @Test func `a job and its pods say whose they are`() throws {
        var resource = try TrialTemplates.resource(TrialTemplates.job)
        resource.label(annotations: ["attune.dev/study": "s"])
        #expect(
            resource.json["metadata"] == [
                "name": "t-1", "labels": Self.own, "annotations": ["attune.dev/study": "s"],
            ])
        #expect(
            resource.json["spec"]?["template"]?["metadata"]
                == ["labels": Self.own, "annotations": ["attune.dev/study": "s"]])
    }

    @Test(arguments: [
        (TrialTemplates.pyTorch, 2), (TrialTemplates.tensorFlow, 2), (TrialTemplates.xgBoost, 2),
        (TrialTemplates.mpi, 2), (TrialTemplates.jobSet, 2), (TrialTemplates.rayJob, 3), (TrialTemplates.pod, 0),
        (TrialTemplates.workflow, 1), (TrialTemplates.trainJob, 1), (TrialTemplates.pipelineRun, 0),
    ])
    func `every pod template of a kind is labelled`(text: String, places: Int) throws {
        var resource = try TrialTemplates.resource(text)
        resource.label()
        #expect(resource.json["metadata"]?["labels"] == Self.own)
        let count = resource.json.description.components(of: #""katib.kubeflow.org/trial":"t-1""#)
        #expect(count == places + 1, "\(resource.json.pretty)")
    }

    @Test func `a workflow's pods are labelled by podMetadata, a TrainJob's jobs by its spec`() throws {
        var workflow = try TrialTemplates.resource(TrialTemplates.workflow)
        workflow.label()
        #expect(workflow.json["spec"]?["podMetadata"]?["labels"] == Self.own)
        var trainJob = try TrialTemplates.resource(TrialTemplates.trainJob)
        trainJob.label()
        #expect(trainJob.json["spec"]?["labels"] == Self.own)
    }

    @Test func `the user's labels stay, but for Katib's own`() throws {
        let text = TrialTemplates.job.replacing(
            "metadata: {name: t-1}",
            with: "metadata: {name: t-1, labels: {team: speech, katib.kubeflow.org/trial: other}, annotations: {a: b}}")
        var resource = try TrialTemplates.resource(text)
        resource.label(annotations: ["a": "c"])
        #expect(
            resource.json["metadata"]?["labels"] == [
                "team": "speech", "katib.kubeflow.org/trial": "t-1", "katib.kubeflow.org/experiment": "tuning",
            ])
        #expect(resource.json["metadata"]?["annotations"] == ["a": "b"])
    }

    @Test func `a long name is cut and hashed to be a label's value`() {
        let long = String(repeating: "a", count: 70)
        #expect(TrialResource.labelValue(String(repeating: "a", count: 63)).count == 63)
        #expect(TrialResource.labelValue(long).count == 63)
        #expect(TrialResource.labelValue(long) != TrialResource.labelValue(long + "b"))
        #expect(TrialResource.labelValue(long) == TrialResource.labelValue(long))
    }

    @Test func `pods are found by our label, or by the one their controller writes`() {
        #expect(TrialResource.podLabel(ofKind: "Job") == "katib.kubeflow.org/trial")
        #expect(TrialResource.podLabel(ofKind: "TrainJob") == "jobset.sigs.k8s.io/jobset-name")
        #expect(TrialResource.controllerLabel(ofKind: "Job") == "batch.kubernetes.io/job-name")
        #expect(TrialResource.controllerLabel(ofKind: "PyTorchJob") == "training.kubeflow.org/job-name")
        #expect(TrialResource.controllerLabel(ofKind: "Workflow") == "workflows.argoproj.io/workflow")
        #expect(TrialResource.controllerLabel(ofKind: "PipelineRun") == "tekton.dev/pipelineRun")
        #expect(TrialResource.controllerLabel(ofKind: "Elsewhere") == nil)
        #expect(TrialResource.restPatch(ofKind: "MPIJob") == ["spec": ["runPolicy": ["suspend": true]]])
        #expect(TrialResource.restPatch(ofKind: "Pod") == nil)
    }

    // MARK: Environment

    @Test func `the primary container learns the trial's name, and its command stays`() throws {
        var resource = try TrialTemplates.resource(TrialTemplates.job, primary: "training-container")
        resource.addEnvironment(["ATTUNE_RESOURCE": "3"])
        let container = resource.json["spec"]?["template"]?["spec"]?["containers"]?[0]
        #expect(container?["env"] == [["name": "ATTUNE_RESOURCE", "value": "3"], Self.trialName])
        #expect(container?["command"] == ["python3", "train.py", "--lr=0.1"])
        let before = resource
        resource.addEnvironment(["ATTUNE_RESOURCE": "9"])
        #expect(resource == before, "what is set already is set once")
    }

    @Test func `every replica with the primary container has the variables`() throws {
        var resource = try TrialTemplates.resource(
            TrialTemplates.pyTorch, primary: "pytorch", labels: ["training.kubeflow.org/job-role": "master"])
        resource.addEnvironment()
        let specs = resource.json["spec"]?["pytorchReplicaSpecs"]
        for role in ["Master", "Worker"] {
            #expect(specs?[role]?["template"]?["spec"]?["containers"]?[0]?["env"] == [Self.trialName])
        }
    }

    @Test func `a TrainJob, a workflow and a pipeline have their own places for variables`() throws {
        var trainJob = try TrialTemplates.resource(TrialTemplates.trainJob, primary: "node")
        trainJob.addEnvironment()
        #expect(trainJob.json["spec"]?["trainer"]?["env"] == [["name": "SEED", "value": "1"], Self.trialName])
        #expect(trainJob.json["spec"]?["podTemplateOverrides"]?[0]?["spec"]?["containers"] == [["name": "node"]])
        var workflow = try TrialTemplates.resource(TrialTemplates.workflow, primary: "main")
        workflow.addEnvironment()
        #expect(workflow.json["spec"]?["templates"]?[2]?["container"]?["env"] == [Self.trialName])
        var pipeline = try TrialTemplates.resource(TrialTemplates.pipelineRun, primary: "step-model-training")
        pipeline.addEnvironment()
        let tasks = pipeline.json["spec"]?["pipelineSpec"]?["tasks"]
        #expect(tasks?[1]?["taskSpec"]?["steps"]?[0]?["env"] == [Self.trialName])
        #expect(tasks?[0]?["taskSpec"]?["steps"]?[0]?["env"] == nil)
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
