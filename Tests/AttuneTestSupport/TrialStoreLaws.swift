import AttuneCore
import Foundation
import Testing

/// A store, and another view of what it has made durable.
public struct StoreUnderTest: Sendable {
    let store: any TrialStore
    let freshReader: @Sendable () throws -> any TrialStore

    /// - Parameter freshReader: gives a store that opens the same data anew; the store itself where it has no outside.
    public init(_ store: any TrialStore, freshReader: @escaping @Sendable () throws -> any TrialStore) {
        self.store = store
        self.freshReader = freshReader
    }
}

/// What every `TrialStore` keeps to.
public struct TrialStoreLaw: Sendable, CustomTestStringConvertible {
    public let promise: String
    private let expectation: @Sendable (StoreUnderTest) async throws -> Void

    init(_ promise: String, _ expectation: @escaping @Sendable (StoreUnderTest) async throws -> Void) {
        self.promise = promise
        self.expectation = expectation
    }

    public var testDescription: String { promise }

    /// Records an issue where the store breaks the law.
    public func check(_ subject: StoreUnderTest) async throws { try await expectation(subject) }

    public static let all = [
        returnsWhatItWasGiven, keepsExplanationsAndImports, unknownIsNil, namesAreUnique, appendsAllOrNothing,
        keepsTheOrderOfCalls,
        keepsStudiesApart,
        aReplyMeansDurable, claimsAreExclusive, aReleasedClaimCanBeTaken, anOldClaimMayNotWrite,
        aReleasedClaimMayNotWrite,
        releasingOutlivesCancellation, tokensAreNeverUsedAgain, deletingForgets, whatIsHeldIsNotDeleted,
    ]
}

private let experiment = Samples.experiment()
private let time = Samples.noon

/// Creates the sample experiment and claims it.
private func opened(_ store: any TrialStore, _ experiment: Experiment = experiment) async throws -> Claim {
    try await store.create(experiment, at: time)
    return try await store.claim(experiment.id, at: time)
}

extension TrialStoreLaw {
    static let returnsWhatItWasGiven = TrialStoreLaw("events come back as given, in order") { subject in
        let claim = try await opened(subject.store)
        let events = Samples.events(of: experiment)
        for event in events { try await subject.store.append([event], under: claim).wait() }
        let stored = try #require(await subject.freshReader().load(experiment.id))
        #expect(stored.events == events)
        #expect(stored.experiment == experiment)
        #expect(abs(stored.createdAt.timeIntervalSince(time)) < 1e-6)
    }

    static let keepsExplanationsAndImports = TrialStoreLaw("imports and explanations come back as given") { subject in
        let claim = try await opened(subject.store)
        let assignment = experiment.space.assignment(at: experiment.space.parameters.map { _ in 0.75 })
        let why = Explanation(
            "Gaussian process \"é\"", mean: 0.1 + 0.2, deviation: 1e-9, acquisition: "logEI", score: -4,
            exploration: 0.5)
        let events: [Event] = [
            .imported(Samples.priorTrials(of: experiment), from: "earlier", at: time),
            .imported([], from: "b", at: time),
            .started(1, Suggestion(assignment, explanation: why), at: time),
        ]
        try await subject.store.append(events, under: claim).wait()
        let stored = try #require(await subject.freshReader().load(experiment.id))
        #expect(stored.events == events)
        #expect(try stored.study().priorTrials == Samples.priorTrials(of: experiment))
    }

    static let unknownIsNil = TrialStoreLaw("an unknown experiment is nil, and cannot be claimed") { subject in
        #expect(try await subject.store.load("unknown") == nil)
        await #expect(throws: AttuneError.self) { try await subject.store.claim("unknown", at: time) }
        try await subject.store.delete("unknown")
    }

    static let namesAreUnique = TrialStoreLaw("a second experiment of a name is refused") { subject in
        try await subject.store.create(experiment, at: time)
        await #expect(throws: AttuneError("an experiment named sample exists already")) {
            try await subject.store.create(experiment, at: time)
        }
    }

    static let appendsAllOrNothing = TrialStoreLaw("the events of one append are kept together") { subject in
        let claim = try await opened(subject.store)
        let events = Samples.events(of: experiment)
        try await subject.store.append(events, under: claim).wait()
        try await subject.store.append([], under: claim).wait()
        try await subject.store.release(claim)
        await #expect(throws: Fenced.self) { try await subject.store.append(events, under: claim).wait() }
        #expect(try await subject.store.load(experiment.id)?.events == events)
    }

    static let keepsTheOrderOfCalls = TrialStoreLaw("appends keep the order of the calls, waited for or not") {
        subject in
        let claim = try await opened(subject.store)
        var history = RandomHistory(of: experiment, seed: 1)
        let events = try history.events(300)
        let commits = events.map { subject.store.append([$0], under: claim) }
        for commit in commits.reversed() { try await commit.wait() }
        let stored = try #require(await subject.freshReader().load(experiment.id))
        #expect(stored.events.map(\.json) == events.map(\.json))
    }

    static let keepsStudiesApart = TrialStoreLaw("studies written at the same time keep their own events") { subject in
        let names = (1...8).map { "study-\($0)" }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (seed, name) in names.enumerated() {
                group.addTask {
                    let claim = try await opened(subject.store, Samples.experiment(named: name))
                    var history = RandomHistory(of: experiment, seed: UInt64(seed))
                    for _ in 0..<20 { try await subject.store.append(history.events(2), under: claim).wait() }
                }
            }
            try await group.waitForAll()
        }
        for (seed, name) in names.enumerated() {
            var history = RandomHistory(of: experiment, seed: UInt64(seed))
            let stored = try await subject.store.load(name)?.events.map(\.json)
            #expect(try stored == history.events(40).map(\.json))
        }
    }

    static let aReplyMeansDurable = TrialStoreLaw("once waited for, a fresh reader sees the events") { subject in
        let claim = try await opened(subject.store)
        let reader = try subject.freshReader()
        var history = RandomHistory(of: experiment, seed: 2)
        for count in 1...20 {
            try await subject.store.append(history.events(1), under: claim).wait()
            #expect(try await reader.load(experiment.id)?.events.count == count)
        }
    }

    static let claimsAreExclusive = TrialStoreLaw("a claimed experiment cannot be claimed") { subject in
        _ = try await opened(subject.store)
        await #expect(throws: HeldElsewhere.self) { try await subject.store.claim(experiment.id, at: time) }
        let other = try subject.freshReader()
        await #expect(throws: HeldElsewhere.self) { try await other.claim(experiment.id, at: time) }
    }

    static let aReleasedClaimCanBeTaken = TrialStoreLaw("a released claim can be taken, with a larger token") {
        subject in
        let first = try await opened(subject.store)
        try await subject.store.release(first)
        let second = try await subject.freshReader().claim(experiment.id, at: time)
        #expect(second.token > first.token)
        try await subject.store.release(first)
        await #expect(throws: HeldElsewhere.self) { try await subject.store.claim(experiment.id, at: time) }
    }

    static let anOldClaimMayNotWrite = TrialStoreLaw("who lost the claim may not write") { subject in
        let old = try await opened(subject.store)
        try await subject.store.release(old)
        let new = try await subject.store.claim(experiment.id, at: time)
        let events = Samples.events(of: experiment)
        await #expect(throws: Fenced(experiment: experiment.id)) {
            try await subject.store.append(events, under: old).wait()
        }
        try await subject.store.append(events, under: new).wait()
        #expect(try await subject.store.load(experiment.id)?.events == events)
    }

    static let aReleasedClaimMayNotWrite = TrialStoreLaw("a release keeps what came before and refuses the rest") {
        subject in
        let claim = try await opened(subject.store)
        let events = Samples.events(of: experiment)
        let before = subject.store.append(events, under: claim)
        try await subject.store.release(claim)
        try await before.wait()
        await #expect(throws: Fenced.self) { try await subject.store.append(events, under: claim).wait() }
        #expect(try await subject.store.load(experiment.id)?.events == events)
    }

    static let releasingOutlivesCancellation = TrialStoreLaw("a cancelled task can still append and release") {
        subject in
        let claim = try await opened(subject.store)
        let lettingGo = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await subject.store.append(Samples.events(of: experiment), under: claim).wait()
            try await subject.store.release(claim)
        }
        try await lettingGo.value
        #expect(try await subject.store.load(experiment.id)?.events == Samples.events(of: experiment))
        _ = try await subject.store.claim(experiment.id, at: time)
    }

    static let tokensAreNeverUsedAgain = TrialStoreLaw("a claim from before a deletion may not write afterwards") {
        subject in
        let old = try await opened(subject.store)
        try await subject.store.release(old)
        try await subject.store.delete(experiment.id)
        let new = try await opened(subject.store)
        #expect(new.token > old.token)
        await #expect(throws: Fenced.self) {
            try await subject.store.append(Samples.events(of: experiment), under: old).wait()
        }
    }

    static let deletingForgets = TrialStoreLaw("a deleted experiment is gone, and its name is free") { subject in
        let claim = try await opened(subject.store)
        try await subject.store.append(Samples.events(of: experiment), under: claim).wait()
        try await subject.store.release(claim)
        try await subject.store.delete(experiment.id)
        #expect(try await subject.store.load(experiment.id) == nil)
        try await subject.store.create(experiment, at: time)
        #expect(try await subject.freshReader().load(experiment.id)?.events == [])
    }

    static let whatIsHeldIsNotDeleted = TrialStoreLaw("an experiment is not deleted while someone runs it") { subject in
        let claim = try await opened(subject.store)
        await #expect(throws: HeldElsewhere.self) { try await subject.store.delete(experiment.id) }
        try await subject.store.append(Samples.events(of: experiment), under: claim).wait()
        #expect(try await subject.store.load(experiment.id) != nil)
    }
}
