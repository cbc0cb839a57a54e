import AttuneAlgorithms
import AttuneCore
import Foundation
import Synchronization

/// Watches Experiment resources and drives a tuner for each.
///
/// The store is the truth; Trials, Suggestions and statuses are written from it and never read back. Whoever runs it next
/// on the same store goes on where it was: trials that run are adopted.
public struct Operator: Sendable {
    public struct Configuration: Sendable {
        /// Nil watches all.
        public var namespace: String?
        /// Which experiments, by their labels; empty for all.
        public var selector = ""
        /// What trials are carried out with.
        public var runner = KubernetesRunner.Options(study: "", collectorImage: "attune")
        /// Who reports Events.
        public var reporter = "attune-operator"
        /// How long changes gather before they are written to resources.
        public var gathering = Duration.seconds(1)
        public var log: @Sendable (String) -> Void = { _ in }

        public init() {}
    }

    private let office: OperatorOffice
    private let drivers: Drivers

    public init(
        _ configuration: Configuration, cluster: Cluster, store: any TrialStore,
        catalogue: AlgorithmCatalogue = .standard
    ) {
        let namespace = configuration.namespace
        let labels = TrialMark.experimentLabel
        office = OperatorOffice(
            cluster: cluster, store: store, catalogue: catalogue,
            experiments: cluster.informer(.experiments, in: namespace, labels: configuration.selector),
            trials: cluster.informer(.trials, in: namespace, labels: labels, keep: { $0.trialOutline }),
            events: EventRecorder(cluster.client, reporter: configuration.reporter),
            runnerOptions: configuration.runner, gathering: configuration.gathering, log: configuration.log)
        drivers = Drivers()
    }

    /// Drives every experiment until it is cancelled, which lets go of all of them.
    ///
    /// - Parameter onReady: called once, when all that is there is known.
    /// - Throws: `APIError` where the cluster refuses for good.
    public func run(onReady: @Sendable () -> Void = {}) async throws {
        try await office.experiments.synced()
        try await office.trials.synced()
        onReady()
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await releaseDeletedTrials() }
            group.addTask { try await driveAll() }
            try await group.waitForAll()
        }
    }

    // MARK: Experiments

    private func driveAll() async throws {
        do {
            let keys = office.experiments.keys()
            while true { for key in try await keys.next() { heed(key) } }
        } catch {
            await drivers.letGo()
            throw error
        }
    }

    private func heed(_ key: Informer.Key) {
        guard let object = office.experiments[key] else { return drivers.end(key) {} }
        if object.isBeingDeleted {
            drivers.end(key) { await bury(object) }
        } else {
            drivers.begin(ExperimentDriver(object, office))
        }
    }

    /// Forgets what is known of an experiment that is being deleted, and lets the resource go. What it owns goes with it.
    private func bury(_ object: JSON) async {
        var pause = Duration.milliseconds(100)
        while !Task.isCancelled {
            do {
                let id = "\(object.namespace)/\(object.name)"
                if let stored = try await office.store.load(id), stored.experiment.study == object.uid {
                    try await office.store.delete(id)
                }
                try await office.client.release(object, .experiments, ExperimentResource.finalizer)
                return
            } catch {
                office.log("\(object.namespace)/\(object.name) is not let go yet: \(error)")
                try? await office.clock.sleepFor(pause)
                pause = min(pause * 2, .seconds(10))
            }
        }
    }

    // MARK: Trials

    /// Lets Trial resources go that somebody deletes. One whose trial still runs ends it.
    private func releaseDeletedTrials() async throws {
        let keys = office.trials.keys()
        while true { for key in try await keys.next() { try await release(key) } }
    }

    private func release(_ key: Informer.Key) async throws {
        guard let object = office.trials[key], object.isBeingDeleted else { return }
        do {
            if let experiment = object.label(TrialMark.experimentLabel) {
                try await drivers.end(trial: key.name, of: .init(namespace: key.namespace, name: experiment))
            }
            try await office.client.release(object, .trials, TrialStatus.finalizer)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            office.log("\(key.namespace)/\(key.name) is not let go yet: \(error)")
        }
    }
}

/// The drivers at work, one for each experiment.
private final class Drivers: Sendable {
    private struct Place {
        /// Nil once the experiment has gone.
        var driver: ExperimentDriver?
        var task: Task<Void, Never>
    }

    private let places = Mutex<[Informer.Key: Place]>([:])

    /// Begins to drive, after whatever is under way about the name, unless this very experiment is being driven.
    func begin(_ driver: ExperimentDriver) {
        places.withLock { places in
            let place = places[driver.key]
            guard place?.driver?.uid != driver.uid else { return }
            let task = Task {
                if place?.driver != nil { place?.task.cancel() }
                await place?.task.value
                await driver.run()
            }
            places[driver.key] = Place(driver: driver, task: task)
        }
    }

    /// Lets go of an experiment that has gone, or is about to, and does what is left to do then.
    func end(_ key: Informer.Key, then finish: @escaping @Sendable () async -> Void) {
        places.withLock { places in
            // Where the end is under way already, it goes on.
            guard let place = places[key], place.driver != nil else {
                if places[key] == nil { places[key] = Place(driver: nil, task: Task { await finish() }) }
                return
            }
            let task = Task {
                place.task.cancel()
                await place.task.value
                await finish()
            }
            places[key] = Place(driver: nil, task: task)
        }
    }

    func end(trial name: String, of key: Informer.Key) async throws {
        let driver = places.withLock { $0[key]?.driver }
        try await driver?.end(trial: name)
    }

    /// Lets go of all, and returns when that is done.
    func letGo() async {
        let tasks = places.withLock { places in
            defer { places = [:] }
            return places.values.map(\.task)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}
