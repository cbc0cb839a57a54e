import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneCore

/// What earlier experiments found is copied when an experiment is created, once.
struct WarmStartTests {
    private static let rate = Parameter("rate", in: 0.0...1.0)

    private static func old(_ objective: Objective = .minimize("loss")) -> Experiment {
        Experiment(
            "old", objective, over: rate, Parameter("solver", of: ["sgd", "adam"]), Parameter("gone", in: 1...3))
    }

    private static func new(from sources: [String] = ["old"], _ objective: Objective = .minimize("loss")) -> Experiment
    {
        var experiment = Experiment(
            "new", objective, over: Parameter("depth", in: 1...9), Parameter("solver", of: ["adam", "sgd", "ftrl"]),
            Parameter("rate", in: 0.0...0.5), constraints: ["rate < 0.4 or solver == 'adam'"], trials: 4)
        experiment.warmStart = sources
        return experiment
    }

    /// A study in which each trial reports a value of every metric and ends.
    private static func study(
        _ experiment: Experiment, _ trials: [(rate: String, solver: String, value: Double, Outcome)]
    ) throws -> StoredExperiment {
        var events: [Event] = []
        for (index, trial) in trials.enumerated() {
            let assignment = try experiment.space.assignment(
                reading: ["rate": trial.rate, "solver": trial.solver, "gone": "2"])
            events.append(.started(index + 1, Suggestion(assignment), at: Samples.noon))
            events.append(
                .observed(
                    index + 1,
                    experiment.objective.metrics.map {
                        Observation(metric: $0, value: trial.value, step: 0, time: Samples.noon)
                    }))
            events.append(.ended(index + 1, trial.3, at: Samples.noon))
        }
        return StoredExperiment(experiment: experiment, createdAt: Samples.noon, events: events)
    }

    private static func store(_ studies: StoredExperiment...) async throws -> MemoryStore {
        let store = MemoryStore()
        for study in studies {
            try await store.create(study.experiment, at: study.createdAt)
            let claim = try await store.claim(study.experiment.id, at: study.createdAt)
            try await store.append(study.events, under: claim).wait()
            try await store.release(claim)
        }
        return store
    }

    private static func tuner(_ experiment: Experiment, _ store: any TrialStore) -> Tuner {
        Tuner(experiment, suggester: FakeSuggester.drawing, store: store)
    }

    // MARK: What is taken over

    @Test func `what can be read in the new space is taken over`() throws {
        let old = try Self.study(
            Self.old(),
            [
                ("0.25", "adam", 1, .succeeded), ("0.75", "adam", 2, .succeeded), ("0.45", "sgd", 3, .succeeded),
                ("0.45", "adam", 4, .failed("exit 1")), ("0.1", "sgd", 5, .earlyStopped),
                ("0.1", "sgd", 6, .killed("stopped")), ("0.2", "sgd", .nan, .metricsUnavailable("nan")),
            ]
        ).study()
        let trials = try Self.new().priorTrials(from: old)
        // 2 lies outside, 3 violates the constraint, 6 says nothing.
        #expect(trials.map(\.number) == [1, 4, 5, 7])
        #expect(trials.map(\.value) == [1, nil, 5, nil])
        #expect(trials.map(\.outcome.name) == ["Succeeded", "Failed", "EarlyStopped", "MetricsUnavailable"])
        #expect(trials.allSatisfy { $0.experiment == "old" && Self.new().space.contains($0.assignment) })
        #expect(trials[0].assignment.description == "depth=5 solver=adam rate=0.25")
    }

    @Test func `a parameter that is new here gets its default, or the middle`() throws {
        let solver = Parameter("solver", of: ["sgd", "adam"])
        let space = try SearchSpace([
            solver.spec, ParameterSpec("depth", .int(1...9), default: .int(2)), ParameterSpec("width", .int(1...9)),
            ParameterSpec("odd", .int(1...9), default: .int(0)),
            ParameterSpec("momentum", .double(0...1), when: Condition("solver", .oneOf([.text("sgd")]))),
        ])
        func carried(_ name: String) -> String? {
            space.assignment(carrying: Assignment(["solver": .text(name)]))?.description
        }
        #expect(carried("adam") == "solver=adam depth=2 width=5 odd=5")
        #expect(carried("sgd") == "solver=sgd depth=2 width=5 odd=5 momentum=0.5")
        #expect(carried("ftrl") == nil)
    }

    @Test func `the latest 2000 are taken`() throws {
        let trials = (0..<2_010).map { _ in ("0.1", "adam", 0.5, Outcome.succeeded) }
        let found = try Self.new().priorTrials(from: Self.study(Self.old(), trials).study())
        #expect(found.map(\.number) == Array(11...2_010))
    }

    @Test func `a metric that was only looked at counts as well`() throws {
        let old = try Self.study(Self.old(.maximize("accuracy", also: "loss")), [("0.1", "sgd", 0.5, .succeeded)])
        #expect(try Self.new().priorTrials(from: old.study()).map(\.value) == [0.5])
    }

    @Test(arguments: [
        (Objective.minimize("error"), "it has no metric loss, only error; what it found cannot be compared"),
        (.maximize("loss"), "its objective is to maximize loss, this one's the opposite"),
    ])
    func `what cannot be compared is refused, and nothing is stored`(objective: Objective, remedy: String) async throws
    {
        let store = try await Self.store(Self.study(Self.old(objective), []))
        let refusal = await #expect(throws: InvalidExperiment.self) {
            try await Self.tuner(Self.new(), store).open()
        }
        #expect(
            refusal?.problems == [Problem(FieldPath("spec.warmStart.experiments")[0], found: "\"old\"", remedy)])
        #expect(try await store.load("new") == nil)
    }

    @Test func `unknown experiments, repetitions and the experiment itself are refused together`() async throws {
        let store = try await Self.store(Self.study(Self.old(), []))
        let refusal = await #expect(throws: InvalidExperiment.self) {
            try await Self.tuner(Self.new(from: ["older", "old", "old", "new"]), store).open()
        }
        #expect(
            refusal?.problems.map(\.description) == [
                "spec.warmStart.experiments[0]: found \"older\"; there is no experiment of that name in the store",
                "spec.warmStart.experiments[2]: found \"old\"; is named already; list it once",
                "spec.warmStart.experiments[3]: found \"new\"; is this experiment itself; name others",
            ])
        #expect(try await store.load("new") == nil)
    }

    // MARK: Once

    @Test func `a study begins with what others found, and counts none of it`() async throws {
        let old = try Self.study(Self.old(), [("0.1", "adam", 0, .succeeded), ("0.2", "adam", 1, .failed("exit 1"))])
        let study = try await Self.tuner(Self.new(), Self.store(old)).run(with: FakeWorld { _ in .loss(1) })
        #expect(study.priorTrials.map(\.number) == [1, 2])
        #expect(study.counts.total == 4 && study.counts.succeeded == 4)
        #expect(study.bestNumber == 1 && study.best?.value(of: study.objective) == 1)
        #expect(study.tried == Set(study.trials.map(\.assignment)))
    }

    @Test func `imports are the first events, in one commit, and later openings add none`() async throws {
        let old = try Self.study(Self.old(), [("0.1", "adam", 0.5, .succeeded)])
        let store = try await Self.store(old)
        for _ in 0..<3 {
            let tuner = Self.tuner(Self.new(), store)
            _ = try await tuner.ask()
            try await tuner.close()
        }
        // What becomes of the other experiment does not matter any more.
        try await store.delete("old")
        let stored = try #require(try await store.load("new"))
        let imports = stored.events.filter { if case .imported = $0 { true } else { false } }
        #expect(imports.count == 1 && imports.first == stored.events.first)
        let last = Self.tuner(Self.new(), store)
        try await last.open()
        #expect(await last.study.priorTrials.count == 1)
    }

    @Test func `a tuner killed before its imports were kept makes up for them`() async throws {
        let old = try Self.study(Self.old(), [("0.1", "adam", 0.5, .succeeded)])
        let store = try await Self.store(old)
        try await store.create(Self.new(), at: Samples.noon)
        let tuner = Self.tuner(Self.new(), store)
        #expect(try await tuner.ask() != nil)
        #expect(await tuner.study.priorTrials.count == 1)
    }

    @Test func `imports that the store refused leave a study without trials`() async throws {
        let store = FakeStore(breaks: { if case .imported = $0 { true } else { false } })
        let old = Self.old()
        try await store.create(old, at: Samples.noon)
        await #expect(throws: FakeStore.DiskFull.self) { try await Self.tuner(Self.new(), store).open() }
        #expect(try await store.load("new")?.events == [])
        try await Self.tuner(Self.new(), store.memory).open()
        #expect(try await store.load("new")?.events.count == 1)
    }

    @Test func `an import after a start, or a second time, cannot follow`() throws {
        var study = Study(Self.new(), createdAt: Samples.noon)
        try study.apply(.imported([], from: "old", at: Samples.noon))
        #expect(throws: AttuneError.self) { try study.apply(.imported([], from: "old", at: Samples.noon)) }
        let assignment = Self.new().space.assignment(at: [0.5, 0.5, 0.5])
        try study.apply(.started(1, Suggestion(assignment), at: Samples.noon))
        #expect(throws: AttuneError.self) { try study.apply(.imported([], from: "older", at: Samples.noon)) }
        #expect(study.sources == ["old"])
    }
}
