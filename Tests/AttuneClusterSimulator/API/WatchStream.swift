import AttuneCore
import AttuneKubernetes
import Synchronization

/// The events of one watch, from the server's side.
final class WatchStream: Sendable {
    /// How objects are shown in it.
    enum Form: Sendable {
        case objects
        case custom(@Sendable (StoredObject) -> JSON)
    }

    private enum Event: Sendable {
        case change(Change.Kind, StoredObject)
        case bytes([UInt8])
    }

    private struct State {
        var pending: [Event] = []
        var reader: CheckedContinuation<[UInt8]?, any Error>?
        var isFinished = false
        var failure: TransportError?
        var isSilent = false
        /// The stream breaks off after so many more events.
        var eventsLeft: Int?
        /// How often something went out.
        var deliveries = 0
    }

    let filter: ObjectFilter
    let type: ResourceType
    let form: Form
    let wantsBookmarks: Bool
    /// Changes up to this version are known to the watcher.
    let start: Int
    private let state = Mutex(State())

    init(_ filter: ObjectFilter, of type: ResourceType, form: Form, wantsBookmarks: Bool, start: Int) {
        self.filter = filter
        self.type = type
        self.form = form
        self.wantsBookmarks = wantsBookmarks
        self.start = start
    }

    var isFinished: Bool { state.withLock { $0.isFinished } }
    var deliveries: Int { state.withLock { $0.deliveries } }

    /// Takes up a change if the watch is about it.
    func offer(_ change: Change) {
        guard change.version > start, let kind = kind(of: change) else { return }
        add(.change(kind, change.object))
    }

    /// Objects that move into or out of what the filter lets through come and go.
    private func kind(of change: Change) -> Change.Kind? {
        let matches = filter.matches(change.object)
        let matched = change.previous.map(filter.matches) ?? false
        switch change.kind {
        case .added: return matches ? .added : nil
        case .deleted: return matches || matched ? .deleted : nil
        case .modified:
            switch (matched, matches) {
            case (true, true): return .modified
            case (false, true): return .added
            case (true, false): return .deleted
            case (false, false): return nil
            }
        }
    }

    func add(_ kind: Change.Kind, _ object: StoredObject) { add(.change(kind, object)) }

    /// A line of its own.
    func add(line: JSON) { add(.bytes(line.bytes + [UInt8(ascii: "\n")])) }

    func bookmark(at version: Int, endsInitialEvents: Bool = false) {
        guard wantsBookmarks else { return }
        var metadata: JSON.Fields = ["resourceVersion": .string(String(version))]
        if endsInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        let object = JSON.object(type.fieldsOfObjects).with("metadata", .object(metadata))
        add(line: ["type": "BOOKMARK", "object": object])
    }

    /// Ends it in order once what is pending has gone out, unless nothing gets out any more.
    func finish() { if !state.withLock(\.isSilent) { end(nil) } }

    /// Breaks it off.
    func fail(_ error: TransportError) { end(error) }

    /// From now on nothing comes, and no end.
    func goSilent() {
        state.withLock {
            $0.isSilent = true
            $0.pending = []
        }
    }

    /// Lets so many more events through and breaks off then, in the middle of the next.
    func breakOff(after events: Int) { state.withLock { $0.eventsLeft = events } }

    private func add(_ event: Event) {
        let ready: (CheckedContinuation<[UInt8]?, any Error>, Taken)? = state.withLock { state in
            guard !state.isFinished, !state.isSilent else { return nil }
            state.pending.append(event)
            guard let reader = state.reader else { return nil }
            state.reader = nil
            return (reader, take(&state))
        }
        if let (reader, taken) = ready { resume(reader, with: taken) }
    }

    private func end(_ failure: TransportError?) {
        let reader = state.withLock { state in
            guard !state.isFinished else { return nil as CheckedContinuation<[UInt8]?, any Error>? }
            state.isFinished = true
            state.failure = failure
            defer { state.reader = nil }
            return state.reader
        }
        guard let reader else { return }
        if let failure { reader.resume(throwing: failure) } else { reader.resume(returning: nil) }
    }

    /// What a reader gets.
    private enum Taken {
        case events([Event])
        case broken([UInt8])
        case end(TransportError?)
    }

    private func take(_ state: inout State) -> Taken {
        state.deliveries += 1
        guard !state.pending.isEmpty else { return .end(state.failure) }
        if let left = state.eventsLeft, left < state.pending.count {
            let bytes = state.pending[..<left].flatMap(bytes) + bytes(state.pending[left]).prefix(20)
            state.pending = []
            state.eventsLeft = nil
            state.isFinished = true
            state.failure = TransportError(.lost, "the connection broke in the middle of an event")
            return .broken(bytes)
        }
        defer { state.pending = [] }
        state.eventsLeft? -= state.pending.count
        return .events(state.pending)
    }

    private func resume(_ reader: CheckedContinuation<[UInt8]?, any Error>, with taken: Taken) {
        switch taken {
        case .events(let events): reader.resume(returning: bytes(events))
        case .broken(let bytes): reader.resume(returning: bytes)
        case .end(nil): reader.resume(returning: nil)
        case .end(let failure?): reader.resume(throwing: failure)
        }
    }

    private func bytes(_ events: [Event]) -> [UInt8] {
        events.count == 1 ? bytes(events[0]) : events.flatMap(bytes)
    }

    private func bytes(_ event: Event) -> [UInt8] {
        switch event {
        case .bytes(let bytes): return bytes
        case .change(let kind, let object):
            var line = Array("{\"type\":\"\(kind.rawValue)\",\"object\":".utf8)
            switch form {
            case .objects: line += object.bytes
            case .custom(let shown): line += shown(object).bytes
            }
            line += [UInt8(ascii: "}"), UInt8(ascii: "\n")]
            return line
        }
    }

    /// The next events, as many as there are.
    fileprivate func next() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { reader in
                let taken = state.withLock { state -> Taken? in
                    if !state.pending.isEmpty || state.isFinished { return take(&state) }
                    state.reader = reader
                    return nil
                }
                if let taken { resume(reader, with: taken) }
                if Task.isCancelled { cancel() }
            }
        } onCancel: {
            cancel()
        }
    }

    fileprivate func cancel() {
        let reader = state.withLock { state in
            state.isFinished = true
            state.pending = []
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(throwing: CancellationError())
    }
}

/// The reader's side of a watch; letting go of it ends the watch.
final class WatchBody: APIBody.Source {
    let stream: WatchStream

    init(_ stream: WatchStream) { self.stream = stream }

    deinit { stream.cancel() }

    func next() async throws -> [UInt8]? { try await stream.next() }
}

extension JSON {
    /// The same object with a member set.
    func with(_ name: String, _ value: JSON?) -> JSON {
        var changed = self
        changed[name] = value
        return changed
    }
}

extension WatchBody: SilenceWatching {
    func end(afterSilence silence: Duration, _ clock: SimulatedClock) { stream.end(afterSilence: silence, clock) }
}

extension WatchStream {
    fileprivate func end(afterSilence silence: Duration, _ clock: SimulatedClock) {
        let count = deliveries
        clock.after(silence) { [weak self] in
            guard let self, !isFinished else { return }
            if deliveries == count {
                fail(TransportError(.timedOut, "nothing came for \(silence)"))
            } else {
                end(afterSilence: silence, clock)
            }
        }
    }
}
