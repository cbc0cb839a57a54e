import AttuneAlgorithms
import AttuneCore
import AttuneStore
import Foundation
import Synchronization

/// The experiments that are served, opened when they are first asked for.
public final class Hub: Sendable {
    let store: SQLiteStore
    let catalogue: AlgorithmCatalogue
    let clock: TunerClock
    private let state = Mutex(State())

    private struct Place {
        let desk: Task<Desk, any Error>
        var users = 0
        var lastUse: Date
    }

    private struct State {
        var places: [Experiment.ID: Place] = [:]
        var bells: [Experiment.ID: Bell] = [:]
        var isEnding = false
    }

    /// Experiments kept in memory beyond those in use.
    static let idlePlaces = 256
    static let idleTime: TimeInterval = 600

    public init(store: SQLiteStore, catalogue: AlgorithmCatalogue = .standard, clock: TunerClock = .system) {
        self.store = store
        self.catalogue = catalogue
        self.clock = clock
    }

    /// Whether nobody is to wait for anything any more.
    var isEnding: Bool { state.withLock { $0.isEnding } }

    /// Answers all who wait, as the service ends.
    public func end() {
        let bells = state.withLock { state in
            state.isEnding = true
            return Array(state.bells.values)
        }
        for bell in bells { bell.ring() }
    }

    /// Rings whenever an experiment changes here.
    func bell(of id: Experiment.ID) -> Bell {
        state.withLock { state in
            let bell = state.bells[id] ?? Bell()
            state.bells[id] = bell
            return bell
        }
    }

    /// Does something with an experiment that stays open meanwhile.
    ///
    /// - Throws: `notFound`; `HeldElsewhere` where another process drives it.
    func with<Value: Sendable>(_ id: Experiment.ID, _ body: (Desk) async throws -> Value) async throws -> Value {
        let bell = bell(of: id)
        let opening = state.withLock { state in
            if state.places[id] == nil {
                let desk = Task { [self] in try await open(id, bell) }
                state.places[id] = Place(desk: desk, lastUse: clock.now())
            }
            state.places[id]?.users += 1
            return state.places[id]?.desk
        }
        defer { leave(id) }
        guard let opening else { preconditionFailure("a place that was just taken is there") }
        do {
            return try await body(try await opening.value)
        } catch let error as Fenced {
            forget(id)
            throw error
        }
    }

    private func leave(_ id: Experiment.ID) {
        state.withLock { state in
            state.places[id]?.users -= 1
            state.places[id]?.lastUse = clock.now()
        }
    }

    private func open(_ id: Experiment.ID, _ bell: Bell) async throws -> Desk {
        do {
            guard let experiment = try await store.experiment(id) else { throw unknown(id) }
            let budget = try await store.editedBudget(of: id)
            var current = experiment
            if let budget { current.budget = budget }
            let tuner = Tuner(
                current, suggester: try catalogue.suggester(for: experiment),
                stoppingRule: try catalogue.stoppingRule(for: experiment), store: store, clock: clock)
            return try await Desk(tuner, bell: bell, store: store, clock: clock)
        } catch {
            forget(id)
            throw error
        }
    }

    func unknown(_ id: Experiment.ID) -> ServiceError {
        ServiceError(.notFound, "there is no experiment named \(id.split(separator: "/").last ?? "") in this namespace")
    }

    private func forget(_ id: Experiment.ID) {
        state.withLock { $0.places[id] = nil }
    }

    /// Closes an experiment, so that it can be deleted, or driven by another.
    func release(_ id: Experiment.ID) async throws {
        let place = state.withLock { $0.places.removeValue(forKey: id) }
        if let desk = try? await place?.desk.value { try await desk.close() }
    }

    /// What has to happen whether or not anybody calls. To be called every second or so.
    public func maintain() async throws {
        let stopping = try await store.requestedStops()
        let places = state.withLock { $0.places }
        for (id, place) in places {
            guard let desk = try? await place.desk.value else { continue }
            try await desk.endHopeless()
            if stopping.contains(id) { try await desk.heedStopRequest() }
        }
        try await releaseIdle()
    }

    /// Closes what has not been used for long.
    private func releaseIdle() async throws {
        let now = clock.now()
        let idle = state.withLock { state in
            let idle = state.places.filter { $0.value.users == 0 }
                .sorted { $0.value.lastUse > $1.value.lastUse }.enumerated()
                .filter {
                    $0.offset >= Hub.idlePlaces || now.timeIntervalSince($0.element.value.lastUse) > Hub.idleTime
                }
                .map(\.element)
            for (id, _) in idle { state.places[id] = nil }
            return idle.map(\.value.desk)
        }
        for desk in idle { try await desk.value.close() }
    }

    /// Gives every experiment up, so that others may drive them. What workers carry out goes on.
    public func releaseAll() async throws {
        let desks = state.withLock { state in
            defer { state.places = [:] }
            return state.places.values.map(\.desk)
        }
        for desk in desks { if let desk = try? await desk.value { try await desk.close() } }
    }
}

extension Caller {
    /// What an experiment of this caller's namespace is called in the store.
    ///
    /// - Throws: `invalidArgument` where it is no name.
    func id(of experiment: String) throws(ServiceError) -> Experiment.ID {
        guard !experiment.isEmpty, !experiment.contains("/") else {
            throw ServiceError(.invalidArgument, "experiment: must be the name of an experiment of this namespace")
        }
        return tenancy.map { "\($0)/\(experiment)" } ?? experiment
    }

    /// Nil for the default namespace.
    var tenancy: String? { namespace == Caller.defaultNamespace ? nil : namespace }
}
