import AttuneCore
import Foundation
import Synchronization

/// Writes Kubernetes Events about objects: what `kubectl describe` shows.
///
/// They are for people, so that there are never so many that they burden the cluster; those beyond are dropped.
public final class EventRecorder: Sendable {
    private struct State {
        var tokens = Double(EventRecorder.burst)
        var last: Date?
        var count = 0
    }

    private static let burst = 50
    /// Tokens that come back, a second.
    private static let rate = 0.5

    private let client: KubernetesClient
    private let reporter: String
    private let state = Mutex(State())

    /// - Parameter reporter: who reports, such as the operator's pod.
    public init(_ client: KubernetesClient, reporter: String) {
        var client = client
        client.patience = .seconds(5)
        self.client = client
        self.reporter = reporter
    }

    public enum Kind: String, Sendable {
        case normal = "Normal"
        case warning = "Warning"
    }

    /// Says something about an object. An event that cannot be written is no failure of what it tells of.
    public func say(_ kind: Kind, _ reason: String, _ message: String, about object: JSON) async {
        let now = client.clock.now()
        guard let number = take(at: now) else { return }
        let time = JSON.string(now.kubernetesText)
        let suffix = String(UInt64(max(0, now.timeIntervalSince1970) * 1_000_000), radix: 16)
        let event: JSON = [
            "apiVersion": "v1", "kind": "Event",
            "metadata": [
                "name": .string("\(object.name).\(suffix)\(number)"), "namespace": .string(object.namespace),
            ],
            "involvedObject": [
                "apiVersion": object["apiVersion"] ?? "", "kind": object["kind"] ?? "", "name": .string(object.name),
                "namespace": .string(object.namespace), "uid": .string(object.uid),
            ],
            "type": .string(kind.rawValue), "reason": .string(reason),
            "message": .string(String(message.prefix(1_000))),
            "source": ["component": .string(reporter)], "reportingComponent": .string(reporter),
            "reportingInstance": .string(reporter), "firstTimestamp": time, "lastTimestamp": time, "count": 1,
        ]
        do {
            _ = try await client.create(event, .events, in: object.namespace)
        } catch {
            client.onTrouble("the event \(reason) about \(object.name) was not written: \(error)")
        }
    }

    /// - Returns: the event's number; nil where there have been too many lately.
    private func take(at now: Date) -> Int? {
        state.withLock { state in
            let passed = state.last.map { max(0, now.timeIntervalSince($0)) } ?? 0
            state.tokens = min(Double(EventRecorder.burst), state.tokens + passed * EventRecorder.rate)
            state.last = now
            guard state.tokens >= 1 else { return nil }
            state.tokens -= 1
            state.count += 1
            return state.count
        }
    }
}
