import AttuneCore
import Foundation
import Synchronization

/// An outside world in which trials go on by themselves, whoever follows them.
final class FakeWorld: TrialRunner {
    private struct Work {
        var starts = 0
        var end: WorkEnd?
        var follower: CheckedContinuation<WorkEnd, any Error>?
    }

    private struct State {
        var works: [String: Work] = [:]
        var isReleased = false
        var running = 0
        var mostAtOnce = 0
    }

    private let state = Mutex(State())
    private let end: @Sendable (Trial) -> WorkEnd?

    /// - Parameter end: how an attempt ends by itself; nil when only after `release()`, or a stop.
    init(_ end: @escaping @Sendable (Trial) -> WorkEnd?) { self.end = end }

    /// Lets every trial end, with a loss of 1 where it has no end of its own.
    func release() {
        let followers = state.withLock { state in
            state.isReleased = true
            return state.works.keys.compactMap { finish($0, .loss(1), in: &state) }
        }
        for (follower, end) in followers { follower.resume(returning: end) }
    }

    /// How often attempts were started, by trial and attempt.
    var starts: [String: Int] { state.withLock { $0.works.mapValues(\.starts).filter { $0.value > 0 } } }
    var mostAtOnce: Int { state.withLock { $0.mostAtOnce } }

    /// Returns when so many attempts have started.
    func started(_ count: Int) async {
        while starts.count < count { await Task.yield() }
    }

    func run(_ trial: Trial, report: @escaping @Sendable ([Observation]) async throws -> Void) async throws -> WorkEnd {
        begin(trial)
        for _ in 0..<5 { await Task.yield() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { follow(trial, $0) }
        } onCancel: {
            let follower = state.withLock { $0.works[key(trial)]?.follower.take() }
            follower?.resume(throwing: CancellationError())
        }
    }

    func stop(_ trial: Trial) async throws {
        let stopped = state.withLock { state in
            state.works[key(trial), default: Work()].end == nil
                ? finish(key(trial), WorkEnd(.stopped), in: &state) : nil
        }
        if let (follower, end) = stopped { follower.resume(returning: end) }
    }

    private func key(_ trial: Trial) -> String { "\(trial.number).\(trial.attempt)" }

    private func begin(_ trial: Trial) {
        state.withLock { state in
            let work = state.works[key(trial), default: Work()]
            guard work.starts == 0, work.end == nil else { return }
            state.works[key(trial), default: Work()].starts = 1
            state.running += 1
            state.mostAtOnce = max(state.mostAtOnce, state.running)
        }
    }

    private func follow(_ trial: Trial, _ follower: CheckedContinuation<WorkEnd, any Error>) {
        let own = end(trial)
        let result: Result<WorkEnd, any Error>? = state.withLock { state in
            if let end = state.works[key(trial)]?.end { return .success(end) }
            if let end = own ?? (state.isReleased ? .loss(1) : nil) {
                _ = finish(key(trial), end, in: &state)
                return .success(end)
            }
            if Task.isCancelled { return .failure(CancellationError()) }
            state.works[key(trial)]?.follower = follower
            return nil
        }
        if let result { follower.resume(with: result) }
    }

    private func finish(
        _ key: String, _ end: WorkEnd, in state: inout State
    ) -> (CheckedContinuation<WorkEnd, any Error>, WorkEnd)? {
        guard state.works[key, default: Work()].end == nil else { return nil }
        if state.works[key, default: Work()].starts > 0 { state.running -= 1 }
        state.works[key, default: Work()].end = end
        return state.works[key]?.follower.take().map { ($0, end) }
    }
}

extension WorkEnd {
    /// Completed, with this loss.
    static func loss(_ value: Double) -> WorkEnd {
        WorkEnd(
            .completed,
            observations: [Observation(metric: "loss", value: value, step: 0, time: Date(timeIntervalSince1970: 0))])
    }
}

/// A memory store whose commits may fail, or take their time.
final class FakeStore: TrialStore {
    struct DiskFull: Error {}

    let memory = MemoryStore()
    private let breaks: @Sendable (Event) -> Bool
    private let delay: @Sendable (Event) async -> Void

    /// - Parameters:
    ///   - breaks: whether a commit with this event fails, and so keeps nothing.
    ///   - delay: what passes before an event is durable.
    init(
        breaks: @escaping @Sendable (Event) -> Bool = { _ in false },
        delay: @escaping @Sendable (Event) async -> Void = { _ in }
    ) {
        self.breaks = breaks
        self.delay = delay
    }

    func create(_ experiment: Experiment, at time: Date) async throws { try await memory.create(experiment, at: time) }
    func load(_ id: Experiment.ID) async throws -> StoredExperiment? {
        await Task.yield()
        return try await memory.load(id)
    }
    func claim(_ id: Experiment.ID, at time: Date) async throws -> Claim { try await memory.claim(id, at: time) }
    func release(_ claim: Claim) async throws {
        try Task.checkCancellation()
        try await memory.release(claim)
    }
    func delete(_ id: Experiment.ID) async throws { try await memory.delete(id) }

    func reply(to request: String, of id: Experiment.ID) async throws -> [UInt8]? {
        try await memory.reply(to: request, of: id)
    }

    func append(_ events: [Event], receipt: Receipt?, under claim: Claim) -> Commit {
        guard !events.contains(where: breaks) else { return Commit { throw DiskFull() } }
        let commit = memory.append(events, receipt: receipt, under: claim)
        return Commit { [delay] in
            for event in events { await delay(event) }
            try await commit.wait()
        }
    }
}

/// A suggester that is a function.
struct FakeSuggester: Suggester {
    let answer: @Sendable (Study, inout RandomSource) throws -> Proposal
    init(_ answer: @escaping @Sendable (Study, inout RandomSource) throws -> Proposal) { self.answer = answer }
    func propose(for study: Study, using random: inout RandomSource) throws -> Proposal { try answer(study, &random) }

    /// Draws from the space.
    static let drawing = FakeSuggester { study, random in
        .run(Suggestion(try study.experiment.space.sample(using: &random)))
    }
}

/// Stops a trial whose last value is above 1.
struct StopAboveOne: EarlyStopping {
    mutating func verdict(on trial: Trial, in study: Study) -> Verdict {
        trial.observations.last.map { $0.value > 1 } == true ? .stop : .proceed
    }
}
