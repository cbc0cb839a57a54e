import AttuneAlgorithms
import AttuneClusterSimulator
import AttuneCore
import Foundation
import Synchronization
import Testing

@testable import AttuneKubernetes

struct ExperimentAdmissionTests {
    private let admission = ExperimentAdmission()

    private func review(_ object: JSON, old: JSON? = nil) -> JSON {
        var request: JSON = ["uid": "u-1", "kind": ["kind": "Experiment"], "object": object]
        request["oldObject"] = old
        return admission.answer(["request": request])
    }

    private func experiment(_ more: String = "", maxTrials: Int = 4) throws -> JSON {
        try TestCluster.json(TestCluster.manifest(maxTrials: maxTrials, more: more))
    }

    private func message(_ answer: JSON) -> String { answer["response"]?["status"]?["message"]?.string ?? "" }

    @Test func `a good experiment is let in`() throws {
        let answer = review(try experiment())
        #expect(answer["kind"]?.string == "AdmissionReview")
        #expect(answer["response"]?["uid"]?.string == "u-1")
        #expect(answer["response"]?["allowed"]?.bool == true)
    }

    @Test func `every error is told at once`() throws {
        var object = try experiment()
        object["spec"]?["parallelTrialCount"] = 0
        object["spec"]?["objective"]?["type"] = "smallest"
        object["spec"]?["trialTemplate"]?["successCondition"] = "status.conditions.#(type=="
        let answer = review(object)
        #expect(answer["response"]?["allowed"]?.bool == false)
        #expect(message(answer).contains("spec.parallelTrialCount"))
        #expect(message(answer).contains("spec.objective.type"))
    }

    @Test func `a condition that is no GJSON is refused by name`() throws {
        var object = try experiment()
        object["spec"]?["trialTemplate"]?["successCondition"] = "status.conditions.#(type=="
        #expect(message(review(object)).contains("spec.trialTemplate.successCondition"))
    }

    @Test func `only the budget may be edited, and not below what was tried`() throws {
        var old = try experiment()
        old["status"] = ["trials": 4]
        #expect(review(try experiment(maxTrials: 9), old: old)["response"]?["allowed"]?.bool == true)
        #expect(message(review(try experiment(maxTrials: 3), old: old)).contains("spec.maxTrialCount"))
        var other = old
        other["spec"]?["algorithm"]?["algorithmName"] = "tpe"
        #expect(message(review(other, old: old)).contains("are editable"))
    }

    @Test func `what is over is opened again only where its policy allows`() throws {
        let status: JSON = ["trials": 4, "conditions": [["type": "Succeeded", "status": "True"]]]
        var old = try experiment()
        old["status"] = status
        #expect(message(review(try experiment(maxTrials: 9), old: old)).contains("spec.resumePolicy"))
        old = try experiment("resumePolicy: LongRunning")
        old["status"] = status
        let more = try experiment("resumePolicy: LongRunning", maxTrials: 9)
        #expect(review(more, old: old)["response"]?["allowed"]?.bool == true)
    }

    @Test func `statuses, labels and deletions are none of its business`() throws {
        var broken = try experiment()
        broken["spec"]?["parallelTrialCount"] = 0
        var labelled = broken
        labelled["metadata"]?["labels"] = ["a": "b"]
        #expect(review(labelled, old: broken)["response"]?["allowed"]?.bool == true)
        var leaving = broken
        leaving["metadata"]?["deletionTimestamp"] = "2026-11-21T00:00:00Z"
        #expect(review(leaving)["response"]?["allowed"]?.bool == true)
    }

    @Test func `a certificate is made once, kept in a Secret, and announced to the API server`() async throws {
        let cluster = try TestCluster()
        let definition: JSON = [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": "validatingwebhookconfigurations.admissionregistration.k8s.io"],
            "spec": [
                "group": "admissionregistration.k8s.io", "scope": "Cluster",
                "names": [
                    "kind": "ValidatingWebhookConfiguration", "plural": "validatingwebhookconfigurations",
                    "singular": "validatingwebhookconfiguration",
                ],
                "versions": [
                    [
                        "name": "v1", "served": true, "storage": true,
                        "schema": [
                            "openAPIV3Schema": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
                        ],
                    ]
                ],
            ],
        ]
        try cluster.simulated.installCRD(definition)
        try cluster.simulated.create([
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
            "metadata": ["name": "hook"], "webhooks": [["name": "a", "clientConfig": ["service": ["name": "s"]]]],
        ])
        let made = Mutex(0)
        func certificate() async throws -> WebhookRegistration.Parts {
            let registration = WebhookRegistration(
                cluster.client(), in: "default", secret: "hook", configuration: "hook")
            return try await registration.certificate {
                $0["ca.crt"] == "authority"
            } make: {
                made.withLock { $0 += 1 }
                return ["ca.crt": "authority", "tls.crt": "certificate", "tls.key": "key"]
            }
        }
        #expect(try await certificate()["tls.key"] == "key")
        #expect(try await certificate()["tls.crt"] == "certificate")
        #expect(made.withLock { $0 } == 1)
        let configuration = try await cluster.client().get(.webhookConfigurations, "hook")
        let bundle = configuration["webhooks"]?[0]?["clientConfig"]?["caBundle"]?.string
        #expect(bundle == Data("authority".utf8).base64EncodedString())
        #expect(configuration["webhooks"]?[0]?["clientConfig"]?["service"]?["name"]?.string == "s")
    }
}
