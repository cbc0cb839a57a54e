import AttuneAlgorithms
import AttuneCore
import Testing

struct PatienceTests {
    @Test(
        arguments: [
            ([1.0, 0.8, 0.8, 0.8, 0.8], Verdict.finish), ([1, 0.8, 0.8, 0.8], .proceed),
            ([1, 0.9, 0.95, 0.92, 0.86], .proceed), ([1, 0.95, 0.93, 0.91], .finish),  // within min_delta of 1
            ([1, 0.95, 0.92, 0.89], .proceed), ([1, 2, 3], .proceed), ([1, .nan, .infinity, 1], .finish),
            ([.nan, .nan, .nan, .nan], .stop), ([.nan, .nan, .nan, 0.5], .proceed),
        ] as [([Double], Verdict)])
    func `a trial that no longer improves ends as succeeded`(_ values: [Double], _ verdict: Verdict) throws {
        let scene = RuleScene("patience", ["patience": "3", "min_delta": "0.1"])
        #expect(try scene.verdict(on: values) == verdict)
    }

    @Test func `improving in one of several objectives is to improve`() throws {
        let objective = Objective([.init(.minimize, "loss"), .init(.maximize, "accuracy")])
        let scene = RuleScene("patience", ["patience": "2"], objective: objective)
        #expect(try scene.verdict(on: [[1, 0.5], [1, 0.6], [1, 0.7], [2, 0.8]]) == .proceed)
        #expect(try scene.verdict(on: [[1, 0.5], [1, 0.5], [2, 0.4]]) == .finish)
        #expect(try scene.verdict(on: [[1, nil], [1, nil], [2, nil]]) == .proceed)
    }

    @Test func `a trial that was ended for having converged may be the best, and replays`() async throws {
        var experiment = Experiment("converged", .minimize("loss"), over: Parameter("x", in: 0.0...1.0), trials: 2)
        experiment.earlyStopping = AlgorithmSpec("patience", [.init("patience", "2")])
        let tuner = Tuner(experiment, .init("sobol"))
        let first = try #require(try await tuner.ask())
        #expect(try await tuner.report(first, ["loss": 0.3], step: 1) == .proceed)
        #expect(try await tuner.report(first, ["loss": 0.3], step: 2) == .proceed)
        #expect(try await tuner.report(first, ["loss": 0.4], step: 3) == .finish)
        try await tuner.end(first, WorkEnd(.stopped))
        let second = try #require(try await tuner.ask())
        try await tuner.tell(second, 0.5)
        let study = await tuner.study
        #expect(study[1].outcome == .succeeded)
        #expect(study.best?.number == 1)
    }

    @Test func `a trial that spoils its last value after the verdict has no metrics`() async throws {
        let objective = Objective(.minimize, "loss", strategies: ["loss": .latest])
        var experiment = Experiment("spoilt", objective, over: Parameter("x", in: 0.0...1.0), trials: 1)
        experiment.earlyStopping = AlgorithmSpec("patience", [.init("patience", "1")])
        let tuner = Tuner(experiment, .init("sobol"))
        let trial = try #require(try await tuner.ask())
        #expect(try await tuner.report(trial, ["loss": 0.3], step: 1) == .proceed)
        #expect(try await tuner.report(trial, ["loss": 0.3], step: 2) == .finish)
        try await tuner.tell(trial, .nan)
        let outcome = await tuner.study[1].outcome
        #expect(outcome?.name == "MetricsUnavailable")
    }

    @Test(
        arguments: [
            ([0.5, 0.1, 0.1005, 0.0995], Verdict.finish), ([0.5, 0.1, 0.1005], .proceed),
            ([0.1, 0.1, 0.2, 0.1], .proceed),
            ([0.1, 0.1, .nan, 0.1], .proceed), ([.nan, .nan, .nan], .proceed), ([1e308, 1e308, 1e308], .finish),
        ] as [([Double], Verdict)])
    func `a plateau is so many values that hardly differ`(_ values: [Double], _ verdict: Verdict) throws {
        let scene = RuleScene("plateau", ["window": "3", "deviation": "0.001", "start_step": "3"])
        #expect(try scene.verdict(on: values) == verdict)
    }
}
