import Foundation
import Synchronization

/// The cluster's time: either the wall's, or a number that a test moves on.
public final class SimulatedClock: Sendable {
    private struct Timer {
        var due: Date
        var fire: @Sendable () -> Void
    }
    private struct State {
        var now: Date
        var skew: TimeInterval = 0
        var number = 0
        var timers: [Int: Timer] = [:]

        func time(isManual: Bool) -> Date { isManual ? now : Date() }
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
        let number = state.withLock { state in
            state.number += 1
            let due = state.time(isManual: isManual).addingTimeInterval(delay.inSeconds)
            state.timers[state.number] = Timer(due: due, fire: fire)
            return state.number
        }
        guard !isManual else { return }
        Task { [weak self] in
            try await Task.sleep(for: delay)
            self?.take(number)?()
        }
    }

    private func take(_ number: Int) -> (@Sendable () -> Void)? {
        state.withLock { $0.timers.removeValue(forKey: number)?.fire }
    }

    private func nextTimer(until end: Date) -> (@Sendable () -> Void)? {
        state.withLock { state in
            let next = state.timers.min { ($0.value.due, $0.key) < ($1.value.due, $1.key) }
            guard let next, next.value.due <= end else { return nil }
            state.now = max(state.now, next.value.due)
            state.timers[next.key] = nil
            return next.value.fire
        }
    }
}

extension Duration {
    var inSeconds: TimeInterval { TimeInterval(components.seconds) + TimeInterval(components.attoseconds) * 1e-18 }
}
