import AttuneTestSupport
import Foundation
import Synchronization
import Testing

@testable import AttuneCore

@Suite(.timeLimit(.minutes(10))) struct ClosureRunnerTests {
    @Test func `a function of this process is a runner`() async throws {
        try await TrialRunnerLaws(survives: false) { program in
            let counter = Counter()
            let runner = ClosureRunner(clock: ManualClock().tunerClock) { live in
                counter.count()
                return try await Self.carryOut(program, live)
            }
            return TrialRunnerLaws.Fixture(runner, Self.experiment(), starts: { counter.value })
        }.check()
    }

    @Test func `a function that throws makes its trial fail, and the experiment goes on`() async throws {
        struct Diverged: Error {}
        let study = try await tuner(trials: 4).run { trial in
            if trial.number == 2 { throw Diverged() }
            return Double(trial.number)
        }
        #expect(study.trials.map(\.outcome) == [.succeeded, .failed("Diverged()"), .succeeded, .succeeded])
        #expect(study.status == .finished(.maxTrialsReached))
    }

    @Test func `not a number is no metric`() async throws {
        let study = try await tuner(trials: 1).run { _ in .nan }
        let found = "never reported a finite value of loss; the latest was nan; it printed nothing"
        #expect(study[1].outcome == .metricsUnavailable(found))
    }

    @Test func `a trial judged hopeless is cancelled at its report and counts as early stopped`() async throws {
        let study = try await tuner(trials: 2).run { trial in
            for step in 0..<10 { try await trial.report("loss", trial.number == 1 && step == 3 ? 5 : 0.5, step: step) }
            return 0.1
        }
        #expect(study[1].outcome == .earlyStopped)
        #expect(study[1].observations.count == 4)
        #expect(study[2].outcome == .succeeded)
        #expect(study.bestNumber == 2)
    }

    @Test func `a call that takes too long fails`() async throws {
        let clock = ManualClock()
        var experiment = Self.experiment()
        experiment.budget.maxTrials = 1
        experiment.trialTimeout = .seconds(5)
        let tuner = Tuner(experiment, suggester: FakeSuggester.drawing, clock: clock.tunerClock)
        let runner = ClosureRunner(timeout: .seconds(5), clock: clock.tunerClock) { _ in try await Self.forever() }
        let running = Task { try await tuner.run(with: runner) }
        await clock.hasSleeper()
        clock.advance(by: .seconds(6))
        #expect(try await running.value[1].outcome == .failed("timed out after 5.0 s"))
    }

    @Test func `parameters are read with their types`() async throws {
        let rate = Parameter("rate", in: 0.5...0.5)
        let layers = Parameter("layers", in: 3...3)
        let kind = Parameter("kind", of: ["conv"])
        let momentum = Parameter("momentum", in: 0.0...1.0).when(layers, in: 3)
        let experiment = Experiment("types", .minimize("loss"), over: rate, layers, kind, momentum, trials: 1)
        let study = try await Tuner(experiment, suggester: FakeSuggester.drawing).run { trial in
            trial[rate] * Double(trial[layers]) + (trial[kind] == "conv" ? 1 : 0)
                + (trial[optional: momentum] == nil ? 10 : 0)
        }
        #expect(study.best?.value(of: .minimize("loss")) == 2.5)
    }

    private static func carryOut(_ program: TrialRunnerLaws.Program, _ live: LiveTrial) async throws -> [String: Double]
    {
        switch program {
        case .succeeding:
            try await live.report("loss", 3, step: 0)
            try await live.report("loss", 2, step: 1)
            return ["loss": 1]
        case .failing: throw AttuneError("out of memory")
        case .endless:
            try await live.report("loss", 5, step: 0)
            return try await forever()
        }
    }

    /// Until cancelled.
    private static func forever() async throws -> [String: Double] {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        defer { continuation.finish() }
        for await _ in stream {}
        throw CancellationError()
    }

    private static func experiment() -> Experiment {
        Experiment("closure", .minimize("loss"), over: Parameter("x", in: 0.0...1.0))
    }

    private func tuner(trials: Int) -> Tuner {
        var experiment = Self.experiment()
        experiment.budget.maxTrials = trials
        return Tuner(
            experiment, suggester: FakeSuggester.drawing, stoppingRule: StopAboveOne(), clock: ManualClock().tunerClock)
    }
}

/// Counts, from any thread.
private final class Counter: Sendable {
    private let total = Mutex(0)
    var value: Int { total.withLock { $0 } }
    func count() { total.withLock { $0 += 1 } }
}
