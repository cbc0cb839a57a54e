import CAttuneProcess
import Foundation
import Synchronization

/// Waits for descriptors, all on one thread, which ends with the process.
///
/// Dispatch's read sources do the same, but in Swift 6.3's for Linux the event thread can be handed a note of a
/// descriptor that hung up after it was freed. Here the kernel keeps a number that is looked up.
final class ReadinessWatch: Sendable {
    static let shared = ReadinessWatch()

    private struct Waiter {
        var descriptor: Int32
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var last: UInt64 = 0
        var waiting: [UInt64: Waiter] = [:]
        /// Waits whose tasks were cancelled before they had begun.
        var cancelled: Set<UInt64> = []
    }

    private let events: Int32
    private let state = Mutex(State())

    private init() {
        events = attune_events_open()
        precondition(events >= 0, "epoll_create1 failed: \(errno)")
        let thread = Thread { [self] in watch() }
        thread.name = "attune-readiness"
        thread.start()
    }

    /// Returns when there is something to read or the other end is closed; at once for a file.
    ///
    /// The descriptor must stay open until it returns. One wait for each at a time.
    ///
    /// - Throws: `CancellationError`, promptly, when the task is cancelled.
    func readable(_ descriptor: Int32) async throws {
        let id = state.withLock { state in
            state.last += 1
            return state.last
        }
        defer { _ = state.withLock { $0.cancelled.remove(id) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { begin(id, Waiter(descriptor: descriptor, continuation: $0)) }
        } onCancel: {
            cancel(id)
        }
        try Task.checkCancellation()
    }

    private func begin(_ id: UInt64, _ waiter: Waiter) {
        let outcome: Result<Void, any Error>? = state.withLock { state in
            guard !state.cancelled.contains(id) else { return .failure(CancellationError()) }
            switch attune_events_add(events, waiter.descriptor, id) {
            case 0:
                state.waiting[id] = waiter
                return nil
            case EPERM: return .success(())
            case let code: return .failure(AttemptError.system(call: "epoll_ctl", error: code))
            }
        }
        if let outcome { waiter.continuation.resume(with: outcome) }
    }

    private func cancel(_ id: UInt64) {
        let waiter = state.withLock { state in
            let waiter = remove(id, from: &state)
            if waiter == nil { state.cancelled.insert(id) }
            return waiter
        }
        waiter?.continuation.resume(throwing: CancellationError())
    }

    private func watch() {
        var ready = [UInt64](repeating: 0, count: 64)
        while true {
            let count = attune_events_wait(events, &ready, Int32(ready.count))
            for id in ready[..<Int(max(count, 0))] {
                let waiter = state.withLock { remove(id, from: &$0) }
                waiter?.continuation.resume()
            }
        }
    }

    private func remove(_ id: UInt64, from state: inout State) -> Waiter? {
        guard let waiter = state.waiting.removeValue(forKey: id) else { return nil }
        attune_events_remove(events, waiter.descriptor)
        return waiter
    }
}
