/// What is known of a transfer, and who waits for more of it.
struct TransferState: Sendable {
    enum Waiter {
        case head(CheckedContinuation<ResponseHead, any Error>)
        case part(CheckedContinuation<[UInt8]?, any Error>)
    }

    /// What to do once the state is no longer locked.
    struct Settled {
        var handOver: (() -> Void)?
        /// Whether a paused transfer is to go on.
        var resumes = false
    }

    private enum End {
        case complete
        case failed(any Error)
    }

    var waiter: Waiter?
    private var head = ResponseHead.Reader()
    private var body: [UInt8] = []
    private var end: End?
    private var isCancelled = false
    private var isPaused = false
    /// The reader has caught up, and the thread does not know yet.
    private var isResuming = false
    /// When it began, something came, or a pause ended.
    private var lastNews: ContinuousClock.Instant?

    // MARK: What happens

    mutating func begin(now: ContinuousClock.Instant) { lastNews = now }

    mutating func receive(headerLine line: UnsafeRawBufferPointer, status: Int, now: ContinuousClock.Instant) {
        head.read(line, status: status)
        if head.isComplete { lastNews = now }
    }

    /// - Returns: false to pause.
    mutating func receive(_ part: UnsafeRawBufferPointer, now: ContinuousClock.Instant) -> Bool {
        if isCancelled { return true }
        lastNews = now
        if body.count < Transfer.mostAhead {
            body.append(contentsOf: part)
            return true
        }
        isPaused = true
        return false
    }

    mutating func resume(now: ContinuousClock.Instant) {
        isPaused = false
        isResuming = false
        lastNews = now
    }

    /// - Parameter error: nil where it is complete.
    mutating func finish(_ error: (any Error)?) {
        if end == nil { end = error.map { .failed($0) } ?? .complete }
    }

    /// - Returns: whether it was under way.
    mutating func cancel() -> Bool {
        defer { finish(CancellationError()) }
        isCancelled = true
        body = []
        return end == nil
    }

    // MARK: What follows

    /// Hands over what is waited for, if that is there.
    mutating func settle() -> Settled {
        switch waiter {
        case .head(let continuation):
            guard let result = headResult() else { return Settled() }
            waiter = nil
            return Settled { continuation.resume(with: result) }
        case .part(let continuation):
            guard let result = partResult() else { return Settled() }
            waiter = nil
            let resumes = isPaused && !isResuming && end == nil
            if resumes { isResuming = true }
            return Settled(handOver: { continuation.resume(with: result) }, resumes: resumes)
        case nil: return Settled()
        }
    }

    private func headResult() -> Result<ResponseHead, any Error>? {
        if isCancelled { return .failure(CancellationError()) }
        if head.isComplete { return .success(head.head) }
        switch end {
        case .failed(let error): return .failure(error)
        case .complete: return .failure(TransportError(.lost, "the server's answer has no head"))
        case nil: return nil
        }
    }

    private mutating func partResult() -> Result<[UInt8]?, any Error>? {
        if isCancelled { return .failure(CancellationError()) }
        if !body.isEmpty {
            defer { body = [] }
            return .success(body)
        }
        switch end {
        case .failed(let error): return .failure(error)
        case .complete: return .success(nil)
        case nil: return nil
        }
    }

    var hasEnded: Bool { end != nil }

    /// When it is to be given up for silence, unless something comes before; nil while its reader makes it wait.
    func deadline(silence: Duration) -> ContinuousClock.Instant? {
        end == nil && !isPaused ? lastNews.map { $0 + silence } : nil
    }
}
