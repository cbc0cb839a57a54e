import AttuneCore
import Synchronization

/// Something that became durable through this store, for those who count.
public enum StoreActivity: Sendable {
    /// What one study got with a commit.
    public struct Events: Sendable {
        public let experiment: Experiment.ID
        public let events: [Event]
    }

    case created(Experiment.ID)
    case deleted(Experiment.ID, trials: Int)
    /// A commit, and how long it took, with its flush.
    case committed([Events], in: Duration)
}

extension StoreActivity.Events {
    init(_ claim: Claim, _ appends: [CommitQueue.Append]) {
        self.init(experiment: claim.experiment, events: appends.flatMap { $0.records.map(\.event) })
    }
}

/// A closure in a struct: one that stood in a `Mutex` by itself would be wrapped once more each time it is read.
struct Observer: Sendable {
    let tell: @Sendable (StoreActivity) -> Void
}

extension SQLiteStore {
    /// Tells `observer`, instead of one before, what becomes durable. It must be quick: writing waits for it.
    public func observe(_ observer: (@Sendable (StoreActivity) -> Void)?) {
        self.observer.withLock { $0 = observer.map(Observer.init) }
    }

    func tell(_ activity: @autoclosure () -> StoreActivity) {
        guard let observer = observer.withLock({ $0 }) else { return }
        observer.tell(activity())
    }
}
