import AttuneClusterSimulator
import AttuneCore
import AttuneKubernetes
import AttuneTestSupport
import Foundation
import Testing

/// The simulator answers as the recorded server did.
@Suite(.enabled(if: SharedFolder.kubernetes.exists, SharedFolder.kubernetes.missing))
struct SimulatorRecordingTests {
    /// Requests that can be made again as they are, one file after the other, upon the same cluster.
    static let replayed = [
        "00-api", "00-apis-batch", "00-health", "00-version", "05-404-unknown-group", "05-404-unknown-resource",
        "05-405-method", "10-job-400", "10-job-create-201", "10-job-create-again-409",
        "10-job-create-no-namespace-404", "10-job-dry-run", "10-job-generate-name", "10-job-get", "10-job-invalid-422",
        "10-job-list-continue-invalid", "10-job-list-future-rv-504", "10-job-list-metadata-only",
        "10-job-list-selectors", "10-job-unknown-field-warn", "15-patch-absent-404", "15-put-absent-404", "15-ssa",
        "20-watch-bad-rv", "25-delete-bad-policy-422", "40-crd-create", "40-crd-create-errors", "40-cr-create",
        "40-cr-create-strict-400", "40-cr-ssa", "80-configmap", "80-protobuf-406",
    ]

    @Test func `replayed requests get the recorded answers`() async throws {
        let cluster = SimulatedCluster(.init(controllers: SimulatorRecordingTests.own, namespaces: ["t1", "default"]))
        for name in SimulatorRecordingTests.replayed { try await Recording(name).check(on: cluster) }
    }

    private static let own: Set<SimulatedCluster.ControllerName> = [.garbageCollector, .jobs, .namespaces]

    /// The same where objects have to be made first, or versions put in.
    @Test func `updates, patches and deletions get the recorded answers`() async throws {
        let cluster = try await prepared()
        for name in [
            "15-patch-merge", "15-patch-json", "15-patch-415", "15-patch-strategic", "15-job-status-subresource",
            "15-put-immutable-422", "15-put-name-mismatch-400", "15-put-without-rv", "25-delete-precondition-409",
            "25-delete-background", "25-delete-foreground", "25-delete-default", "25-delete-orphan",
            "25-delete-collection",
        ] {
            // Between two requests the recorded server had not got further than its answer.
            cluster.holdControllers(name == "25-delete-foreground")
            try await Recording(name).check(on: cluster)
        }
    }

    private func prepared() async throws -> SimulatedCluster {
        let script: SimulatedCluster.KubeletMode.Script = { _, _ in .endless() }
        let cluster = SimulatedCluster(
            .init(kubelet: .script(script), controllers: SimulatorRecordingTests.own, namespaces: ["t1", "default"]))
        var suspended = Sample.job("upd-1", spec: ["suspend": true])
        suspended["metadata"]?["annotations"] = ["step": "1"]
        for name in ["upd-1", "page-1"] { suspended = try add(suspended, named: name, to: cluster) }
        for name in ["del-bg", "del-fg", "del-none", "del-or", "del-pre"] {
            try add(Sample.job(name), named: name, to: cluster)
        }
        return cluster
    }

    @discardableResult
    private func add(_ job: JSON, named name: String, to cluster: SimulatedCluster) throws -> JSON {
        var job = job
        job["metadata"]?["name"] = .string(name)
        job["metadata"]?["namespace"] = "t1"
        try cluster.create(job)
        return job
    }
}
