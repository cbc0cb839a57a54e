import Synchronization

/// Something that others wait for until a test opens it. It stays open.
public final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [@Sendable () -> Void] = []
    }
    private let state = Mutex(State())

    public init() {}

    public var isOpen: Bool { state.withLock { $0.isOpen } }

    public func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for call in waiting { call() }
    }

    /// Calls when it opens.
    ///
    /// - Returns: false where it is open already; there is no call then.
    @discardableResult
    func whenOpened(_ call: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            if !state.isOpen { state.waiting.append(call) }
            return !state.isOpen
        }
    }

    /// Waits until it is open, cancelled or not.
    public func wait() async {
        await withCheckedContinuation { continuation in
            if !whenOpened({ continuation.resume() }) { continuation.resume() }
        }
    }
}
