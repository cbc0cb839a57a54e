import AttuneCore
import Foundation

/// The Trial resources of one experiment: created when a trial begins, brought up to date when it changes, and for the
/// newest trials only, so that etcd's limits are no limits of an experiment's.
actor TrialObjects {
    /// How many trials have a resource.
    enum Window: Sendable, Hashable {
        case newest(Int)
        case none

        static let usual = Window.newest(10_000)

        /// - Parameter text: a number, `all` or `none`.
        init?(_ text: String) {
            switch text {
            case "all": self = .newest(.max)
            case "none": self = .none
            default:
                guard let count = Int(text), count > 0 else { return nil }
                self = .newest(count)
            }
        }
    }

    private let maker: TrialStatus
    private let client: KubernetesClient
    private let informer: Informer
    private let window: Window
    private var created: [Trial.Number: JSON] = [:]
    private var creating: [Trial.Number: Task<JSON, any Error>] = [:]
    private var conditions: [Trial.Number: Conditions] = [:]
    /// Trials below it have no resource any more.
    private var firstKept = 1

    init(_ maker: TrialStatus, _ client: KubernetesClient, informer: Informer, window: Window) {
        self.maker = maker
        self.client = client
        self.informer = informer
        self.window = window
    }

    private var namespace: String { maker.owner.namespace }

    private func key(_ trial: Trial) -> Informer.Key { Informer.Key(namespace: namespace, name: trial.name) }

    /// What owns a trial's work: its resource, or the experiment where it has none.
    func owner(of trial: Trial) async throws -> JSON {
        if window == .none { return maker.owner.ownerReference }
        return try await object(of: trial).ownerReference
    }

    /// The resource of a trial, created where it is missing.
    private func object(of trial: Trial) async throws -> JSON {
        if let known = created[trial.number] { return known }
        if let known = informer[key(trial)], TrialMark(known)?.study == maker.owner.uid {
            created[trial.number] = known
            return known
        }
        let task = creating[trial.number] ?? Task { try await self.create(trial) }
        creating[trial.number] = task
        defer { creating[trial.number] = nil }
        let object = try await task.value
        created[trial.number] = object
        return object
    }

    private func create(_ trial: Trial) async throws -> JSON {
        let object = maker.object(trial)
        while true {
            do {
                return try await client.creating(object, .trials, in: namespace).identity
            } catch let error as APIError where error.reason == .alreadyExists {
                guard let found = try await client.find(.trials, trial.name, in: namespace) else { continue }
                if TrialMark(found)?.study == maker.owner.uid { return found.identity }
                // Left by an experiment of the same name that is gone; nobody else lets it go.
                try await client.release(found, .trials, TrialStatus.finalizer)
                try await client.delete(.trials, found.name, in: namespace, uid: found.uid)
                try await client.clock.sleepFor(.milliseconds(200))
            }
        }
    }

    /// Says of trials how they stand now. Those beyond the window lose their resource.
    func write(_ numbers: some Collection<Trial.Number> & Sendable, of study: Study) async throws {
        guard case .newest(let count) = window else { return }
        let first = study.trials.count - min(count, study.trials.count) + 1
        try await inParallel(numbers.filter { $0 >= first || study[$0].isRunning }) { number in
            try await self.write(study[number])
        }
        if first > firstKept {
            let leaving = (firstKept..<first).filter { !study[$0].isRunning }
            firstKept = first
            try await inParallel(leaving) { try await self.remove(study[$0]) }
        }
    }

    private func write(_ trial: Trial) async throws {
        let object = try await object(of: trial)
        let old = conditions[trial.number] ?? Conditions(informer[key(trial)]?["status"])
        let (status, new) = maker.status(trial, after: old, at: client.clock.now())
        conditions[trial.number] = trial.outcome == nil ? new : nil
        do {
            let written = try await client.updating(object, .trials, subresource: "status") { _ in ["status": status] }
            created[trial.number] = written.identity
        } catch let error as APIError where error.reason == .notFound {
            // Somebody deleted it.
        }
        if trial.outcome != nil { created[trial.number] = nil }
    }

    private func remove(_ trial: Trial) async throws {
        created[trial.number] = nil
        conditions[trial.number] = nil
        guard let object = informer[key(trial)] else { return }
        try await client.release(object, .trials, TrialStatus.finalizer)
        try await client.delete(.trials, trial.name, in: namespace, uid: object.uid)
    }

    /// The trials whose resource does not say how they stand.
    func outdated(_ study: Study) -> [Trial.Number] {
        guard case .newest(let count) = window else { return [] }
        return study.trials.suffix(count).filter { trial in
            let object = informer[key(trial)]
            let last = object?["status"]?["conditions"]?.array?.last
            let shown = last?["status"]?.string == "True" ? last?["type"]?.string : nil
            return shown != trial.state
        }.map(\.number)
    }

    /// So many at a time that the API server is not overrun, and none waits for another.
    private func inParallel(
        _ numbers: [Trial.Number], _ body: @escaping @Sendable (Trial.Number) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, number) in numbers.enumerated() {
                if index >= 32 { try await group.next() }
                group.addTask { try await body(number) }
            }
            try await group.waitForAll()
        }
    }
}

extension JSON {
    /// What tells an object from others: enough for what it owns to refer to it.
    var identity: JSON {
        var object: JSON = [:]
        for name in ["apiVersion", "kind", "metadata"] { object[name] = self[name] }
        return object
    }

    /// What the operator keeps of a Trial: who it is, and what it says last.
    var trialOutline: JSON {
        var object = identity
        if let conditions = self["status"]?["conditions"]?.array, let last = conditions.last {
            object["status"] = ["conditions": conditions.count == 1 ? [last] : .array(conditions)]
        }
        return object
    }
}

extension KubernetesClient {
    /// Merges changes into an object as it is: into no other of its name, and into none that changed since it was looked at.
    /// So a request that was given up, and is carried out late, does not put old over new.
    ///
    /// - Parameters:
    ///   - object: as it was seen last; its metadata will do.
    ///   - changes: of the object as it is, with whatever others have made of it; nil where there is nothing to change.
    /// - Returns: what it is then.
    /// - Throws: `APIError`; `.notFound` where the object is gone.
    func updating(
        _ object: JSON, _ resource: APIResource, subresource: String? = nil, _ changes: (JSON) -> JSON?
    ) async throws -> JSON {
        var current = object
        while var made = changes(current) {
            var metadata = made["metadata"] ?? [:]
            metadata["resourceVersion"] = .string(current.resourceVersion)
            made["metadata"] = metadata
            do {
                return try await merge(
                    made, into: object.name, resource, in: object.namespace, subresource: subresource)
            } catch let error as APIError where error.reason == .conflict {
                guard let found = try await find(resource, object.name, in: object.namespace), found.uid == object.uid
                else { throw APIError(status: 404, reason: .notFound, message: "\(object.name) is gone") }
                if found.resourceVersion == current.resourceVersion {
                    onTrouble("\(error); trying again")
                    try await clock.sleepFor(.milliseconds(50))
                }
                current = found
            }
        }
        return current
    }

    /// Creates an object, again and again while others write at the same time.
    func creating(_ object: JSON, _ resource: APIResource, in namespace: String?) async throws -> JSON {
        while true {
            do {
                return try await create(object, resource, in: namespace)
            } catch let error as APIError where error.reason == .conflict {
                onTrouble("\(error); trying again")
                try await clock.sleepFor(.milliseconds(50))
            }
        }
    }

    /// Takes a finalizer off an object. Does nothing where it has none, or is gone.
    func release(_ object: JSON, _ resource: APIResource, _ finalizer: String) async throws {
        do {
            _ = try await updating(object, resource) { current in
                let finalizers = current.metadata?["finalizers"]?.array ?? []
                let others = finalizers.filter { $0 != .string(finalizer) }
                return others == finalizers ? nil : ["metadata": ["finalizers": .array(others)]]
            }
        } catch let error as APIError where error.reason == .notFound {
            return
        }
    }
}
