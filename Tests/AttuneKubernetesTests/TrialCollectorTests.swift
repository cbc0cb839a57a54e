import AttuneCore
import AttuneKubernetes
import Testing

struct TrialCollectorTests {
    private static let file = MetricsCollector(.file, path: "/var/log/katib/metrics.log")
    private static let events = MetricsCollector(.tensorFlowEvent, path: "/logs/test/")

    private func collected(
        _ text: String, _ collector: MetricsCollector, primary: String? = nil, labels: [String: String] = [:],
        isNative: Bool = true
    ) throws -> JSON {
        var resource = try TrialTemplates.resource(text, primary: primary, labels: labels, collector: collector)
        try resource.addCollector(image: "attune:1", isNative: isNative)
        return resource.json
    }

    private func podSpec(_ json: JSON) -> JSON? { json["spec"]?["template"]?["spec"] }

    @Test func `a job with a metrics file is given a native sidecar and nothing else`() throws {
        let json = try collected(TrialTemplates.job, Self.file)
        let expected = try TrialTemplates.json(
            """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: t-1}
            spec:
              template:
                spec:
                  restartPolicy: Never
                  containers:
                    - name: training-container
                      image: trainer
                      command: [python3, train.py, "--lr=0.1"]
                      volumeMounts: [{name: metrics-volume, mountPath: /var/log/katib}]
                  volumes: [{name: metrics-volume, emptyDir: {}}]
                  initContainers:
                    - name: metrics-logger-and-collector
                      image: attune:1
                      command: [attune]
                      args: [collect, --file, /var/log/katib/metrics.log, --metric=loss, --metric=train acc]
                      restartPolicy: Always
                      resources:
                        requests: {cpu: 50m, memory: 10Mi}
                        limits: {cpu: 500m, memory: 100Mi}
                      securityContext:
                        allowPrivilegeEscalation: false
                        capabilities: {drop: [ALL]}
                        readOnlyRootFilesystem: true
                        runAsNonRoot: true
                        seccompProfile: {type: RuntimeDefault}
                      volumeMounts: [{name: metrics-volume, mountPath: /var/log/katib, readOnly: true}]
            """)
        #expect(json.pretty == expected.pretty)
    }

    @Test func `what is printed or pushed needs no sidecar`() throws {
        for kind in [MetricsCollector.Kind.stdOut, .push] {
            #expect(
                try collected(TrialTemplates.job, MetricsCollector(kind)) == TrialTemplates.json(TrialTemplates.job))
            #expect(TrialResource.collectorName(for: kind) == nil)
        }
    }

    @Test func `on older clusters it is a container that watches the other processes`() throws {
        let spec = podSpec(try collected(TrialTemplates.job, Self.file, isNative: false))
        #expect(spec?["shareProcessNamespace"] == true)
        #expect(spec?["initContainers"] == nil)
        #expect(spec?["containers"]?[1]?["name"] == "metrics-logger-and-collector")
        #expect(spec?["containers"]?[1]?["restartPolicy"] == nil)
        #expect(spec?["containers"]?[1]?["args"]?.array?.last == "--with-processes")
    }

    @Test func `each collector's arguments`() throws {
        func arguments(_ collector: MetricsCollector) throws -> [String] {
            let spec = podSpec(try collected(TrialTemplates.job, collector))
            return (spec?["initContainers"]?[0]?["args"]?.array ?? []).compactMap(\.string).filter {
                $0 != "collect" && !$0.hasPrefix("--metric")
            }
        }
        #expect(try arguments(Self.events) == ["--events", "/logs/test/"])
        #expect(
            try arguments(MetricsCollector(.prometheus, httpGet: .init(port: 81, path: "/m"))) == [
                "--prometheus", "81/m",
            ])
        #expect(
            try arguments(MetricsCollector(.file, path: "/k/m.json", format: .json))
                == ["--file", "/k/m.json", "--format", "JSON"])
        #expect(
            try arguments(MetricsCollector(.file, path: "/k/m", filters: ["-(a)=$(b)"]))
                == ["--file", "/k/m", "--filter=-(a)=$$(b)"], "the kubelet takes $(b) for a variable")
    }

    @Test func `a volume that the user mounted over the metrics is shared`() throws {
        let text = TrialTemplates.job.replacing(
            "image: trainer,",
            with: """
                image: trainer, env: [{name: POD, value: p}, {name: OTHER, value: o}],
                    volumeMounts: [{name: all, mountPath: /k}, {name: logs, mountPath: /k/logs/, subPathExpr: $(POD)}],
                """)
        let spec = podSpec(try collected(text, MetricsCollector(.file, path: "/k/logs/deep/m.log")))
        #expect(spec?["volumes"] == nil)
        #expect(spec?["containers"]?[0]?["volumeMounts"]?.array?.count == 2)
        let sidecar = spec?["initContainers"]?[0]
        #expect(
            sidecar?["volumeMounts"] == [
                ["name": "logs", "mountPath": "/k/logs/", "subPathExpr": "$(POD)", "readOnly": true]
            ])
        #expect(sidecar?["env"] == [["name": "POD", "value": "p"]])
    }

    @Test func `a volume of the same name is another one`() throws {
        let text = TrialTemplates.job.replacing(
            "restartPolicy: Never", with: "volumes: [{name: metrics-volume, emptyDir: {}}]")
        let spec = podSpec(try collected(text, Self.file))
        #expect(spec?["volumes"]?.array?.map { $0["name"]?.string } == ["metrics-volume", "metrics-volume-1"])
    }

    @Test func `it has the primary container's user`() throws {
        func context(_ container: String, _ pod: String = "{}") throws -> JSON? {
            let text = TrialTemplates.job.replacing(
                "image: trainer,", with: "image: trainer, securityContext: \(container),"
            )
            .replacing("restartPolicy: Never", with: "securityContext: \(pod)")
            return podSpec(try collected(text, Self.file))?["initContainers"]?[0]?["securityContext"]
        }
        #expect(try context("{runAsUser: 1000, runAsGroup: 7}")?["runAsUser"] == 1000)
        #expect(try context("{runAsUser: 1000}", "{runAsUser: 5, runAsGroup: 6}")?["runAsGroup"] == 6)
        #expect(try context("{}", "{runAsUser: 5}")?["runAsUser"] == 5)
        let root = try context("{runAsUser: 0}")
        #expect(root?["runAsUser"] == 0 && root?["runAsNonRoot"] == false)
    }

    // MARK: Which pods

    @Test func `of the training operator's replicas the primary ones are given one`() throws {
        let role = ["training.kubeflow.org/job-role": "master"]
        let pyTorch = try collected(TrialTemplates.pyTorch, Self.file, primary: "pytorch", labels: role)
        #expect(sidecars(pyTorch["spec"]?["pytorchReplicaSpecs"]) == ["Master"])
        let xgBoost = try collected(TrialTemplates.xgBoost, Self.file, primary: "xgboost", labels: role)
        #expect(sidecars(xgBoost["spec"]?["xgbReplicaSpecs"]) == ["Master"])
        let masterless = try collected(TrialTemplates.tensorFlow, Self.events, primary: "tensorflow", labels: role)
        #expect(sidecars(masterless["spec"]?["tfReplicaSpecs"]) == ["Worker"], "the first worker is master")
        let worker = try collected(
            TrialTemplates.tensorFlow, Self.events, primary: "tensorflow",
            labels: ["training.kubeflow.org/replica-type": "worker"])
        #expect(sidecars(worker["spec"]?["tfReplicaSpecs"]) == ["Worker"])
        let mpi = try collected(
            TrialTemplates.mpi, Self.file, primary: "mpi-launcher", labels: ["mpi-job-role": "launcher"])
        #expect(sidecars(mpi["spec"]?["mpiReplicaSpecs"]) == ["Launcher"])
    }

    @Test func `where labels do not tell, every pod with the container is given one`() throws {
        let json = try collected(TrialTemplates.pyTorch, Self.file, primary: "pytorch", labels: ["some": "label"])
        #expect(sidecars(json["spec"]?["pytorchReplicaSpecs"]) == ["Master", "Worker"])
    }

    private func sidecars(_ roles: JSON?) -> [String] {
        (roles?.object ?? [:]).filter { $0.value["template"]?["spec"]?["initContainers"] != nil }.map(\.key)
    }

    @Test func `a job set is told apart by its jobs' names, a bare pod has one place`() throws {
        let jobSet = try collected(
            TrialTemplates.jobSet, Self.file, primary: "node",
            labels: [
                "jobset.sigs.k8s.io/replicatedjob-name": "node", "batch.kubernetes.io/job-completion-index": "0",
            ])
        let jobs = jobSet["spec"]?["replicatedJobs"]?.array ?? []
        #expect(jobs.map { $0["template"]?["spec"]?["template"]?["spec"]?["initContainers"] != nil } == [false, true])
        #expect(try collected(TrialTemplates.pod, Self.file)["spec"]?["initContainers"]?.array?.count == 1)
        let ray = try collected(TrialTemplates.rayJob, Self.file, primary: "head")
        #expect(
            ray["spec"]?["rayClusterSpec"]?["headGroupSpec"]?["template"]?["spec"]?["initContainers"]?.array?.count == 1
        )
    }

    @Test func `a workflow's template has it among its sidecars`() throws {
        let json = try collected(
            TrialTemplates.workflow, Self.file, primary: "main", labels: ["katib.kubeflow.org/model-training": "true"])
        let templates = json["spec"]?["templates"]
        #expect(templates?[1]?["sidecars"] == nil)
        #expect(templates?[2]?["sidecars"]?[0]?["name"] == "metrics-logger-and-collector")
        #expect(templates?[2]?["sidecars"]?[0]?["restartPolicy"] == nil)
        #expect(templates?[2]?["volumes"] == [["name": "metrics-volume", "emptyDir": [:]]])
        #expect(templates?[2]?["container"]?["volumeMounts"]?.array?.count == 1)
        #expect(templates?[2]?["container"]?["command"] == ["python3", "train.py"])
    }

    // MARK: The user's own collector

    @Test func `the user's collector is as it was written, and shares the metrics`() throws {
        let own: JSON = [
            "name": "mine", "image": "collector", "args": ["-m", "loss"],
            "env": [["name": "POD_NAME", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]]],
        ]
        let collector = MetricsCollector(.custom, path: "/katib/mnist.log", customCollector: own)
        let spec = podSpec(try collected(TrialTemplates.job, collector))
        var expected = own
        expected["name"] = "metrics-collector"
        expected["volumeMounts"] = [["name": "metrics-volume", "mountPath": "/katib"]]
        #expect(spec?["containers"]?[1] == expected)
        #expect(spec?["shareProcessNamespace"] == true)
        #expect(spec?["initContainers"] == nil)
    }

    // MARK: Refusals

    @Test(arguments: [
        (TrialTemplates.trainJob, "node", "/a/m.log", "TrainJob"),
        (TrialTemplates.pipelineRun, "step-model-training", "/a/m.log", "Tekton"),
        (TrialTemplates.job, "trainer", "/a/m.log", "training-container"),
        (TrialTemplates.job, "training-container", "/m.log", "fileSystemPath.path"),
        ("{kind: Elsewhere, spec: {}}", "main", "/a/m.log", "pod template"),
    ])
    func `what cannot have a collector is refused, with what would do`(
        text: String, primary: String, path: String, phrase: String
    ) throws {
        let error = #expect(throws: AttuneError.self) {
            try collected(text, MetricsCollector(.file, path: path), primary: primary)
        }
        #expect(error?.message.contains(phrase) == true, "\(error?.message ?? "")")
    }
}
