/// Says that something has happened, to one who listens. Who is busy meanwhile hears it once, afterwards.
public struct Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    public init() {
        (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    public func raise() { continuation.yield() }

    /// Waits until it is raised, or has been since the last wait.
    ///
    /// - Throws: `CancellationError`.
    public func wait() async throws {
        for await _ in stream { return }
        throw CancellationError()
    }
}

/// Ends with its last copy.
public final class Subscription: Sendable {
    private let end: @Sendable () -> Void
    init(_ end: @escaping @Sendable () -> Void) { self.end = end }
    deinit { end() }
}
