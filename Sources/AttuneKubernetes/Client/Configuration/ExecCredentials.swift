import AttuneCore
import Foundation

/// What a plugin printed, for as long as that is good.
actor ExecCredentials: CredentialSource {
    private struct Known {
        var shown: ShownCredentials
        var expires: Date?
    }

    private let plugin: ExecPlugin
    private let identity: ClientIdentity?
    private let now: @Sendable () -> Date
    private var known: Known?
    private var isRunning = false
    /// Who waits for the plugin, which runs once for all of them.
    private var waiting: [UUID: CheckedContinuation<ShownCredentials, any Error>] = [:]

    init(_ plugin: ExecPlugin, identity: ClientIdentity?, now: @escaping @Sendable () -> Date) {
        self.plugin = plugin
        self.identity = identity
        self.now = now
    }

    func current() async throws -> ShownCredentials {
        if let known, isGood(known) { return known.shown }
        return try await asked()
    }

    func renewed(after refused: ShownCredentials) async throws -> ShownCredentials? {
        // Somebody else may have asked since.
        if let known, known.shown != refused, isGood(known) { return known.shown }
        let renewed = try await asked()
        return renewed == refused ? nil : renewed
    }

    private func isGood(_ known: Known) -> Bool { known.expires.map { now() < $0 } ?? true }

    // MARK: Asking

    /// Waits for the plugin. Who is cancelled lets go of it, and it runs on for the others.
    private func asked() async throws -> ShownCredentials {
        let id = UUID()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                    return
                }
                waiting[id] = continuation
                ask()
            }
        } onCancel: {
            Task { await self.letGo(id) }
        }
    }

    private func letGo(_ id: UUID) { waiting.removeValue(forKey: id)?.resume(throwing: CancellationError()) }

    private func ask() {
        if isRunning { return }
        isRunning = true
        Task {
            do {
                let credential = try ExecCredential(parsing: try await plugin.output(), for: plugin)
                end(.success(credential))
            } catch {
                end(.failure(error))
            }
        }
    }

    private func end(_ result: Result<ExecCredential, any Error>) {
        isRunning = false
        let shown = result.map { credential in
            ShownCredentials(
                authorization: credential.token.map { "Bearer \($0)" }, identity: credential.identity ?? identity)
        }
        if case .success(let shown) = shown { known = Known(shown: shown, expires: try? result.get().expires) }
        for continuation in waiting.values { continuation.resume(with: shown) }
        waiting = [:]
    }
}
