import Synchronization

/// Something that happens once, for which any number of tasks may wait.
final class Signal: Sendable {
    private struct State {
        var hasFired = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var hasFired: Bool { state.withLock { $0.hasFired } }

    func fire() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.hasFired = true
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let hasFired = state.withLock { state in
                if !state.hasFired { state.waiting.append(continuation) }
                return state.hasFired
            }
            if hasFired { continuation.resume() }
        }
    }
}

/// A number that tasks count up and down, and wait for.
final class Counter: Sendable {
    private struct State {
        var count = 0
        var waiting: [(isEnough: @Sendable (Int) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.count } }

    @discardableResult
    func add(_ more: Int = 1) -> Int {
        let (count, ready) = state.withLock { state in
            state.count += more
            let count = state.count
            let ready = state.waiting.filter { $0.isEnough(count) }.map(\.continuation)
            state.waiting.removeAll { $0.isEnough(count) }
            return (count, ready)
        }
        for continuation in ready { continuation.resume() }
        return count
    }

    func wait(until isEnough: @escaping @Sendable (Int) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if isEnough(state.count) { return true }
                state.waiting.append((isEnough, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }
}
