import AttuneAlgorithms
import AttuneCore
import Testing

struct ExpectedImprovementEndTests {
    @Test func `a Gaussian process that has found the minimum ends the experiment by itself`() async throws {
        var experiment = Experiment(
            "found", .minimize("loss"), over: Parameter("x", in: -1.0...1.0), trials: 60, seed: 2)
        experiment.budget.stopWhen.expectedImprovement = .init(below: 1e-3, trials: 3)
        let tuner = Tuner(experiment, AlgorithmSpec("bayesianoptimization"))
        while let trial = try await tuner.ask() {
            let x = trial.assignment["x"]?.number ?? 0
            try await tuner.tell(trial, (x - 0.3) * (x - 0.3))
        }
        let study = await tuner.study
        #expect(study.status == .finished(.expectedImprovementReached))
        #expect(study.counts.ended < 40, "\(study.counts.ended)")
        #expect(study.best?.value(of: study.objective) ?? 1 < 1e-3)
    }
}
