import AttuneCore
import Foundation
import Synchronization

/// The objects of one kind as they are now: listed once, then kept up to date by a watch.
///
/// A watch that breaks off, ends or falls silent goes on from where it was; where the server has forgotten that place
/// (410), everything is listed anew and what is gone counts as deleted. There is no polling.
public final class Informer: Sendable {
    public struct Key: Sendable, Hashable {
        public var namespace: String
        public var name: String

        public init(namespace: String, name: String) {
            self.namespace = namespace
            self.name = name
        }

        init(_ object: JSON) { self.init(namespace: object.namespace, name: object.name) }
    }

    /// Those who follow are not kept by it.
    private struct WeakKeys {
        weak var keys: Keys?
        init(_ keys: Keys) { self.keys = keys }
    }

    private struct State {
        var objects: [Key: JSON] = [:]
        /// Keys of objects by what the index says of them.
        var index: [String: Set<Key>] = [:]
        var listeners: [String: [Int: Signal]] = [:]
        var followers: [Int: WeakKeys] = [:]
        var lastListener = 0
        /// Up to where everything is known.
        var version = ""
        var isSynced = false
        var waiters: [CheckedContinuation<Void, any Error>] = []
        /// Why it keeps up no more.
        var failure: (any Error)?
    }

    public let resource: APIResource
    public let namespace: String?
    public let selector: String
    private let client: KubernetesClient
    private let index: @Sendable (JSON) -> String
    private let keep: @Sendable (JSON) -> JSON
    private let state = Mutex(State())

    /// - Parameters:
    ///   - namespace: nil for all.
    ///   - selector: which labels the objects have; empty for any.
    ///   - index: a word by which objects are found; the name where none is given.
    ///   - keep: what is kept of each object, its metadata at the least; all of it where nothing is said.
    public init(
        _ resource: APIResource, in namespace: String?, labels selector: String = "", _ client: KubernetesClient,
        index: (@Sendable (JSON) -> String)? = nil, keep: (@Sendable (JSON) -> JSON)? = nil
    ) {
        self.resource = resource
        self.namespace = namespace
        self.selector = selector
        self.client = client
        self.index = index ?? { $0.name }
        self.keep = keep ?? { $0 }
    }

    // MARK: Asking

    /// The object; nil where there is none, as far as is known.
    public subscript(key: Key) -> JSON? { state.withLock { $0.objects[key] } }

    /// All objects with this word, by name.
    public func objects(_ word: String) -> [JSON] {
        state.withLock { state in
            (state.index[word] ?? []).sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
                .compactMap { state.objects[$0] }
        }
    }

    public var all: [JSON] { state.withLock { Array($0.objects.values) } }

    /// Raises a signal whenever something happens to objects with this word, until the subscription goes.
    public func subscribe(_ signal: Signal, to word: String) -> Subscription {
        let number = state.withLock { state in
            state.lastListener += 1
            state.listeners[word, default: [:]][state.lastListener] = signal
            return state.lastListener
        }
        return Subscription { [weak self] in self?.unsubscribe(number, word) }
    }

    private func unsubscribe(_ number: Int, _ word: String) {
        state.withLock { state in
            state.listeners[word]?[number] = nil
            if state.listeners[word]?.isEmpty == true { state.listeners[word] = nil }
        }
    }

    /// The key of every object that is there, and then of every one that something happens to.
    public func keys() -> Keys {
        let keys = Keys(self)
        state.withLock { state in
            state.lastListener += 1
            state.followers[state.lastListener] = WeakKeys(keys)
            for key in state.objects.keys { keys.note(key) }
        }
        return keys
    }

    /// Keys to look at, each once however often something happened to it meanwhile.
    ///
    /// No stream of continuations: those are told under a task's lock that they are cancelled, and would be told of keys
    /// under the informer's.
    public final class Keys: Sendable {
        private let pending = Mutex<Set<Key>>([])
        private let signal = Signal()
        private let informer: Informer

        init(_ informer: Informer) { self.informer = informer }

        func note(_ key: Key) {
            pending.withLock { _ = $0.insert(key) }
            signal.raise()
        }

        func raise() { signal.raise() }

        /// The next keys, at least one. One task may wait for them.
        ///
        /// - Throws: `CancellationError`; what the informer's `run` threw.
        public func next() async throws -> Set<Key> {
            while true {
                let keys = pending.withLock { pending in
                    defer { pending = [] }
                    return pending
                }
                if !keys.isEmpty { return keys }
                try informer.check()
                try await signal.wait()
            }
        }
    }

    /// Returns when everything has been listed.
    ///
    /// - Throws: what `run` threw.
    public func synced() async throws {
        try await withCheckedThrowingContinuation { continuation in
            let outcome: Result<Void, any Error>? = state.withLock { state in
                if let failure = state.failure { return .failure(failure) }
                if state.isSynced { return .success(()) }
                state.waiters.append(continuation)
                return nil
            }
            if let outcome { continuation.resume(with: outcome) }
        }
    }

    /// - Throws: what `run` threw, when it keeps up no more.
    public func check() throws {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    /// Takes in what a call of our own has made, so that it is known before the watch tells of it.
    ///
    /// What the watch has told of already counts, as the object may have changed since, or gone.
    public func learn(_ object: JSON) {
        state.withLock { state in
            guard isNewer(object.resourceVersion, than: state.version) else { return }
            let key = Key(object)
            if let known = state.objects[key], !isNewer(object.resourceVersion, than: known.resourceVersion) { return }
            put(keep(object.slimmed), &state)
        }
    }

    // MARK: Keeping up

    /// Keeps up until it is cancelled, or the server refuses for good: no right, no such kind. Who waits then hears of it.
    public func run() async {
        do {
            while true {
                try await relist()
                try await follow()
            }
        } catch {
            fail(error)
        }
    }

    private func fail(_ error: any Error) {
        let (waiters, signals) = state.withLock { state in
            state.failure = error
            defer { state.waiters = [] }
            for follower in state.followers.values { follower.keys?.raise() }
            return (state.waiters, state.listeners.values.flatMap(\.values))
        }
        for waiter in waiters { waiter.resume(throwing: error) }
        for signal in signals { signal.raise() }
    }

    private func relist() async throws {
        let listing = try await client.list(resource, in: namespace, labels: selector)
        let waiters = state.withLock { state in
            var gone = Set(state.objects.keys)
            for object in listing.items {
                let key = Key(object)
                gone.remove(key)
                if state.objects[key]?.resourceVersion != object.resourceVersion { put(keep(object.slimmed), &state) }
            }
            for key in gone { remove(key, &state) }
            state.version = listing.resourceVersion
            state.isSynced = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Watches, time and again, until the place to go on from has been forgotten.
    private func follow() async throws {
        var quietEnds = 0
        while true {
            let before = state.withLock { $0.version }
            do {
                guard try await watchOnce(behind: before) else { return }
            } catch let error where error.isPassing {
                client.onTrouble("the watch of \(resource.plural) broke off: \(error); going on")
            }
            try Task.checkCancellation()
            // A server that ends every watch at once is not to be asked without a pause.
            let hasMoved = state.withLock { $0.version } != before
            quietEnds = hasMoved ? 0 : quietEnds + 1
            if quietEnds > 0 {
                try await client.clock.sleepFor(min(.milliseconds(50 << min(quietEnds, 8)), .seconds(10)))
            }
        }
    }

    /// - Returns: false where everything is to be listed anew.
    private func watchOnce(behind version: String) async throws -> Bool {
        do {
            let body = try await client.watch(resource, in: namespace, labels: selector, behind: version)
            for try await event in WatchEvents(body: body) {
                guard try take(event) else { return false }
            }
            return true
        } catch let error as APIError where error.reason == .expired {
            return false
        }
    }

    private func take(_ event: WatchEvent) throws -> Bool {
        switch event {
        case .changed(let object):
            state.withLock { state in
                put(keep(object.slimmed), &state)
                state.version = object.resourceVersion
            }
        case .deleted(let object):
            state.withLock { state in
                remove(Key(object), &state)
                state.version = object.resourceVersion
            }
        case .bookmark(let version): state.withLock { $0.version = version }
        case .failed(let error) where error.reason == .expired: return false
        case .failed(let error): throw error
        }
        return true
    }

    private func put(_ object: JSON, _ state: inout State) {
        let key = Key(object)
        let word = index(object)
        if let old = state.objects[key], case let oldWord = index(old), oldWord != word {
            state.index[oldWord]?.remove(key)
            tell(oldWord, &state)
        }
        state.objects[key] = object
        state.index[word, default: []].insert(key)
        tell(word, &state)
        tellFollowers(key, &state)
    }

    private func remove(_ key: Key, _ state: inout State) {
        guard let old = state.objects.removeValue(forKey: key) else { return }
        let word = index(old)
        state.index[word]?.remove(key)
        if state.index[word]?.isEmpty == true { state.index[word] = nil }
        tell(word, &state)
        tellFollowers(key, &state)
    }

    private func tellFollowers(_ key: Key, _ state: inout State) {
        for (number, follower) in state.followers {
            if let keys = follower.keys { keys.note(key) } else { state.followers[number] = nil }
        }
    }

    private func tell(_ word: String, _ state: inout State) {
        for listener in (state.listeners[word] ?? [:]).values { listener.raise() }
    }
}

/// Whether a resource version is later than another. They are numbers of one sequence (KEP-5504); what is none is later
/// than nothing.
private func isNewer(_ version: String, than other: String) -> Bool {
    guard let version = UInt64(version) else { return false }
    return UInt64(other).map { version > $0 } ?? true
}

extension JSON {
    /// Without the bookkeeping of who set which field, which is often the larger part of an object.
    fileprivate var slimmed: JSON {
        guard var metadata, metadata["managedFields"] != nil else { return self }
        var object = self
        metadata["managedFields"] = nil
        object["metadata"] = metadata
        return object
    }
}
