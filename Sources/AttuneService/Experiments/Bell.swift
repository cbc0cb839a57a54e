import Synchronization

/// Tells those who listen that something has happened. Who is busy when it rings hears it once, afterwards.
final class Bell: Sendable {
    private struct Listeners {
        var last = 0
        var streams: [Int: AsyncStream<Void>.Continuation] = [:]
    }

    private let listeners = Mutex(Listeners())

    func ring() {
        // Told outside the lock: a listener that is cancelled meanwhile holds its task's lock, and asks for this one.
        let streams = listeners.withLock { Array($0.streams.values) }
        for stream in streams { stream.yield() }
    }

    /// Every ring from now on; those that come while one is dealt with are one.
    func listen() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = listeners.withLock { listeners in
            listeners.last += 1
            listeners.streams[listeners.last] = continuation
            return listeners.last
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.listeners.withLock { $0.streams.removeValue(forKey: number) }
        }
        return stream
    }

    /// Waits for the next ring of `stream`, so long at most.
    ///
    /// - Returns: false where the caller was cancelled.
    static func wait(for stream: AsyncStream<Void>, atMost duration: Duration, clock: @escaping TunerSleep) async
        -> Bool
    {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in stream { return } }
            group.addTask { try? await clock(duration) }
            await group.next()
            group.cancelAll()
        }
        return !Task.isCancelled
    }

    typealias TunerSleep = @Sendable (Duration) async throws -> Void
}
