import AttuneCore
import Synchronization

/// What waits for the next transaction, of all studies, in the order of the calls.
final class CommitQueue: Sendable {
    struct Append: Sendable {
        let claim: Claim
        let records: [EventRecord]
        let receipt: Receipt?
        let promise: Promise<Void>
    }

    struct Release: Sendable {
        let claim: Claim
        let promise: Promise<Void>
    }

    /// Everything that goes into one transaction.
    struct Batch: Sendable {
        var appends: [Append] = []
        var releases: [Release] = []
        var isEmpty: Bool { appends.isEmpty && releases.isEmpty }
    }

    /// A claim that this process holds.
    fileprivate enum Holding {
        case writing
        /// An append failed. None may follow, or the log would have a gap.
        case broken(any Error)
    }

    fileprivate struct State {
        var held: [Claim: Holding] = [:]
        /// Claims given up by a release that could not be written.
        var abandoned: Set<Claim> = []
        var waiting = Batch()
        var isDraining = false
    }

    private let state = Mutex(State())

    /// Lets appends under `claim` pass.
    func open(_ claim: Claim) {
        state.withLock { $0.held[claim] = .writing }
    }

    var held: [Claim] { state.withLock { Array($0.held.keys) } }

    func hasAbandoned(_ claim: Claim) -> Bool { state.withLock { $0.abandoned.contains(claim) } }

    /// Queues events for the next transaction.
    ///
    /// - Returns: the promise of their being durable, and whether the caller must start draining.
    func append(
        _ records: [EventRecord], _ receipt: Receipt?, under claim: Claim
    ) -> (promise: Promise<Void>, startsDraining: Bool) {
        let promise = Promise<Void>()
        return state.withLock { state in
            switch state.held[claim] {
            case nil: promise.keep(.failure(Fenced(experiment: claim.experiment)))
            case .broken(let error): promise.keep(.failure(error))
            case .writing:
                state.waiting.appends.append(Append(claim: claim, records: records, receipt: receipt, promise: promise))
                return (promise, state.startDraining())
            }
            return (promise, false)
        }
    }

    /// Queues the release of `claim` behind its appends, and lets no more of them pass.
    ///
    /// - Returns: nil when it is not held here.
    func release(_ claim: Claim) -> (promise: Promise<Void>, startsDraining: Bool)? {
        state.withLock { state in
            guard state.held.removeValue(forKey: claim) != nil else { return nil }
            let promise = Promise<Void>()
            state.waiting.releases.append(Release(claim: claim, promise: promise))
            return (promise, state.startDraining())
        }
    }

    /// Takes all that waits; nil ends the draining.
    func next() -> Batch? {
        state.withLock { state in
            let batch = state.waiting
            state.waiting = Batch()
            if batch.isEmpty { state.isDraining = false }
            return batch.isEmpty ? nil : batch
        }
    }

    /// Tells everyone who waits for `batch` how it went.
    ///
    /// - Parameters:
    ///   - failures: the studies whose appends were not kept.
    ///   - releaseFailure: why no release was recorded, if none was.
    func settle(_ batch: Batch, failures: [Claim: any Error], releaseFailure: (any Error)?) {
        state.withLock { state in
            for (claim, error) in failures { state.breakOff(claim, error) }
            if releaseFailure != nil { state.abandoned.formUnion(batch.releases.map(\.claim)) }
        }
        for append in batch.appends { append.promise.keep(failures[append.claim].map { .failure($0) } ?? .success(())) }
        for release in batch.releases { release.promise.keep(releaseFailure.map { .failure($0) } ?? .success(())) }
    }
}

extension CommitQueue.State {
    fileprivate mutating func startDraining() -> Bool {
        defer { isDraining = true }
        return !isDraining
    }

    /// Fails the claim, with what was queued under it meanwhile.
    fileprivate mutating func breakOff(_ claim: Claim, _ error: any Error) {
        if held[claim] != nil { held[claim] = .broken(error) }
        let late = waiting.appends.filter { $0.claim == claim }
        waiting.appends.removeAll { $0.claim == claim }
        for append in late { append.promise.keep(.failure(error)) }
    }
}
