import AttuneCore
import Foundation
import Synchronization

/// Spreads requests over time: so many a second, after so many at once.
///
/// Each request takes the next free moment of an even schedule that may lie `burst` requests behind the present (the
/// generic cell rate algorithm of ATM Forum TM 4.0).
public final class RateLimit: Sendable {
    private let interval: TimeInterval
    private let burst: TimeInterval
    private let next = Mutex(Date.distantPast)

    /// - Parameters:
    ///   - perSecond: requests that may go out in the long run; positive.
    ///   - burst: requests that may go out at once after a pause; at least 1.
    public init(perSecond: Double, burst: Int) {
        precondition(perSecond > 0 && burst > 0, "a rate and a burst are positive")
        interval = 1 / perSecond
        self.burst = interval * Double(burst - 1)
    }

    /// Takes a place, and says how long to wait for it.
    func place(at now: Date) -> Duration {
        next.withLock { next in
            let place = max(next, now - burst)
            next = place + interval
            return .seconds(max(0, place.timeIntervalSince(now)))
        }
    }
}
