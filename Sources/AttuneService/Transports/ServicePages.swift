import AttuneProto
import AttuneStore
import Foundation
import Hummingbird
import Synchronization

/// The pages that operators and their tools read: whether the service lives, whether it is ready, and what it counts.
struct ServicePages: Sendable {
    let store: SQLiteStore
    let metrics: Metrics
    let stage: Stage
    let process: ProcessReadings

    var pages: [String: HTTPTransport.Page] {
        [
            "/healthz": page { _ in .text("ok\n") },
            "/readyz": page { _ in await readiness() },
            "/openapi.json": page { _ in .json(Array(openAPIDocument.utf8)) },
            "/metrics": HTTPTransport.Page(scope: .read) { _, caller in
                let samples = try await StoreSamples(store, seenBy: caller).samples + process.samples
                return .text(
                    metrics.text(with: samples, namespaces: caller.namespaces), type: PrometheusPage.contentType)
            },
        ]
    }

    private func page(_ answer: @escaping @Sendable (Request) async throws -> Response) -> HTTPTransport.Page {
        HTTPTransport.Page(scope: nil) { request, _ in try await answer(request) }
    }

    private func readiness() async -> Response {
        guard let obstacle = await obstacle() else { return .text("ok\n") }
        return .text(obstacle + "\n", status: .serviceUnavailable)
    }

    /// Why the service cannot take calls; nil where it can.
    func obstacle() async -> String? {
        guard stage.isServing else { return "the service is not serving" }
        do {
            try await store.checkAnswers()
            return nil
        } catch {
            return "the store does not answer: \(error)"
        }
    }
}

/// Whether the service takes calls.
final class Stage: Sendable {
    private let serving = Atomic<Bool>(false)
    var isServing: Bool { serving.load(ordering: .relaxed) }
    func set(isServing: Bool) { serving.store(isServing, ordering: .relaxed) }
}
