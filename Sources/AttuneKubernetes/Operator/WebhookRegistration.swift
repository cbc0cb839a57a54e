import AttuneCore
import Foundation

/// Keeps a webhook's certificate in the cluster, and tells the API server whom to trust.
public struct WebhookRegistration: Sendable {
    private let client: KubernetesClient
    private let namespace: String
    /// The Secret with the certificate, and the webhook configuration that is told of it.
    private let secret: String
    private let configuration: String

    public init(_ client: KubernetesClient, in namespace: String, secret: String, configuration: String) {
        self.client = client
        self.namespace = namespace
        self.secret = secret
        self.configuration = configuration
    }

    /// A certificate as a Secret has it: texts by `ca.crt`, `tls.crt` and `tls.key`.
    public typealias Parts = [String: String]

    /// The certificate that is kept, or a new one, which is then kept and announced.
    ///
    /// - Parameters:
    ///   - isGood: whether a kept one will do.
    ///   - make: makes a new one.
    public func certificate(
        isGood: @Sendable (Parts) -> Bool, make: @Sendable () throws -> Parts
    ) async throws -> Parts {
        while true {
            let kept = try await client.find(.secrets, secret, in: namespace)
            let parts = kept.map(WebhookRegistration.parts) ?? [:]
            if isGood(parts) {
                try await announce(parts["ca.crt"] ?? "")
                return parts
            }
            do {
                let made = try make()
                try await keep(made, replacing: kept)
                try await announce(made["ca.crt"] ?? "")
                return made
            } catch let error as APIError where error.reason == .conflict || error.reason == .alreadyExists {
                // Another process was faster; its certificate is as good.
            }
        }
    }

    private func keep(_ parts: Parts, replacing old: JSON?) async throws {
        var object =
            old ?? [
                "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
                "metadata": ["name": .string(secret), "namespace": .string(namespace)],
            ]
        object["data"] = .strings(parts.mapValues { Data($0.utf8).base64EncodedString() })
        if old == nil {
            _ = try await client.create(object, .secrets, in: namespace)
        } else {
            _ = try await client.replace(object, .secrets, in: namespace)
        }
    }

    private static func parts(_ secret: JSON) -> Parts {
        (secret["data"]?.object ?? [:]).reduce(into: [:]) { parts, member in
            let bytes = member.value.string.flatMap { Data(base64Encoded: $0) }
            parts[member.key] = bytes.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// Tells every webhook of the configuration whom to trust, unless it knows.
    private func announce(_ authority: String) async throws {
        let bundle = JSON.string(Data(authority.utf8).base64EncodedString())
        let object = try await client.get(.webhookConfigurations, configuration)
        let webhooks = object["webhooks"]?.array ?? []
        guard webhooks.contains(where: { $0["clientConfig"]?["caBundle"] != bundle }) else { return }
        let told = webhooks.map { webhook -> JSON in
            var webhook = webhook
            webhook["clientConfig"]?["caBundle"] = bundle
            return webhook
        }
        _ = try await client.merge(["webhooks": .array(told)], into: configuration, .webhookConfigurations)
    }
}
