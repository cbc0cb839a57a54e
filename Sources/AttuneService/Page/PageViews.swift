import AttuneCore
import AttunePage
import AttuneStore
import Foundation
import Synchronization

/// Experiments as columns, kept while somebody looks, and caught up from the store by what has changed since.
final class PageViews: Sendable {
    /// How many are kept at most.
    static let most = 8
    /// How long one is kept that nobody looks at.
    static let idleTime: TimeInterval = 600

    private struct Place {
        let keeper: ViewKeeper
        var lastUse: Date
    }

    private let store: SQLiteStore
    private let clock: TunerClock
    private let places = Mutex<[Experiment.ID: Place]>([:])

    init(_ store: SQLiteStore, clock: TunerClock) {
        self.store = store
        self.clock = clock
    }

    /// The experiment as the store has it now; nil where there is none.
    ///
    /// - Parameter texts: whether parameters and metrics are wanted.
    func view(of id: Experiment.ID, texts: Bool) async throws -> ExperimentView? {
        try await keeper(of: id).current(texts: texts)
    }

    func keeper(of id: Experiment.ID) -> ViewKeeper {
        let now = clock.now()
        return places.withLock { places in
            let keeper = places[id]?.keeper ?? ViewKeeper(id, store)
            places = places.filter { now.timeIntervalSince($0.value.lastUse) < PageViews.idleTime }
            places[id] = Place(keeper: keeper, lastUse: now)
            while places.count > PageViews.most {
                guard let oldest = places.filter({ $0.key != id }).min(by: { $0.value.lastUse < $1.value.lastUse })?.key
                else { break }
                places[oldest] = nil
            }
            return keeper
        }
    }

    /// The experiments that are kept, for tests.
    var kept: Set<Experiment.ID> { places.withLock { Set($0.keys) } }
}

/// One experiment's view, caught up by one reader at a time.
actor ViewKeeper {
    private let id: Experiment.ID
    private let store: SQLiteStore
    private var view: ExperimentView?
    private var hasTexts = false
    private var stamp: FileStamp?
    private var underWay: Task<Void, any Error>?
    /// What was computed of the view, by its name and the events it rests on.
    private var results: [String: (events: Int, createdAt: Date, task: Task<JSON, any Error>)] = [:]

    init(_ id: Experiment.ID, _ store: SQLiteStore) {
        self.id = id
        self.store = store
    }

    func current(texts: Bool) async throws -> ExperimentView? {
        if let known = known(texts) { return known }
        while let task = underWay { _ = await task.result }
        if let known = known(texts) { return known }
        let task = Task { try await catchUp(texts: texts) }
        underWay = task
        defer { underWay = nil }
        try await task.value
        // Whoever looks at the first chart soon asks for those that need texts.
        if !hasTexts, view != nil { Task { _ = try? await current(texts: true) } }
        return view
    }

    /// The view, where nothing was written since it was caught up.
    private func known(_ texts: Bool) -> ExperimentView? {
        guard let stamp, stamp == store.stamp, hasTexts || !texts else { return nil }
        return view
    }

    private func catchUp(texts: Bool) async throws {
        let before = store.stamp
        if view == nil, let experiment = try await store.experiment(id), let summary = try await store.summary(of: id) {
            view = ExperimentView(experiment, createdAt: summary.createdAt)
        }
        let wantsTexts = texts || hasTexts
        let changes = try await store.trialChanges(
            of: id, cells: view?.events ?? 0, texts: wantsTexts ? (view?.textEvents ?? 0) : nil)
        guard let changes, var view else { return forget() }
        guard changes.createdAt == view.createdAt else {
            // It was deleted, and another was created under its name.
            forget()
            return try await catchUp(texts: texts)
        }
        view.take(changes.cells, upTo: changes.events)
        if wantsTexts {
            try view.take(changes.texts, upTo: changes.events)
            hasTexts = true
        }
        self.view = view
        stamp = before
    }

    private func forget() {
        view = nil
        hasTexts = false
        stamp = nil
        results = [:]
    }

    /// What `body` makes of the experiment as it stands at `events`, made once however many ask.
    func result(
        _ name: String, at events: Int, _ createdAt: Date, _ body: @escaping @Sendable () async throws -> JSON
    ) async throws -> JSON {
        if let known = results[name], known.events == events, known.createdAt == createdAt {
            return try await known.task.value
        }
        let task = Task.detached { try await body() }
        results[name] = (events, createdAt, task)
        if results.count > 64, let oldest = results.min(by: { $0.value.events < $1.value.events })?.key {
            results[oldest] = nil
        }
        return try await task.value
    }
}
