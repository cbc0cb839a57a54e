import AttuneCore
import Testing

@testable import AttuneProcess

@Suite struct LocalCommandTests {
    static let container: JSON = [
        "name": "main", "image": "example/image", "command": ["python", "train.py"], "args": ["--rate", "0.1"],
        "env": [["name": "MODE", "value": "fast"]], "workingDir": "src",
    ]

    static func pod(_ container: JSON) -> JSON {
        ["spec": ["containers": [["name": "sidecar", "command": ["no"]], container]]]
    }

    /// Resources that carry the same container in their own places.
    static let resources: [(String, JSON)] = [
        ("Job", ["template": pod(container)]),
        (
            "PyTorchJob",
            [
                "pytorchReplicaSpecs": [
                    "Worker": ["template": pod(["name": "main", "command": ["worker"]])],
                    "Master": ["template": pod(container)],
                ]
            ]
        ),
        ("TFJob", ["tfReplicaSpecs": ["Worker": ["replicas": 2, "template": pod(container)]]]),
        (
            "MPIJob",
            [
                "mpiReplicaSpecs": [
                    "Launcher": ["template": pod(container)],
                    "Worker": ["template": pod(["name": "main", "command": ["worker"]])],
                ]
            ]
        ),
        (
            "XGBoostJob",
            [
                "xgbReplicaSpecs": [
                    "Master": ["template": pod(container)],
                    "Worker": ["template": pod(["name": "main", "command": ["worker"]])],
                ]
            ]
        ),
        ("Workflow", ["templates": [["name": "a"], ["name": "b", "podSpec": ["containers": [container]]]]]),
    ]

    @Test(arguments: resources) func `a resource runs its primary container's command`(kind: String, spec: JSON) throws
    {
        let command = try LocalCommand(resource: ["kind": .string(kind), "spec": spec], primaryContainer: "main")
        #expect(command.command == ["python", "train.py", "--rate", "0.1"])
        #expect(command.variables.map(\.name) == ["MODE"])
        #expect(command.workingDirectory == "src")
        #expect(command.notices.contains { $0.contains("example/image") })
    }

    @Test func `a TrainJob runs its trainer's command`() throws {
        let resource: JSON = [
            "kind": "TrainJob", "spec": ["trainer": ["image": "i", "command": ["torchrun"], "args": ["x"]]],
        ]
        #expect(try LocalCommand(resource: resource, primaryContainer: "node").command == ["torchrun", "x"])
    }

    @Test func `a Process takes its words as they are, a container's get their variables`() throws {
        let words: JSON = ["command": ["sh", "-c", "echo $$ $(NAME)"], "env": [["name": "NAME", "value": "x"]]]
        guard case .object(var process) = words else { return }
        process["kind"] = "Process"
        #expect(try LocalCommand(resource: .object(process), primaryContainer: nil).command[2] == "echo $$ $(NAME)")
        guard case .object(var container) = words else { return }
        container["name"] = "main"
        let job: JSON = ["kind": "Job", "spec": ["template": Self.pod(.object(container))]]
        #expect(try LocalCommand(resource: job, primaryContainer: "main").command[2] == "echo $ x")
    }

    @Test func `variables may build on earlier ones, unknown ones stay`() throws {
        let env: JSON = [["name": "A", "value": "1"], ["name": "B", "value": "$(A)2$(C)"]]
        let job: JSON = [
            "kind": "Job", "spec": ["template": Self.pod(["name": "main", "command": ["$(B)"], "env": env])],
        ]
        #expect(try LocalCommand(resource: job, primaryContainer: "main").command == ["12$(C)"])
    }

    @Test func `what this machine leaves out is said`() throws {
        let container: JSON = [
            "name": "main", "image": "i", "command": ["x"], "volumeMounts": [["name": "v", "mountPath": "/data"]],
            "env": [["name": "SECRET", "valueFrom": ["secretKeyRef": ["name": "s", "key": "k"]]]],
        ]
        let command = try LocalCommand(
            resource: ["kind": "Job", "spec": ["template": Self.pod(container)]], primaryContainer: "main")
        #expect(command.notices.contains { $0.contains("SECRET") })
        #expect(command.notices.contains { $0.contains("/data") })
        #expect(command.variables.isEmpty)
    }

    @Test(arguments: [
        (["kind": "Job", "spec": ["template": pod(["name": "main", "image": "i"])]] as JSON, "main", "no command"),
        (["kind": "Job", "spec": ["template": pod(container)]] as JSON, "other", "must name a container"),
        (["kind": "Secret", "spec": [:]] as JSON, "main", "no pod template"),
    ]) func `what cannot run here is refused with the reason`(resource: JSON, name: String, reason: String) {
        let problem = #expect(throws: Problem.self) { try LocalCommand(resource: resource, primaryContainer: name) }
        #expect(problem?.remedy.contains(reason) == true, "\(String(describing: problem))")
    }
}
