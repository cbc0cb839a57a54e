import AttuneClusterSimulator
import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

struct SimulatorHTTPTests {
    /// Serves a cluster while something is done with its port.
    private func serving(
        _ cluster: SimulatedCluster, _ action: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        let ports = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await cluster.serve { ports.continuation.yield($0) } }
            for await port in ports.stream.prefix(1) { try await action(port) }
            group.cancelAll()
        }
    }

    @Test func `the same answers come over HTTP`() async throws {
        let cluster = SimulatedCluster()
        try cluster.create(Sample.job("a"))
        try await serving(cluster) { port in
            let url = try #require(URL(string: "http://127.0.0.1:\(port)\(Sample.jobs)/a"))
            let (data, response) = try await URLSession.shared.data(from: url)
            #expect((response as? HTTPURLResponse)?.statusCode == 200)
            let json = try JSON(parsing: String(decoding: data, as: UTF8.self))
            #expect(json.trueConditions.contains("Complete"))
        }
    }

    /// An interpreter with the official Kubernetes client, where there is one.
    private static let python = ProcessInfo.processInfo.environment["ATTUNE_KUBERNETES_PYTHON"]

    @Test(.enabled(if: python != nil, "ATTUNE_KUBERNETES_PYTHON names no Python with the kubernetes client"))
    func `the Python client works against it`() async throws {
        let python = try #require(SimulatorHTTPTests.python)
        let script: SimulatedCluster.KubeletMode.Script = { _, _ in .printing(["accuracy=0.9"]) }
        let cluster = SimulatedCluster(.init(clock: .wall(), kubelet: .script(script)))
        try await serving(cluster) { port in
            let file = FileManager.default.temporaryDirectory.appending(path: "kubeconfig-\(port)")
            defer { try? FileManager.default.removeItem(at: file) }
            try SimulatedCluster.writeKubeconfig(to: file, port: port)
            let end = try await ProgramRun.finished(python, ["-c", SimulatorHTTPTests.program, file.path])
            #expect(end.code == 0, "\(end.output)\(end.errors)")
        }
    }

    private static let program = """
        import sys
        from kubernetes import client, config, watch
        from kubernetes.client.rest import ApiException
        config.load_kube_config(sys.argv[1])
        batch, core, custom = client.BatchV1Api(), client.CoreV1Api(), client.CustomObjectsApi()
        container = client.V1Container(name="main", image="busybox:1", command=["true"])
        spec = client.V1PodSpec(restart_policy="Never", containers=[container])
        def job(name, suspend=False):
            return client.V1Job(metadata=client.V1ObjectMeta(name=name, labels={"app": "t"}), spec=client.V1JobSpec(
                backoff_limit=0, suspend=suspend, template=client.V1PodTemplateSpec(spec=spec)))
        made = batch.create_namespaced_job("default", job("a"))
        assert made.metadata.uid and made.spec.completions == 1, made
        done = batch.read_namespaced_job("a", "default")
        assert done.status.succeeded == 1 and done.status.conditions[-1].type == "Complete", done.status
        try:
            batch.create_namespaced_job("default", job("a"))
            raise SystemExit("created twice")
        except ApiException as error:
            assert error.status == 409 and error.reason == "Conflict", error
        pods = core.list_namespaced_pod("default", label_selector="batch.kubernetes.io/job-name=a")
        assert len(pods.items) == 1 and pods.items[0].status.phase == "Succeeded"
        log = core.read_namespaced_pod_log(pods.items[0].metadata.name, "default")
        assert "accuracy=0.9" in log, log
        batch.create_namespaced_job("default", job("b", suspend=True))
        types = []
        for event in watch.Watch().stream(batch.list_namespaced_job, "default", timeout_seconds=20):
            types.append((event["type"], event["object"].metadata.name))
            if event["type"] == "ADDED" and event["object"].metadata.name == "b":
                batch.patch_namespaced_job("b", "default", {"spec": {"suspend": False}})
            if event["object"].metadata.name == "b" and event["object"].status.completion_time:
                break
        assert ("ADDED", "a") in types and ("MODIFIED", "b") in types, types
        batch.delete_namespaced_job("a", "default", propagation_policy="Background")
        assert [j.metadata.name for j in batch.list_namespaced_job("default").items] == ["b"]
        assert [p.metadata.labels["job-name"] for p in core.list_namespaced_pod("default").items] == ["b"]
        schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {
            "n": {"type": "integer", "default": 3, "minimum": 1}}}, "status": {
            "type": "object", "x-kubernetes-preserve-unknown-fields": True}}}
        names = {"plural": "things", "singular": "thing", "kind": "Thing", "listKind": "ThingList"}
        client.ApiextensionsV1Api().create_custom_resource_definition({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "things.example.com"}, "spec": {
                "group": "example.com", "scope": "Namespaced", "names": names, "versions": [{
                    "name": "v1", "served": True, "storage": True, "subresources": {"status": {}},
                    "schema": {"openAPIV3Schema": schema}}]}})
        place = ("example.com", "v1", "default", "things")
        thing = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "x"}, "spec": {}}
        assert custom.create_namespaced_custom_object(*place, thing)["spec"]["n"] == 3
        custom.patch_namespaced_custom_object(*place, "x", {"spec": {"n": 5}})
        custom.patch_namespaced_custom_object_status(*place, "x", {"status": {"phase": "Running"}})
        got = custom.get_namespaced_custom_object(*place, "x")
        assert got["spec"]["n"] == 5 and got["status"]["phase"] == "Running" and got["metadata"]["generation"] == 2
        assert len(custom.list_namespaced_custom_object(*place)["items"]) == 1
        try:
            custom.patch_namespaced_custom_object(*place, "x", {"spec": {"n": 0}})
            raise SystemExit("no validation")
        except ApiException as error:
            assert error.status == 422, error
        custom.delete_namespaced_custom_object(*place, "x")
        assert custom.list_namespaced_custom_object(*place)["items"] == []
        """
}
