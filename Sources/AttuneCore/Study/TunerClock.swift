import Foundation

/// Time as the tuner knows it, so that tests can pass their own.
public struct TunerClock: Sendable {
    public var now: @Sendable () -> Date
    public var sleepFor: @Sendable (Duration) async throws -> Void

    public init(
        now: @escaping @Sendable () -> Date, sleepFor: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleepFor = sleepFor
    }

    /// The machine's clock.
    public static let system = TunerClock(now: { Date() }, sleepFor: { try await Task.sleep(for: $0) })

    func sleep(until deadline: Date) async throws {
        let left = deadline.timeIntervalSince(now())
        if left > 0 { try await sleepFor(.seconds(left)) }
    }
}
