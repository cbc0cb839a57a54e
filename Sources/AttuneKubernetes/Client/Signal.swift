import Synchronization

/// Says that something has happened, to one who listens. Who is busy meanwhile hears it once, afterwards.
public final class Signal: Sendable {
    private enum State {
        case quiet
        case raised
        case awaited(CheckedContinuation<Void, any Error>)
    }

    private let state = Mutex(State.quiet)

    public init() {}

    public func raise() {
        let waiter: CheckedContinuation<Void, any Error>? = state.withLock { state in
            guard case .awaited(let waiter) = state else {
                state = .raised
                return nil
            }
            state = .quiet
            return waiter
        }
        waiter?.resume()
    }

    /// Waits until it is raised, or has been since the last wait. One task at a time may wait.
    ///
    /// - Throws: `CancellationError`.
    public func wait() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { enter($0) }
        } onCancel: {
            cancel()
        }
        // What woke it may have been the cancellation of an earlier wait.
        try Task.checkCancellation()
    }

    private func enter(_ waiter: CheckedContinuation<Void, any Error>) {
        let isRaised = state.withLock { state in
            switch state {
            case .raised:
                state = .quiet
                return true
            case .awaited: preconditionFailure("two tasks wait for one signal")
            case .quiet:
                // A task that is cancelled by now has been through `cancel` already.
                if Task.isCancelled { return true }
                state = .awaited(waiter)
                return false
            }
        }
        if isRaised { waiter.resume() }
    }

    private func cancel() {
        let waiter: CheckedContinuation<Void, any Error>? = state.withLock { state in
            guard case .awaited(let waiter) = state else { return nil }
            state = .quiet
            return waiter
        }
        waiter?.resume(throwing: CancellationError())
    }
}

/// Ends with its last copy.
public final class Subscription: Sendable {
    private let end: @Sendable () -> Void
    init(_ end: @escaping @Sendable () -> Void) { self.end = end }
    deinit { end() }
}
