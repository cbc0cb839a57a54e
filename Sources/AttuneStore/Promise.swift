import Synchronization

/// A result that is not there yet, and those who wait for it.
final class Promise<Value: Sendable>: Sendable {
    private enum State {
        case pending([CheckedContinuation<Value, any Error>])
        case kept(Result<Value, any Error>)
    }

    private let state = Mutex(State.pending([]))

    /// Resumes all who wait. Only the first result counts.
    func keep(_ result: Result<Value, any Error>) {
        let waiters = state.withLock { state -> [CheckedContinuation<Value, any Error>] in
            guard case .pending(let waiters) = state else { return [] }
            state = .kept(result)
            return waiters
        }
        for waiter in waiters { waiter.resume(with: result) }
    }

    /// The result. Cancellation does not cut the wait short: what was asked for happens all the same.
    var value: Value {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let known = state.withLock { state -> Result<Value, any Error>? in
                    switch state {
                    case .kept(let result): return result
                    case .pending(let waiters):
                        state = .pending(waiters + [continuation])
                        return nil
                    }
                }
                if let known { continuation.resume(with: known) }
            }
        }
    }
}
