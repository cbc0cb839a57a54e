import AttuneClusterSimulator
import AttuneCore
import Testing

/// The kinds of other projects' controllers come to their ends, with the shapes that those give them.
struct SimulatorKindTests {
    private static let container: JSON = ["name": "training", "image": "train:1", "command": ["train"]]
    private static let replica: JSON = [
        "replicas": 1, "restartPolicy": "Never", "template": ["spec": ["containers": [container]]],
    ]

    private static func object(_ version: JSON, _ kind: JSON, _ spec: JSON) -> JSON {
        ["apiVersion": version, "kind": kind, "metadata": ["name": "a", "labels": ["run": "mine"]], "spec": spec]
    }

    private static func training(_ kind: JSON, _ field: String, _ types: [String: Int]) -> JSON {
        var specs: JSON.Fields = [:]
        for (type, count) in types.sorted(by: { $0.key < $1.key }) {
            specs[type] = replica.with("replicas", .number(count))
        }
        return object("kubeflow.org/v1", kind, .object([field: .object(specs)]))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var resource: String
        var object: JSON
        var pods: [String]
        var label: (name: String, value: String)
        /// Of the pod with the label.
        var container: String
        var testDescription: String { "\(resource) with \(pods.count) pods" }
    }

    static let cases = [
        Case(
            resource: "tfjobs", object: training("TFJob", "tfReplicaSpecs", ["Worker": 2]),
            pods: ["a-worker-0", "a-worker-1"], label: ("training.kubeflow.org/job-role", "master"),
            container: "training"),
        Case(
            resource: "pytorchjobs",
            object: training("PyTorchJob", "pytorchReplicaSpecs", ["Master": 1, "Worker": 1]),
            pods: ["a-master-0", "a-worker-0"], label: ("training.kubeflow.org/job-role", "master"),
            container: "training"),
        Case(
            resource: "xgboostjobs", object: training("XGBoostJob", "xgbReplicaSpecs", ["Master": 1, "Worker": 1]),
            pods: ["a-master-0", "a-worker-0"], label: ("training.kubeflow.org/replica-type", "master"),
            container: "training"),
        Case(
            resource: "mpijobs", object: training("MPIJob", "mpiReplicaSpecs", ["Launcher": 1, "Worker": 1]),
            pods: ["a-launcher", "a-worker-0"], label: ("training.kubeflow.org/replica-type", "launcher"),
            container: "training"),
        Case(
            resource: "workflows",
            object: object(
                "argoproj.io/v1alpha1", "Workflow",
                [
                    "entrypoint": "train",
                    "templates": [
                        [
                            "name": "train", "metadata": ["labels": ["primary": "yes"]],
                            "container": ["image": "train:1", "command": ["train"]],
                        ]
                    ],
                ]),
            pods: ["a"], label: ("primary", "yes"), container: "main"),
        Case(
            resource: "pipelineruns",
            object: object(
                "tekton.dev/v1beta1", "PipelineRun",
                [
                    "params": [["name": "lr", "value": "0.1"]],
                    "pipelineSpec": [
                        "params": [["name": "lr"]],
                        "tasks": [
                            [
                                "name": "fit", "params": [["name": "rate", "value": "$(params.lr)"]],
                                "taskSpec": [
                                    "params": [["name": "rate"]],
                                    "steps": [["name": "run", "image": "train:1", "args": ["--lr=$(params.rate)"]]],
                                ],
                            ]
                        ],
                    ],
                ]),
            pods: ["a-fit-pod"], label: ("tekton.dev/pipelineTask", "fit"), container: "step-run"),
    ]

    @Test(arguments: cases) func `an object of the kind makes its pods and succeeds with them`(_ sample: Case) throws {
        let cluster = SimulatedCluster()
        try cluster.create(sample.object)
        let pods = cluster.objects(of: "pods")
        #expect(pods.compactMap { $0["metadata"]?["name"]?.string } == sample.pods)
        let primary = try #require(
            pods.first { $0["metadata"]?["labels"]?[sample.label.name]?.string == sample.label.value })
        #expect(primary["spec"]?["containers"]?[0]?["name"]?.string == sample.container)
        let object = try #require(cluster.get(sample.resource, "a"))
        #expect(Self.hasSucceeded(object), "\(object["status"] ?? "")")
    }

    @Test(arguments: cases) func `an object of the kind fails with its pods`(_ sample: Case) throws {
        let cluster = SimulatedCluster(.init(kubelet: .script { _, _ in PodScript(end: .exit(1)) }))
        try cluster.create(sample.object)
        let object = try #require(cluster.get(sample.resource, "a"))
        #expect(Self.hasFailed(object), "\(object["status"] ?? "")")
    }

    @Test(arguments: cases) func `deleting an object of the kind takes its pods along`(_ sample: Case) throws {
        let cluster = SimulatedCluster(.init(kubelet: .script { _, _ in .endless() }))
        try cluster.create(sample.object)
        #expect(!cluster.objects(of: "pods").isEmpty)
        try cluster.delete(sample.resource, "a")
        #expect(cluster.objects(of: "pods").isEmpty)
    }

    private static func hasSucceeded(_ object: JSON) -> Bool {
        object["status"]?["phase"] == "Succeeded" || object.trueConditions.contains("Succeeded")
    }

    private static func hasFailed(_ object: JSON) -> Bool {
        let conditions = object["status"]?["conditions"]?.array ?? []
        return object["status"]?["phase"] == "Failed" || object.trueConditions.contains("Failed")
            || conditions.contains { $0["type"] == "Succeeded" && $0["status"] == "False" }
    }

    @Test func `parameters reach the steps of a PipelineRun`() throws {
        let cluster = SimulatedCluster()
        try cluster.create(try #require(Self.cases.last).object)
        let pod = try #require(cluster.get("pods", "a-fit-pod"))
        #expect(pod["spec"]?["containers"]?[0]?["args"]?[0] == "--lr=0.1")
        #expect(pod["metadata"]?["labels"]?["run"] == "mine")
    }

    @Test func `a TrainJob runs as the pods of a job set`() throws {
        let cluster = SimulatedCluster()
        try cluster.create(
            Self.object(
                "trainer.kubeflow.org/v1alpha1", "TrainJob",
                ["trainer": ["image": "train:1", "numNodes": 2, "command": ["train"]]]))
        let pods = cluster.objects(of: "pods")
        #expect(pods.count == 2)
        for (index, pod) in pods.enumerated() {
            let labels = pod["metadata"]?["labels"]
            #expect(labels?["jobset.sigs.k8s.io/jobset-name"] == "a")
            #expect(labels?["jobset.sigs.k8s.io/replicatedjob-name"] == "node")
            #expect(labels?["batch.kubernetes.io/job-completion-index"]?.int == index)
            #expect(pod["spec"]?["containers"]?[0]?["name"] == "node")
        }
        let condition = try #require(cluster.get("trainjobs", "a")?["status"]?["conditions"]?[0])
        #expect(condition["type"] == "Complete" && condition["reason"] == "AllJobsCompleted")
    }
}

extension JSON {
    /// The same object with a member set.
    func with(_ name: String, _ value: JSON) -> JSON {
        var changed = self
        changed[name] = value
        return changed
    }
}
