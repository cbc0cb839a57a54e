@preconcurrency import Dispatch
import Foundation

/// Ctrl-C and TERM, counted instead of deadly.
final class Interrupts: Sendable {
    private let stream: AsyncStream<Void>
    private let registrations: AsyncStream<Void>
    private let sources: [any DispatchSourceSignal]

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        self.stream = stream
        let (registrations, registration) = AsyncStream.makeStream(of: Void.self)
        self.registrations = registrations
        sources = [SIGINT, SIGTERM].map { number in
            Interrupts.disarm(number)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { continuation.yield() }
            source.setRegistrationHandler { registration.yield() }
            source.resume()
            return source
        }
    }

    /// Keeps the signal from ending the process. Where another source has installed its handler, that stays: a source that
    /// comes beside it shares it, and would hear nothing once it was taken away.
    private static func disarm(_ number: Int32) {
        var present = sigaction()
        sigaction(number, nil, &present)
        let handler = unsafeBitCast(present.__sigaction_handler.sa_handler, to: Int.self)
        if handler == unsafeBitCast(SIG_DFL, to: Int.self) { signal(number, SIG_IGN) }
    }

    /// Returns when every interrupt is noticed; one that comes earlier may be lost. For one caller, once.
    func ready() async {
        var left = sources.count
        for await _ in registrations {
            left -= 1
            if left == 0 { return }
        }
    }

    /// Returns at the first interrupt, or when cancelled.
    func first() async {
        for await _ in stream { return }
    }

    /// Whether another interrupt comes in time.
    func second(within limit: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await self.first()
                return !Task.isCancelled
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return false
            }
            let came = await group.next() ?? false
            group.cancelAll()
            return came
        }
    }
}
