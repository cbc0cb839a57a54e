import Foundation

/// Keeps the events of every experiment, in order.
public protocol TrialStore: Sendable {
    /// - Throws: `AttuneError` when an experiment of that name exists.
    func create(_ experiment: Experiment, at time: Date) async throws

    /// The experiment as it was created, with all its events in order; nil when there is none of that name.
    func load(_ id: Experiment.ID) async throws -> StoredExperiment?

    /// Makes the caller the only writer of a study.
    ///
    /// A dead holder is taken over; its later writes are refused.
    /// - Throws: `HeldElsewhere` while another is alive.
    func claim(_ id: Experiment.ID, at time: Date) async throws -> Claim

    /// Gives a claim back. Does nothing when it was taken over.
    func release(_ claim: Claim) async throws

    /// Appends events after all appended before, in the order of the calls.
    ///
    /// Returns at once; the events are durable when `Commit.wait()` returns. Either all of the events are kept or none.
    /// After an append that failed, every later one under the same claim fails too: a log has no gaps.
    ///
    /// - Parameter receipt: kept with the events, or not at all.
    func append(_ events: [Event], receipt: Receipt?, under claim: Claim) -> Commit

    /// The reply that was kept for a request to an experiment; nil where there is none.
    func reply(to request: String, of id: Experiment.ID) async throws -> [UInt8]?

    /// Removes an experiment with everything recorded of it. Does nothing when there is none.
    ///
    /// - Throws: `HeldElsewhere` while someone holds its claim.
    func delete(_ id: Experiment.ID) async throws
}

extension TrialStore {
    public func append(_ events: [Event], under claim: Claim) -> Commit {
        append(events, receipt: nil, under: claim)
    }
}

/// What a request was answered, kept with what it changed, so that the same request made again gets the same reply and
/// changes nothing more.
public struct Receipt: Sendable, Hashable {
    /// The name that the client gave its request.
    public let request: String
    public let reply: [UInt8]

    public init(request: String, reply: [UInt8]) {
        self.request = request
        self.reply = reply
    }
}

public struct StoredExperiment: Sendable {
    public var experiment: Experiment
    public var createdAt: Date
    public var events: [Event]

    public init(experiment: Experiment, createdAt: Date, events: [Event]) {
        self.experiment = experiment
        self.createdAt = createdAt
        self.events = events
    }

    /// The fold of the events.
    ///
    /// - Throws: `AttuneError` naming the first event that cannot follow those before it.
    public func study() throws(AttuneError) -> Study {
        var study = Study(experiment, createdAt: createdAt)
        for event in events { try study.apply(event) }
        return study
    }
}

/// The right to write one study. Of two claims the one with the larger token is the later, also where an experiment was
/// deleted and created again between them; only the latest may write.
public struct Claim: Sendable, Hashable {
    public let experiment: Experiment.ID
    public let token: Int

    public init(experiment: Experiment.ID, token: Int) {
        self.experiment = experiment
        self.token = token
    }
}

/// Another process drives the study.
public struct HeldElsewhere: Error, Sendable, Hashable, CustomStringConvertible {
    public var experiment: Experiment.ID
    /// Such as `process 4711 on host`.
    public var holder: String

    public init(experiment: Experiment.ID, holder: String) {
        self.experiment = experiment
        self.holder = holder
    }

    public var description: String { "\(experiment) is being run by \(holder); stop it there, or wait until it ends" }
}

/// The writer lost its claim to another and must not go on.
public struct Fenced: Error, Sendable, Hashable, CustomStringConvertible {
    public var experiment: Experiment.ID
    public init(experiment: Experiment.ID) { self.experiment = experiment }
    public var description: String {
        "\(experiment) was taken over by another process; nothing more was written from here"
    }
}

/// An append under way.
public struct Commit: Sendable {
    private let durable: @Sendable () async throws -> Void

    public init(_ durable: @escaping @Sendable () async throws -> Void) { self.durable = durable }

    /// Returns when the events are on disk.
    public func wait() async throws { try await durable() }
}
