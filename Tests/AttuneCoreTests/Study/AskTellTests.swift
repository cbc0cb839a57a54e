import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneCore

@Suite(.timeLimit(.minutes(10))) struct AskTellTests {
    @Test func `asking and telling finds the best`() async throws {
        let tuner = tuner(trials: 3)
        for value in [0.5, 0.2, 0.9] {
            let trial = try #require(try await tuner.ask())
            #expect(try await tuner.report(trial, ["loss": value + 0.05], step: 0) == .proceed)
            try await tuner.tell(trial, value)
        }
        #expect(try await tuner.ask() == nil)
        let study = await tuner.study
        #expect(study.status == .finished(.maxTrialsReached))
        #expect(study.bestNumber == 2)
        #expect(study[2].observations.map(\.step) == [0, 1])
    }

    @Test func `beyond the parallelism there is nothing to ask for`() async throws {
        let tuner = tuner(parallelism: 2)
        let first = try #require(try await tuner.ask())
        #expect(try await tuner.ask()?.number == 2)
        #expect(try await tuner.ask() == nil)
        try await tuner.tell(first, 1)
        #expect(try await tuner.ask()?.number == 3)
    }

    @Test func `a trial is told once, and only one that was asked for`() async throws {
        let tuner = tuner()
        let trial = try #require(try await tuner.ask())
        try await tuner.tell(trial, 1)
        await #expect(throws: AttuneError.self) { try await tuner.tell(trial, 0) }
        await #expect(throws: AttuneError.self) { try await tuner.end(trial, WorkEnd(.stopped)) }
        await #expect(throws: AttuneError.self) { try await tuner.report(trial, ["loss": 0], step: 0) }
        let unknown = Trial(number: 99, name: "ask-99", suggestion: trial.suggestion, startTime: trial.startTime)
        await #expect(throws: AttuneError.self) { try await tuner.tell(unknown, 0) }
        await #expect(throws: AttuneError.self) { try await tuner.report(unknown, ["loss": 0], step: 0) }
        #expect(await tuner.study.counts.total == 1)
        #expect(await tuner.study.best?.value(of: .minimize("loss")) == 1)
    }

    @Test func `many may ask a tuner that is not open yet`() async throws {
        let tuner = tuner(parallelism: 10, store: FakeStore())
        let numbers = try await withThrowingTaskGroup(of: Int?.self) { group in
            for _ in 0..<10 { group.addTask { try await tuner.ask()?.number } }
            return try await group.reduce(into: Set<Int?>()) { $0.insert($1) }
        }
        #expect(numbers == Set((1...10).map(Optional.some)))
    }

    @Test func `a trial judged hopeless is early stopped however it is ended, and stays judged`() async throws {
        let tuner = tuner(parallelism: 2)
        let first = try #require(try await tuner.ask())
        let second = try #require(try await tuner.ask())
        for trial in [first, second] {
            #expect(try await tuner.report(trial, ["loss": 5], step: 0) == .stop)
            #expect(try await tuner.report(trial, ["loss": 0], step: 1) == .stop)
        }
        try await tuner.tell(first, 0)
        try await tuner.end(second, WorkEnd(.stopped))
        #expect(await tuner.study.trials.map(\.outcome) == [.earlyStopped, .earlyStopped])
        #expect(await tuner.study.best == nil)
    }

    @Test func `a trial may end otherwise`() async throws {
        let tuner = tuner(parallelism: 5)
        var trials: [Trial] = []
        for _ in 0..<4 { trials.append(try #require(try await tuner.ask())) }
        try await tuner.tell(trials[0], .nan)
        try await tuner.tell(trials[1], ["accuracy": 1])
        try await tuner.end(trials[2], WorkEnd(.failed("no memory")))
        try await tuner.end(trials[3], WorkEnd(.stopped))
        let outcomes = await tuner.study.trials.compactMap(\.outcome)
        let found = "never reported a finite value of loss; the latest was nan; it printed nothing"
        #expect(outcomes[0] == .metricsUnavailable(found))
        #expect(outcomes[1] == .metricsUnavailable("never reported loss (reported: accuracy); it printed nothing"))
        #expect(outcomes[2] == .failed("no memory"))
        #expect(outcomes[3] == .killed("stopped"))
    }

    @Test(
        arguments: [
            (.nan, "never reported a finite value of loss; the latest was nan"),
            (.infinity, "never reported a finite value of loss; the latest was inf"),
            (-.infinity, "the min of loss, which counts, is -inf"),
        ] as [(Double, String)])
    func `a value that is not finite is no value, and the reason names it`(value: Double, reason: String) async throws {
        let tuner = tuner()
        let trial = try #require(try await tuner.ask())
        if value == -.infinity { _ = try await tuner.report(trial, ["loss": 0.5], step: 0) }
        try await tuner.tell(trial, value)
        let study = await tuner.study
        #expect(study[1].outcome == .metricsUnavailable("\(reason); it printed nothing"))
        #expect(study[1].value(of: study.objective) == nil && study.best == nil)
    }

    @Test func `a trial is told to a later tuner`() async throws {
        let store = MemoryStore()
        let first = tuner(store: store)
        let trial = try #require(try await first.ask())
        try await first.close()
        let second = tuner(store: store)
        #expect(try await second.report(trial, ["loss": 0.5], step: 0) == .proceed)
        try await second.tell(trial, 0.25)
        #expect(await second.study.best?.value(of: .minimize("loss")) == 0.25)
    }

    private func tuner(trials: Int? = nil, parallelism: Int = 1, store: any TrialStore = MemoryStore()) -> Tuner {
        let experiment = Experiment(
            "ask", .minimize("loss"), over: Parameter("x", in: 0.0...1.0), trials: trials, parallelism: parallelism)
        return Tuner(
            experiment, suggester: FakeSuggester.drawing, stoppingRule: StopAboveOne(), store: store,
            clock: ManualClock().tunerClock)
    }
}
