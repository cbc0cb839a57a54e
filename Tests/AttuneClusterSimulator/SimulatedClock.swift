import Foundation
import Synchronization

/// The cluster's time: either the wall's, or a number that a test moves on.
public final class SimulatedClock: Sendable {
    private struct Timer {
        var due: Date
        var number: Int
        var fire: @Sendable () -> Void
    }
    private struct State {
        var now: Date
        var skew: TimeInterval = 0
        var number = 0
        /// Of a manual clock, the next one last.
        var timers: [Timer] = []

        func time(isManual: Bool) -> Date { isManual ? now : Date() }

        mutating func add(_ timer: Timer) {
            var (low, high) = (0, timers.count)
            while low < high {
                let middle = (low + high) / 2
                let other = timers[middle]
                if (other.due, other.number) > (timer.due, timer.number) { low = middle + 1 } else { high = middle }
            }
            timers.insert(timer, at: low)
        }
    }

    private let state: Mutex<State>
    private let isManual: Bool

    private init(start: Date, isManual: Bool) {
        state = Mutex(State(now: start))
        self.isManual = isManual
    }

    /// A clock that stands still until `advance`.
    public static func manual(start: Date = Date(timeIntervalSince1970: 1_800_000_000)) -> SimulatedClock {
        SimulatedClock(start: start, isManual: true)
    }

    /// The wall's clock, for real processes and clients in other programs.
    public static func wall() -> SimulatedClock { SimulatedClock(start: .distantPast, isManual: false) }

    /// The time the cluster writes into its objects.
    public var now: Date { state.withLock { $0.time(isManual: isManual).addingTimeInterval($0.skew) } }

    /// How far the cluster's clock is ahead of everybody else's, in seconds. Timers do not heed it.
    public var skew: TimeInterval {
        get { state.withLock { $0.skew } }
        set { state.withLock { $0.skew = newValue } }
    }

    /// Moves a manual clock on, and lets everything happen that is due by then, in order.
    public func advance(by duration: Duration) {
        precondition(isManual, "the wall's clock moves by itself")
        let end = state.withLock { $0.now.addingTimeInterval(duration.inSeconds) }
        while let fire = nextTimer(until: end) { fire() }
        state.withLock { $0.now = max($0.now, end) }
    }

    /// Moves a manual clock to the next thing that is due.
    ///
    /// - Returns: false when nothing is.
    @discardableResult
    public func advanceToNext() -> Bool {
        precondition(isManual, "the wall's clock moves by itself")
        guard let fire = nextTimer(until: .distantFuture) else { return false }
        fire()
        return true
    }

    /// Calls back after a while; the caller holds no lock that the call needs.
    func after(_ delay: Duration, _ fire: @escaping @Sendable () -> Void) {
        guard isManual else {
            Task {
                try await Task.sleep(for: delay)
                fire()
            }
            return
        }
        state.withLock { state in
            state.number += 1
            state.add(Timer(due: state.now.addingTimeInterval(delay.inSeconds), number: state.number, fire: fire))
        }
    }

    private func nextTimer(until end: Date) -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard let next = state.timers.last, next.due <= end else { return nil }
            state.now = max(state.now, next.due)
            state.timers.removeLast()
            return next.fire
        }
    }
}

extension Duration {
    var inSeconds: TimeInterval { TimeInterval(components.seconds) + TimeInterval(components.attoseconds) * 1e-18 }
}
