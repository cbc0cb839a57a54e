import AttuneAlgorithms
import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

struct GridTests {
    @Test func `combinations come in order, the first parameter slowest`() async throws {
        let experiment = Experiment(
            "grid", .minimize("loss"), over: Parameter("a", in: 1...2), Parameter("b", of: ["y", "x"]),
            Parameter("c", in: 0.0...0.2, step: 0.1),
            constraints: ["a * c < 0.3"])
        let study = try await Tuner(experiment, .grid).run { _ in 0 }
        #expect(
            study.trials.map(\.assignment.description) == [
                "a=1 b=y c=0.0", "a=1 b=y c=0.1", "a=1 b=y c=0.2", "a=1 b=x c=0.0", "a=1 b=x c=0.1", "a=1 b=x c=0.2",
                "a=2 b=y c=0.0", "a=2 b=y c=0.1", "a=2 b=x c=0.0", "a=2 b=x c=0.1",
            ])
        #expect(study.status == .finished(.spaceExhausted))
    }

    @Test func `a double without a step and more trials than combinations are refused, as in Katib`() {
        func problems(_ parameter: any SearchDimension, trials: Int? = nil) -> [String] {
            var experiment = Experiment("grid", .minimize("loss"), over: parameter, trials: trials)
            experiment.algorithm = .grid
            return AlgorithmCatalogue.standard.problems(of: experiment).map(\.description)
        }
        #expect(
            problems(Parameter("lr", in: 0.0...1.0)).first?.hasSuffix(
                "Param lr step is nil; grid needs a step for every double") == true)
        #expect(
            problems(Parameter("n", in: 1...3), trials: 4).first?.hasSuffix(
                "Max Trial Count: 4 > all possible search combinations: 3") == true)
        #expect(problems(Parameter("n", in: 1...3), trials: 3).isEmpty)
        #expect(problems(Parameter("lr", in: 0.5...0.5)).isEmpty)
    }
}
