import AttuneCore
import AttuneKubernetes
import Foundation
import Synchronization

/// A cluster in memory: an API server, its controllers and a kubelet.
///
/// Everything that follows from a request happens within it, at once, unless it waits for the clock, a gate or a
/// process.
public final class SimulatedCluster: APITransport, Sendable {
    public let configuration: Configuration
    public let faults: Faults
    private let state: Mutex<ClusterState>
    private let counts = Mutex<[Call: Int]>([:])

    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        faults = Faults(seed: configuration.seed)
        state = Mutex(ClusterState(configuration))
        state.withLock { state in
            state.later = { [weak self] turn in self?.turn { turn($0) } }
        }
    }

    public var clock: SimulatedClock { configuration.clock }

    /// Does something with all that there is, and lets the controllers do what follows.
    func turn<Result: Sendable>(_ action: (ClusterState) throws -> Result) rethrows -> Result {
        try state.withLock { state in
            defer { state.work() }
            return try action(state)
        }
    }

    // MARK: Requests

    public func send(_ request: APIRequest) async throws -> APIResponse {
        try Task.checkCancellation()
        let call = Call(request)
        try checkConnection()
        let faults = faults.faults(of: call)
        try await wait(faults)
        counts.withLock { $0[call, default: 0] += 1 }
        if faults.contains(where: { if case .requestLost = $0 { true } else { false } }) {
            throw TransportError(.lost, "the connection broke before the request arrived")
        }
        let reply = faults.lazy.compactMap(\.refusal).first?.reply ?? turn { $0.reply(to: request, faults: faults) }
        if faults.contains(where: { if case .answerLost = $0 { true } else { false } }) {
            throw TransportError(.lost, "the connection broke before the answer came")
        }
        return APIResponse(status: reply.status, headers: reply.headers, body: body(of: reply, request, faults))
    }

    private func checkConnection() throws {
        guard faults.isDown else { return }
        throw TransportError(.lost, "connection refused")
    }

    private func wait(_ faults: [Faults.Fault]) async throws {
        for fault in faults {
            switch fault {
            case .delayed(let gate): await gate.wait()
            case .delayedBy(let duration):
                await withCheckedContinuation { continuation in
                    clock.after(duration) { continuation.resume() }
                }
            default: continue
            }
            try checkConnection()
        }
    }

    private func body(of reply: Reply, _ request: APIRequest, _ faults: [Faults.Fault]) -> APIBody {
        let source: any APIBody.Source
        switch reply.body {
        case .bytes(let bytes): source = WholeBody(bytes)
        case .stream(let stream):
            source = stream
            if let silence = request.silence { (stream as? any SilenceWatching)?.end(afterSilence: silence, clock) }
        }
        for fault in faults {
            guard case .brokenOff(let bytes) = fault, !(source is WatchBody) else { continue }
            return APIBody(BrokenBody(source, after: bytes))
        }
        return APIBody(source)
    }

    // MARK: Counts

    /// How often each call came, by `create jobs`, `watch pods` and the like. Refused ones count; those that did not
    /// arrive do too.
    public var callCounts: [String: Int] {
        Dictionary(uniqueKeysWithValues: counts.withLock { $0 }.map { ($0.key.description, $0.value) })
    }

    public func resetCallCounts() { counts.withLock { $0 = [:] } }

    // MARK: Faults of everything at once

    /// Ends every open watch: in order, as a server that is asked to leave, or in the middle.
    public func dropWatches(abruptly: Bool = false) {
        for watch in turn({ $0.openWatches }) {
            if abruptly { watch.fail(TransportError(.lost, "the connection broke")) } else { watch.finish() }
        }
    }

    /// Tells every open watch that what it has is too old.
    public func expireWatches() {
        turn { state in
            for watch in state.openWatches {
                watch.add(line: ["type": "ERROR", "object": state.tooOld(max(1, watch.start))])
                watch.finish()
            }
        }
    }

    /// From now on the open watches say nothing, not even that they end.
    public func silenceWatches() { for watch in turn({ $0.openWatches }) { watch.goSilent() } }

    /// Sends a bookmark to every open watch that wants them.
    public func sendBookmarks() {
        turn { state in for watch in state.openWatches { watch.bookmark(at: state.version) } }
    }

    /// Forgets old changes: watches from before and lists continued from before are refused.
    public func compact() { turn { $0.compact() } }

    /// Refuses connections and breaks those that are open.
    ///
    /// - Parameter leavingWatchesOpen: as a server in its last minute does: they stay, and nothing comes.
    public func goDown(leavingWatchesOpen: Bool = false) {
        faults.isDown = true
        if leavingWatchesOpen { silenceWatches() } else { dropWatches(abruptly: true) }
    }

    /// Answers again.
    ///
    /// - Parameter remembersChanges: whether watches may go on where they were.
    public func comeBack(remembersChanges: Bool = true) {
        if !remembersChanges { compact() }
        faults.isDown = false
    }

    /// Lets the controllers rest, or go on.
    public func holdControllers(_ isHeld: Bool) { turn { $0.isHeld = isHeld } }
}

/// A stream that can end itself when nothing has come for too long.
protocol SilenceWatching {
    func end(afterSilence silence: Duration, _ clock: SimulatedClock)
}
