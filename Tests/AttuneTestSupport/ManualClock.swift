import AttuneCore
import Foundation
import Synchronization

/// A clock that stands still until a test moves it.
public final class ManualClock: Sendable {
    private struct Sleeper {
        let deadline: Date
        let wake: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Date(timeIntervalSince1970: 1_700_000_000)
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var count = 0
    }

    private let state = Mutex(State())

    public init() {}

    public var now: Date { state.withLock { $0.now } }

    /// This clock, as the tuner takes it.
    public var tunerClock: TunerClock { TunerClock(now: { self.now }, sleepFor: { try await self.sleep(for: $0) }) }

    /// Returns when someone sleeps by this clock.
    public func hasSleeper() async {
        while state.withLock({ $0.sleepers.isEmpty }) { await Task.yield() }
    }

    /// Moves the time on and wakes those whose time has come.
    public func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now.addTimeInterval(duration.seconds)
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.wake)
        }
        for sleeper in due { sleeper.resume() }
    }

    private func sleep(for duration: Duration) async throws {
        let id = state.withLock { state in
            state.count += 1
            return state.count
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wake in enter(id, wake, duration) }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.cancelled.insert(id)
                return state.sleepers.removeValue(forKey: id)
            }
            sleeper?.wake.resume(throwing: CancellationError())
        }
    }

    private func enter(_ id: Int, _ wake: CheckedContinuation<Void, any Error>, _ duration: Duration) {
        let isCancelled = state.withLock { state in
            if state.cancelled.contains(id) { return true }
            state.sleepers[id] = Sleeper(deadline: state.now.addingTimeInterval(duration.seconds), wake: wake)
            return false
        }
        if isCancelled { wake.resume(throwing: CancellationError()) }
    }
}
