import Synchronization

/// One request and its answer, between the thread that carries them and the task that waits.
final class Transfer: Sendable {
    /// How far the body may be ahead of its reader, give or take what libcurl hands over at once.
    static let mostAhead = 256 * 1024

    let request: WireRequest
    let silence: Duration?
    private let loop: TransferLoop
    private let state = Mutex(TransferState())

    init(_ request: WireRequest, silence: Duration?, on loop: TransferLoop) {
        self.request = request
        self.silence = silence
        self.loop = loop
    }

    // MARK: For who waits

    /// Starts it, and returns when the head is there.
    func start() async throws -> ResponseHead {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if loop.add(self) {
                    change { $0.waiter = .head(continuation) }
                } else {
                    continuation.resume(throwing: TransferLoop.closed)
                }
            }
        } onCancel: {
            cancel()
        }
    }

    /// The next part of the body; nil at the end.
    func next() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                change { state in
                    precondition(state.waiter == nil, "a body has one reader at a time")
                    state.waiter = .part(continuation)
                }
            }
        } onCancel: {
            cancel()
        }
    }

    /// Ends it. Whoever waits for it gets a `CancellationError`.
    func cancel() {
        if change({ $0.cancel() }) { loop.remove(self) }
    }

    // MARK: For the thread

    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    func receive(headerLine line: UnsafeRawBufferPointer, status: Int) {
        change { $0.receive(headerLine: line, status: status, now: .now) }
    }

    /// - Returns: false where the reader is behind, and the part should come again later.
    func receive(_ part: UnsafeRawBufferPointer) -> Bool {
        change { $0.receive(part, now: .now) }
    }

    func begin() { change { $0.begin(now: .now) } }

    func resume() { change { $0.resume(now: .now) } }

    func finish(_ error: (any Error)?) { change { $0.finish(error) } }

    /// When it is to be given up for silence, unless something comes before; nil for never as things stand.
    var deadline: ContinuousClock.Instant? {
        silence.flatMap { silence in state.withLock { $0.deadline(silence: silence) } }
    }

    /// Changes the state, and hands over what is waited for if that is there now.
    private func change<Result: Sendable>(_ body: (inout TransferState) -> Result) -> Result {
        let (result, settled) = state.withLock { state in
            let result = body(&state)
            return (result, state.settle())
        }
        if settled.resumes { loop.resume(self) }
        settled.handOver?()
        return result
    }
}
