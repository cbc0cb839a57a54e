import AttuneTestSupport
import Foundation
import Synchronization
import Testing

@testable import AttuneCore

@Suite(.timeLimit(.minutes(10))) struct TunerTests {
    @Test(arguments: [1, 3, 8]) func `as many trials run as were asked for, never more at once than allowed`(
        _ parallelism: Int
    ) async throws {
        let world = FakeWorld { .loss(Double($0.number)) }
        let study = try await tuner(trials: 20, parallelism: parallelism).run(with: world)
        #expect(study.status == .finished(.maxTrialsReached))
        #expect(study.counts.succeeded == 20 && study.counts.total == 20)
        #expect(study.bestNumber == 1)
        #expect(world.starts.count == 20)
        #expect(world.mostAtOnce <= parallelism)
    }

    @Test func `a goal that is reached stops the others, which are recorded as killed`() async throws {
        let world = FakeWorld { $0.number == 3 ? .loss(0) : nil }
        let study = try await tuner(.minimize("loss", goal: 0.1), trials: 20, parallelism: 3).run(with: world)
        #expect(study.status == .finished(.goalReached))
        #expect(
            study.trials.map(\.outcome) == [
                .killed(Finish.goalReached.message), .killed(Finish.goalReached.message), .succeeded,
            ])
    }

    @Test func `too many failures fail the experiment`() async throws {
        let world = FakeWorld { $0.number == 1 ? .loss(1) : WorkEnd(.failed("exit 1")) }
        let study = try await tuner(parallelism: 1, maxFailed: 2).run(with: world)
        guard case .finished(.failed) = study.status else {
            Issue.record("\(study.status)")
            return
        }
        #expect(study.counts.failed == 2 && study.counts.total == 3)
        #expect(study[2].outcome == .failed("exit 1"))
    }

    @Test func `a space that is exhausted ends the experiment when the last trial has ended`() async throws {
        var experiment = Self.experiment(parallelism: 2)
        experiment = Experiment(
            metadata: experiment.metadata, objective: experiment.objective,
            space: try SearchSpace([ParameterSpec("n", .int(1...3))]), budget: experiment.budget)
        let study = try await Tuner(experiment, suggester: FakeSuggester.drawing).run(with: FakeWorld { _ in .loss(1) })
        #expect(study.status == .finished(.spaceExhausted))
        #expect(Set(study.trials.map(\.assignment.description)) == ["n=1", "n=2", "n=3"])
        #expect(study.trials.count == 3)
    }

    @Test func `the run time ends the experiment and its trials`() async throws {
        let clock = ManualClock()
        let tuner = tuner(parallelism: 3, maxRunTime: .seconds(60), clock: clock)
        let running = Task { try await tuner.run(with: FakeWorld { _ in nil }) }
        await clock.hasSleeper()
        clock.advance(by: .seconds(61))
        let study = try await running.value
        #expect(study.status == .finished(.maxRunTimeReached))
        #expect(study.counts.killed == 3 && study.counts.total == 3)
    }

    @Test func `a study whose time is over starts nothing`() async throws {
        let clock = ManualClock()
        let tuner = tuner(maxRunTime: .seconds(60), clock: clock)
        try await tuner.open()
        clock.advance(by: .seconds(60))
        #expect(try await tuner.ask() == nil)
        #expect(await tuner.study.status == .finished(.maxRunTimeReached))
        #expect(await tuner.study.trials.isEmpty)
    }

    @Test(arguments: 0...3) func `a lost trial starts again as often as allowed, and counts once`(_ losses: Int)
        async throws
    {
        let world = FakeWorld { $0.attempt <= losses ? WorkEnd(.lost("node gone")) : .loss(1) }
        let study = try await tuner(trials: 1, retries: 2).run(with: world)
        #expect(study.counts.total == 1)
        #expect(study[1].outcome == (losses <= 2 ? .succeeded : .failed("node gone")))
        #expect(study[1].attempt == min(losses, 2) + 1)
        #expect(world.starts.values.allSatisfy { $0 == 1 } && world.starts.count == min(losses, 2) + 1)
    }

    @Test func `nothing is started on the strength of an event that the store refused`() async throws {
        let world = FakeWorld { _ in .loss(1) }
        let store = FakeStore(breaks: { if case .started(3, _, _) = $0 { true } else { false } })
        let tuner = tuner(trials: 5, parallelism: 1, store: store)
        await #expect(throws: FakeStore.DiskFull.self) { try await tuner.run(with: world) }
        #expect(Set(world.starts.keys) == ["1.1", "2.1"])
        let left = try #require(try await store.load("tuner")).study()
        #expect(
            left.counts.succeeded == 1 && left.counts.running == 1, "the end of trial 2 and the start of 3 are one turn"
        )
    }

    @Test func `after a failed write a tuner takes nothing more until it is closed, and then goes on from the store`()
        async throws
    {
        let isBroken = Mutex(true)
        let store = FakeStore(breaks: { event in
            if case .observed = event { isBroken.withLock { $0 } } else { false }
        })
        let tuner = tuner(trials: 2, parallelism: 2, store: store)
        let first = try #require(try await tuner.ask())
        await #expect(throws: FakeStore.DiskFull.self) { try await tuner.tell(first, 0.5) }
        isBroken.withLock { $0 = false }
        await #expect(throws: FakeStore.DiskFull.self) { try await tuner.ask() }
        try await tuner.close()
        try await tuner.tell(first, 0.5)
        let second = try #require(try await tuner.ask())
        try await tuner.tell(second, 0.4)
        #expect(try #require(try await store.load("tuner")).study().bestNumber == 2)
    }

    @Test func `cancelling lets go, and a second tuner adopts and finishes`() async throws {
        let store = FakeStore()
        let world = FakeWorld { $0.number <= 2 ? .loss(1) : nil }
        let first = tuner(trials: 9, parallelism: 3, store: store)
        let running = Task { try await first.run(with: world) }
        await world.started(5)
        running.cancel()
        await #expect(throws: CancellationError.self) { try await running.value }
        let left = try #require(try await store.load("tuner")).study()
        #expect(left.status == .running && left.counts.running == 3 && left.counts.killed == 0)
        world.release()
        let study = try await tuner(trials: 9, parallelism: 3, store: store).run(with: world)
        #expect(study.counts.succeeded == 9 && study.counts.total == 9)
        #expect(world.starts.count == 9)
    }

    @Test func `a trial that was recorded but not begun when the caller let go is begun by the next`() async throws {
        let running = Mutex<Task<Study, any Error>?>(nil)
        let store = FakeStore(delay: { event in
            guard case .started(4, _, _) = event else { return }
            while running.withLock({ $0 == nil }) { await Task.yield() }
            running.withLock { $0?.cancel() }
        })
        let world = FakeWorld { _ in .loss(1) }
        let first = tuner(trials: 6, parallelism: 2, store: store)
        running.withLock { $0 = Task { try await first.run(with: world) } }
        await #expect(throws: CancellationError.self) { try await running.withLock { $0 }?.value }
        let study = try await tuner(trials: 6, parallelism: 2, store: store.memory).run(with: world)
        #expect(study.counts.succeeded == 6 && study.counts.total == 6)
        #expect(world.starts.count == 6)
    }

    @Test func `letting go as the last trial ends is not the experiment's end`() async throws {
        let running = Mutex<Task<Study, any Error>?>(nil)
        let world = FakeWorld { _ in
            running.withLock { $0?.cancel() }
            return .loss(1)
        }
        let store = FakeStore()
        let first = tuner(trials: 3, parallelism: 1, store: store)
        running.withLock { running in running = Task { try await first.run(with: world) } }
        await #expect(throws: CancellationError.self) { try await running.withLock { $0 }?.value }
        #expect(try await store.load("tuner")?.study().status == .running)
    }

    @Test func `of two tuners on one store the second hears who holds it`() async throws {
        let store = MemoryStore()
        let first = tuner(store: store)
        try await first.open()
        await #expect(throws: HeldElsewhere.self) { try await tuner(store: store).open() }
        try await first.close()
        try await tuner(store: store).open()
    }

    @Test func `a tuner that lost its claim can write nothing`() async throws {
        let store = MemoryStore()
        let first = tuner(parallelism: 3, store: store)
        let trial = try #require(try await first.ask())
        try await store.release(try #require(await first.claim))
        let second = tuner(parallelism: 3, store: store)
        try await second.open()
        await #expect(throws: Fenced.self) { try await first.tell(trial, 1) }
        await #expect(throws: Fenced.self) { try await first.ask() }
        try await second.tell(trial, 2)
        #expect(await second.study.best?.value(of: .minimize("loss")) == 2)
    }

    @Test func `an experiment of the same name that asks something else is refused`() async throws {
        let store = MemoryStore()
        let first = tuner(store: store)
        try await first.open()
        try await first.close()
        let error = await #expect(throws: AttuneError.self) { try await tuner(.maximize("loss"), store: store).open() }
        #expect(error?.message.contains("different experiment") == true)
        try await first.open()
    }

    @Test func `every event is heard in order, and then the end`() async throws {
        // The earlier a trial, the longer its events take: those who wait resume out of order.
        let store = FakeStore(delay: { event in for _ in 0..<(100 / (event.trial ?? 1)) { await Task.yield() } })
        let tuner = tuner(trials: 30, parallelism: 6, store: store)
        let events = await tuner.events()
        let heard = Task { await events.reduce(into: []) { $0.append($1) } }
        _ = try await tuner.run(with: FakeWorld { .loss(Double($0.number)) })
        let all = await heard.value
        #expect(all == (try await store.load("tuner")?.events))
        #expect(all.count == 91)
    }

    @Test func `trials that end at the same moment start one each, whatever the store takes`() async throws {
        let store = FakeStore(delay: { event in for _ in 0..<((event.trial ?? 0) % 5 * 7) { await Task.yield() } })
        let world = FakeWorld { _ in nil }
        let tuner = tuner(trials: 40, parallelism: 8, store: store)
        let running = Task { try await tuner.run(with: world) }
        await world.started(8)
        world.release()
        let study = try await running.value
        #expect(study.counts.succeeded == 40 && study.counts.total == 40)
        #expect(world.mostAtOnce <= 8)
        #expect(study.ended.count == 40)
    }

    @Test func `a tuner runs once at a time, and again afterwards`() async throws {
        let world = FakeWorld { _ in nil }
        let tuner = tuner(trials: 2)
        let running = Task { try await tuner.run(with: world) }
        await world.started(1)
        await #expect(throws: AttuneError.self) { try await tuner.run(with: world) }
        world.release()
        #expect(try await running.value.counts.succeeded == 2)
        #expect(try await tuner.run(with: world).counts.succeeded == 2)
    }

    @Test func `an error of one trial's runner lets go of the others`() async throws {
        struct Broken: TrialRunner {
            struct Fault: Error {}
            let world: FakeWorld
            func run(_ trial: Trial, report: @escaping @Sendable ([Observation]) async throws -> Void) async throws
                -> WorkEnd
            {
                guard trial.number == 2 else { return try await world.run(trial, report: report) }
                await world.started(2)
                throw Fault()
            }
            func stop(_ trial: Trial) async throws { try await world.stop(trial) }
        }
        let store = MemoryStore()
        let world = FakeWorld { _ in nil }
        await #expect(throws: Broken.Fault.self) {
            try await tuner(trials: 3, parallelism: 3, store: store).run(with: Broken(world: world))
        }
        #expect(try await store.load("tuner")?.study().counts.running == 3)
        world.release()
        #expect(try await tuner(trials: 3, parallelism: 3, store: store).run(with: world).counts.succeeded == 3)
    }

    @Test func `a suggester that throws loses nothing of the turn`() async throws {
        struct Empty: Error {}
        let store = MemoryStore()
        let failing = FakeSuggester { study, random in
            guard study.nextNumber < 4 else { throw Empty() }
            return try FakeSuggester.drawing.answer(study, &random)
        }
        let tuner = Tuner(Self.experiment(trials: 9, parallelism: 2), suggester: failing, store: store)
        await #expect(throws: Empty.self) { try await tuner.run(with: FakeWorld { $0.number == 3 ? nil : .loss(1) }) }
        let left = try #require(try await store.load("tuner")).study()
        #expect(left.trials.count == 3)
        #expect(left.counts.succeeded == 2, "the end that made the suggester throw is recorded")
    }

    @Test func `a suggester may wait for trials, but not for nothing`() async throws {
        let oneByOne = FakeSuggester { study, random in
            study.counts.running > 0 ? .wait : try FakeSuggester.drawing.answer(study, &random)
        }
        let world = FakeWorld { _ in .loss(1) }
        #expect(
            try await Tuner(Self.experiment(trials: 4, parallelism: 3), suggester: oneByOne).run(with: world).counts
                .succeeded == 4)
        #expect(world.mostAtOnce == 1)
        let waiting = Tuner(Self.experiment(), suggester: FakeSuggester { _, _ in .wait })
        await #expect(throws: AttuneError.self) { try await waiting.run(with: world) }
    }

    @Test func `halting stops the trials of a run under way, and it can be resumed`() async throws {
        let store = MemoryStore()
        let world = FakeWorld { _ in nil }
        let first = tuner(trials: 4, parallelism: 2, store: store)
        let running = Task { try await first.run(with: world) }
        await world.started(2)
        try await first.halt(world)
        let halted = try await running.value
        #expect(halted.status == .stopped)
        #expect(
            halted.trials.map(\.outcome) == [
                .killed("the experiment was stopped"), .killed("the experiment was stopped"),
            ])
        try await first.edit(budget: Budget(parallelTrials: 2, maxTrials: 4))
        world.release()
        let study = try await first.run(with: world)
        #expect(study.status == .finished(.maxTrialsReached) && study.counts.succeeded == 2)
    }

    @Test func `trials that were left running when the experiment ended are stopped by the next run`() async throws {
        let store = MemoryStore()
        let first = tuner(.minimize("loss", goal: 0.1), parallelism: 2, store: store)
        let trial = try #require(try await first.ask())
        _ = try await first.ask()
        try await first.tell(trial, 0)
        try await first.close()
        let world = FakeWorld { _ in nil }
        let study = try await tuner(.minimize("loss", goal: 0.1), parallelism: 2, store: store).run(with: world)
        #expect(study[2].outcome == .killed(Finish.goalReached.message))
        #expect(world.starts.isEmpty, "a trial that never began does not begin to be stopped")
    }

    @Test func `a trial that was judged hopeless just before a crash is stopped by the next run`() async throws {
        let store = MemoryStore()
        let first = tuner(trials: 1, store: store)
        let trial = try #require(try await first.ask())
        _ = try await first.report(trial, ["loss": 5], step: 0)
        try await first.close()
        let second = Tuner(
            Self.experiment(trials: 1), suggester: FakeSuggester.drawing, stoppingRule: StopAboveOne(), store: store)
        #expect(try await second.run(with: FakeWorld { _ in nil })[1].outcome == .earlyStopped)
    }

    @Test func `initial trials come first`() async throws {
        var experiment = Self.experiment(trials: 4)
        experiment.initialTrials = [0.25, 0.75].map { experiment.space.assignment(at: [$0]) }
        let study = try await Tuner(experiment, suggester: FakeSuggester.drawing).run(with: FakeWorld { _ in .loss(1) })
        #expect(study.trials.prefix(2).map(\.assignment.description) == ["x=0.25", "x=0.75"])
        #expect(study.trials.count == 4)
    }

    static func experiment(
        _ objective: Objective = .minimize("loss"), trials: Int? = nil, parallelism: Int = 1, maxFailed: Int? = nil,
        maxRunTime: Duration? = nil, retries: Int = 0
    ) -> Experiment {
        var experiment = Experiment("tuner", objective, over: Parameter("x", in: 0.0...1.0), seed: 3)
        experiment.budget = Budget(
            parallelTrials: parallelism, maxTrials: trials, maxFailedTrials: maxFailed, maxRunTime: maxRunTime)
        experiment.retries = retries
        return experiment
    }

    private func tuner(
        _ objective: Objective = .minimize("loss"), trials: Int? = nil, parallelism: Int = 1, maxFailed: Int? = nil,
        maxRunTime: Duration? = nil, retries: Int = 0, store: any TrialStore = MemoryStore(),
        clock: ManualClock = ManualClock()
    ) -> Tuner {
        let experiment = Self.experiment(
            objective, trials: trials, parallelism: parallelism, maxFailed: maxFailed, maxRunTime: maxRunTime,
            retries: retries)
        return Tuner(experiment, suggester: FakeSuggester.drawing, store: store, clock: clock.tunerClock)
    }
}
