import ArgumentParser
import AttuneKubernetes
import AttuneService
import Foundation
import Logging

/// The validating admission webhook, where one is wanted.
struct WebhookOptions: ParsableArguments {
    @Option(help: "Where the admission webhook is served, over TLS, such as 0.0.0.0:8443 (default: nowhere).")
    var webhook: Server.Address?
    @Option(help: "The Service, the Secret and the ValidatingWebhookConfiguration of the webhook.")
    var webhookService = "attune-webhook"

    /// - Parameter home: the operator's own namespace.
    /// - Returns: nil where none is wanted.
    func server(_ client: KubernetesClient, home: String) throws -> Webhook? {
        webhook.map { Webhook(client: client, address: $0, service: webhookService, namespace: home) }
    }
}

/// Answers the API server about Experiments, with a certificate that it makes for itself.
struct Webhook: Sendable {
    let client: KubernetesClient
    let address: Server.Address
    let service: String
    let namespace: String

    func run(_ logger: Logger) async throws {
        let certificate = try await certificate()
        let admission = ExperimentAdmission(catalogue: .complete)
        let server = AdmissionServer(address, certificate, logger: logger) { admission.answer($0) }
        try await server.run { [address] port in
            logger.notice("answers admission reviews on \(address.host):\(port)")
        }
    }

    /// What the API server calls it.
    private var names: [String] { ["\(service).\(namespace).svc", "\(service).\(namespace).svc.cluster.local"] }

    private func certificate() async throws -> ServingCertificate {
        let registration = WebhookRegistration(client, in: namespace, secret: service, configuration: service)
        let (names, now) = (names, Date())
        let parts = try await registration.certificate {
            ServingCertificate($0)?.isGood(for: names, at: now) ?? false
        } make: {
            try ServingCertificate.made(for: names, at: now).parts
        }
        guard let certificate = ServingCertificate(parts) else {
            preconditionFailure("what is good, or was made, has all its parts")
        }
        return certificate
    }
}

extension ServingCertificate {
    /// Nil where a part is missing.
    init?(_ parts: WebhookRegistration.Parts) {
        guard let authority = parts["ca.crt"], let certificate = parts["tls.crt"], let key = parts["tls.key"] else {
            return nil
        }
        self.init(authority: authority, certificate: certificate, key: key)
    }

    /// As a Secret of type `kubernetes.io/tls` has them.
    var parts: WebhookRegistration.Parts { ["ca.crt": authority, "tls.crt": certificate, "tls.key": key] }
}
