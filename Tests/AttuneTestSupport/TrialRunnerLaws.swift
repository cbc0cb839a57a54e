import AttuneCore
import Foundation
import Synchronization
import Testing

/// What every runner keeps, whatever it carries trials out with.
///
/// A law never waits for time to pass: a runner that does not keep one may hang, so give the test a time limit.
public struct TrialRunnerLaws: Sendable {
    /// What a trial does, in a runner made for these laws.
    public enum Program: Sendable {
        /// Reports the objective as 3, 2 and 1, and completes.
        case succeeding
        /// Fails, by an error of its own.
        case failing
        /// Reports the objective once, as 5, and goes on until it is stopped.
        case endless
    }

    /// A runner whose trials all do the same, and what is needed to look behind it.
    public struct Fixture: Sendable {
        let runner: any TrialRunner
        let experiment: Experiment
        let starts: @Sendable () async throws -> Int

        /// - Parameter starts: how often a trial's work was begun so far.
        public init(
            _ runner: any TrialRunner, _ experiment: Experiment, starts: @escaping @Sendable () async throws -> Int
        ) {
            self.runner = runner
            self.experiment = experiment
            self.starts = starts
        }
    }

    private let survives: Bool
    private let make: @Sendable (Program) async throws -> Fixture

    /// - Parameters:
    ///   - survives: whether a trial goes on when nobody follows it. One that is a call of this process cannot.
    ///   - make: a new runner, which knows nothing of earlier ones.
    public init(survives: Bool, _ make: @escaping @Sendable (Program) async throws -> Fixture) {
        self.survives = survives
        self.make = make
    }

    /// All laws, one after another.
    public func check() async throws {
        try await reportsArriveInOrderAndAreAwaited()
        try await aProgramThatFailsEndsFailed()
        try await stoppingEndsATrialOnce()
        try await aTrialStoppedBeforeItBeganNeverBegins()
        try await cancellingLetsGo()
    }

    public func reportsArriveInOrderAndAreAwaited() async throws {
        let fixture = try await make(.succeeding)
        let reports = Reports()
        let end = try await fixture.runner.run(try fixture.trial()) { observations in
            #expect(reports.begin() == 1, "a report came while another was under way")
            for _ in 0..<20 { await Task.yield() }
            reports.finish(observations)
        }
        #expect(end.kind == .completed)
        let values = (reports.all + end.observations).filter { $0.metric == fixture.experiment.objective.metric }.map(
            \.value)
        #expect(values == [3, 2, 1])
        #expect(try await fixture.starts() == 1)
    }

    public func aProgramThatFailsEndsFailed() async throws {
        let fixture = try await make(.failing)
        let end = try await fixture.runner.run(try fixture.trial()) { _ in }
        guard case .failed(let reason) = end.kind else {
            Issue.record("a failing program ended \(end.kind)")
            return
        }
        #expect(!reason.isEmpty)
    }

    public func stoppingEndsATrialOnce() async throws {
        let fixture = try await make(.endless)
        let trial = try fixture.trial()
        let end = try await untilFirstReport(of: trial, in: fixture) { following in
            try await fixture.runner.stop(trial)
            try await fixture.runner.stop(trial)
            return try await following.value
        }
        #expect(end.kind == .stopped)
        try await fixture.runner.stop(trial)
        #expect(try await fixture.starts() == 1)
    }

    public func aTrialStoppedBeforeItBeganNeverBegins() async throws {
        let fixture = try await make(.endless)
        let trial = try fixture.trial()
        try await fixture.runner.stop(trial)
        let end = try await fixture.runner.run(trial) { _ in }
        #expect(end.kind == .stopped)
        #expect(end.observations.isEmpty)
        #expect(try await fixture.starts() == 0)
    }

    /// Where trials survive, a second call adopts what the first let go of, and reports only what is new.
    public func cancellingLetsGo() async throws {
        let fixture = try await make(.endless)
        var study = try fixture.study()
        let seen = Reports()
        try await untilFirstReport(of: study[1], in: fixture, seen) { following in
            following.cancel()
            await #expect(throws: CancellationError.self) { try await following.value }
        }
        guard survives else { return }
        try study.apply(.observed(1, seen.all))
        let trial = study[1]
        let later = Reports()
        let adopting = Task { try await fixture.runner.run(trial) { later.finish($0) } }
        try await fixture.runner.stop(trial)
        let end = try await adopting.value
        #expect(end.kind == .stopped)
        #expect(try await fixture.starts() == 1)
        #expect((later.all + end.observations).isEmpty, "what was reported before came again")
    }

    /// Follows a trial in a task of its own, and hands that over once the first report is in.
    private func untilFirstReport<Result>(
        of trial: Trial, in fixture: Fixture, _ reports: Reports = Reports(),
        _ act: (Task<WorkEnd, any Error>) async throws -> Result
    ) async throws -> Result {
        let (first, signal) = AsyncStream.makeStream(of: Void.self)
        let following = Task {
            defer { signal.finish() }
            return try await fixture.runner.run(trial) { observations in
                reports.finish(observations)
                signal.yield()
            }
        }
        for await _ in first { break }
        return try await act(following)
    }
}

extension TrialRunnerLaws.Fixture {
    /// A study in which one trial has started.
    fileprivate func study() throws -> Study {
        let start = Date(timeIntervalSince1970: 1_700_000_000)
        var study = Study(experiment, createdAt: start)
        var random = RandomSource(seed: 1)
        try study.apply(.started(1, Suggestion(try experiment.space.sample(using: &random)), at: start))
        return study
    }

    fileprivate func trial() throws -> Trial { try study()[1] }
}

/// What was reported, and whether reports overlapped.
private final class Reports: Sendable {
    private let state = Mutex<(underWay: Int, observations: [Observation])>((0, []))

    var all: [Observation] { state.withLock { $0.observations } }

    /// How many reports are under way now.
    func begin() -> Int {
        state.withLock { state in
            state.underWay += 1
            return state.underWay
        }
    }

    func finish(_ observations: [Observation]) {
        state.withLock { state in
            state.underWay -= 1
            state.observations += observations
        }
    }
}
