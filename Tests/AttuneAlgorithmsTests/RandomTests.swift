import AttuneAlgorithms
import AttuneCore
import AttuneTestSupport
import Testing

struct RandomTests {
    @Test func `trials follow the declared law`() async throws {
        let rate = Parameter("rate", in: 1e-4...1.0, .logUniform)
        let study = try await Tuner(Experiment("random", .minimize("loss"), over: rate, trials: 400, seed: 5)).run {
            _ in 0
        }
        let small = study.trials.count { $0[rate] < 1e-2 }
        // Half of a log-uniform law lies below its geometric middle: 200 ± 4 deviations of 10.
        #expect(abs(small - 200) < 40)
    }

    @Test func `an infeasible space is refused, not looped over`() {
        let experiment = Experiment(
            "none", .minimize("loss"), over: Parameter("x", in: 0.0...1.0), constraints: ["x > 2"], trials: 3)
        let problems = AlgorithmCatalogue.standard.problems(of: experiment)
        #expect(problems.map(\.field.description) == ["constraints"])
        #expect(throws: InvalidExperiment.self) { try AlgorithmCatalogue.standard.suggester(for: experiment) }
    }
}
