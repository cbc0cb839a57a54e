import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneAlgorithms

struct CMAESTests {
    @Test func `it finds an optimum far from the centre, in a valley across the axes`() async throws {
        for seed in 1...3 as ClosedRange<UInt64> {
            let x = Parameter("x", in: -5.0...5.0)
            let y = Parameter("y", in: -5.0...5.0)
            let z = Parameter("z", in: 1e-4...1.0, .logUniform)
            let experiment = Experiment("valley", .minimize("loss"), over: x, y, z, trials: 400, seed: seed)
            let study = try await Tuner(experiment, .cmaes).run { trial in
                let (along, across) = (trial[x] + trial[y] - 7, trial[x] - trial[y] + 1)
                return along * along + 100 * across * across + pow(log10(trial[z]) + 3.5, 2)
            }
            let best = try #require(study.best?.value(of: study.objective))
            #expect(best < 1e-3, "seed \(seed)")
        }
    }

    @Test func `whole numbers, lists and choices are solved exactly, and nothing is tried twice`() async throws {
        let n = Parameter("n", in: 0...40)
        let batch = Parameter("batch", of: [16, 32, 64, 128, 256])
        let kind = Parameter("kind", of: ["a", "b", "c"])
        let m = Parameter("m", in: 0...40)
        var solved = 0
        for seed in 1...5 as ClosedRange<UInt64> {
            let experiment = Experiment("mixed", .maximize("score"), over: n, m, batch, kind, trials: 300, seed: seed)
            let study = try await Tuner(experiment, .cmaes).run { trial in
                let miss = pow(Double(trial[n] - 33), 2) + pow(Double(trial[m] - 4), 2)
                return -miss - (trial[batch] == 128 ? 0 : 20) - (trial[kind] == "b" ? 0 : 30)
            }
            #expect(study.tried.count == 300)
            if study.best?.value(of: study.objective) == 0 { solved += 1 }
        }
        // Random search would need ten thousand trials for one of the 25,215 points.
        #expect(solved >= 4)
    }

    /// Draws behind whole numbers cannot be read off the assignment; the fold has to draw them again.
    @Test func `a fresh suggester agrees after many generations of overlapping trials`() throws {
        for description in ["conditional, child first", "constrained continuum"] {
            let row = try #require(SpaceTable.all.first { $0.description == description })
            try SuggesterLaws(.cmaes, .over(row.space)).freshAgreesWithOld(trials: 150)
            try SuggesterLaws(.cmaes, .over(row.space, parallelism: 30)).replayGivesTheLog(trials: 200)
        }
    }

    @Test func `more asks than a generation are answered before any result`() throws {
        var history = SuggestedHistory(of: Self.experiment(parallelism: 100), seed: 1)
        var suggester = CMAES(history.study.experiment)
        for _ in 0..<100 {
            guard case .run(let suggestion) = try suggester.proposal(for: history.study) else {
                Issue.record("it waits")
                return
            }
            try history.start(suggestion)
        }
        #expect(history.study.tried.count == 100)
    }

    @Test func `generations fill in whatever order trials end`() throws {
        let study = try Self.study(trials: 240, parallelism: 12, endsLast: true) { x, y in
            .value(pow(x - 3, 2) + pow(y + 2, 2))
        }
        let best = try #require(study.best?.value(of: study.objective))
        #expect(best < 1e-3)
        let generations = study.trials.compactMap { $0.suggestion.labels[CMAES.label].flatMap { Int($0) } }
        #expect(generations == generations.sorted())
        #expect((generations.last ?? 0) >= 30)
    }

    @Test func `failures steer away and are never approached`() throws {
        let study = try Self.study(trials: 200) { x, y in x > 1 ? .failure : .value(pow(x - 3, 2) + y * y) }
        let failures = study.trials.suffix(100).count { $0.outcome?.name == "Failed" }
        #expect(failures < 60)
        let best = try #require(study.best?.value(of: study.objective))
        #expect(best < 4.1)
    }

    @Test func `when all fails it goes on proposing new points`() throws {
        let study = try Self.study(trials: 300) { _, _ in .failure }
        #expect(study.tried.count == 300)
    }

    @Test func `killed trials say nothing`() throws {
        let experiment = Self.experiment(parallelism: 1)
        let study = try Self.study(trials: 60, experiment: experiment) { _, _ in .kill }
        #expect(study.trials.allSatisfy { $0.suggestion.labels[CMAES.label] == "0" }, "no design trial has counted")
    }

    @Test func `a flat objective begins run after run, unless restarts are off`() throws {
        func lastMethod(_ strategy: String) throws -> String {
            var experiment = Self.experiment(parallelism: 1)
            experiment.algorithm = AlgorithmSpec("cmaes", [.init("restart_strategy", strategy)])
            let study = try Self.study(trials: 400, experiment: experiment) { _, _ in .value(1) }
            return study.trials.last?.suggestion.explanation?.method ?? ""
        }
        #expect(try lastMethod("ipop").contains("of run 3, population 24"))
        #expect(try lastMethod("bipop").contains("of run 3"))
        #expect(try lastMethod("None").contains("of run 1, population 6"))
    }

    @Test func `what others found well is taken up`() throws {
        var experiment = Self.experiment(parallelism: 1)
        experiment.initialTrials = [experiment.space.assignment(at: [0.9, 0.05])]
        let withHint = try Self.study(trials: 60, experiment: experiment) { x, y in
            .value(pow(x - 4, 2) + pow(y + 4.5, 2))
        }
        let early = withHint.trials[20..<60].compactMap { $0.value(of: withHint.objective) }
        #expect(early.reduce(0, +) / 40 < 8)
    }

    @Test func `every suggestion says which generation of which run, and its step size`() throws {
        let study = try Self.study(trials: 30, parallelism: 1) { x, y in .value(x * x + y * y) }
        let methods = study.trials.compactMap { $0.suggestion.explanation?.method }
        #expect(methods.count == 30)
        #expect(methods.first == "CMA-ES: initial design")
        #expect(methods.last?.hasPrefix("CMA-ES: generation 4 of run 1, population 6, step size 0.") == true)
    }

    // MARK: Katib's settings

    @Test(arguments: ["none", "None", "ipop", "bipop"]) func `Katib's restart strategies are accepted`(
        _ strategy: String
    ) {
        let spec = AlgorithmSpec(
            "cmaes", [.init("random_state", "3"), .init("sigma", "0.3"), .init("restart_strategy", strategy)])
        #expect(AlgorithmCatalogue.standard.problems(ofAlgorithm: spec).isEmpty)
    }

    @Test func `a single continuous parameter is refused in Katib's words`() throws {
        let experiment = Experiment(
            "one", .minimize("loss"), over: Parameter("x", in: 0.0...1.0), Parameter("kind", of: ["a", "b"]))
        let problems = Algorithm.cmaes.objections(experiment)
        #expect(
            problems.map(\.remedy) == ["CMA-ES only supports two or more dimensional continuous search space."])
    }

    // MARK: Histories

    private enum Answer {
        case value(Double)
        case failure, kill
    }

    private static func experiment(parallelism: Int) -> Experiment {
        Experiment(
            "plane", .minimize("loss"), over: Parameter("x", in: -5.0...5.0), Parameter("y", in: -5.0...5.0),
            parallelism: parallelism, seed: 7)
    }

    /// A study of so many trials; always as many run as may, and the last or the first of them ends.
    private static func study(
        trials: Int, parallelism: Int = 4, experiment: Experiment? = nil, endsLast: Bool = false,
        _ answer: (Double, Double) -> Answer
    ) throws -> Study {
        let experiment = experiment ?? Self.experiment(parallelism: parallelism)
        var study = Study(experiment, createdAt: Samples.noon)
        var suggester = CMAES(experiment)
        while study.counts.ended < trials {
            while study.counts.running < experiment.budget.parallelTrials, study.trials.count < trials {
                guard case .run(let suggestion) = try suggester.proposal(for: study) else { return study }
                try study.apply(.started(study.nextNumber, suggestion, at: Samples.noon))
            }
            let running = study.running
            let trial = running[endsLast && study.counts.ended % 3 != 0 ? running.count - 1 : 0]
            let x = trial.assignment["x"]?.number ?? 0
            let y = trial.assignment["y"]?.number ?? 0
            switch answer(x, y) {
            case .value(let value):
                let observation = Observation(metric: "loss", value: value, step: 0, time: Samples.noon)
                try study.apply(.observed(trial.number, [observation]))
                try study.apply(.ended(trial.number, .succeeded, at: Samples.noon))
            case .failure: try study.apply(.ended(trial.number, .failed("out of memory"), at: Samples.noon))
            case .kill: try study.apply(.ended(trial.number, .killed("stopped"), at: Samples.noon))
            }
        }
        return study
    }
}
