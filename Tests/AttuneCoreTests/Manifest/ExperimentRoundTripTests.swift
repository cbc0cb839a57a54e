import AttuneCore
import AttuneTestSupport
import Testing

struct ExperimentRoundTripTests {
    @Test func `an experiment of any shape is read back as it was written`() throws {
        for seed in 0..<500 as Range<UInt64> {
            var generator = ExperimentGenerator(seed: seed)
            let experiment = generator.experiment()
            let text = experiment.json.description
            #expect(try Experiment(json: JSON(parsing: text)) == experiment, "seed \(seed): \(text)")
        }
    }

    @Test func `an experiment of a script is read back`() throws {
        let rate = Parameter("rate", in: 0.001...1, .logUniform)
        let layers = Parameter("layers", in: 1...4)
        let experiment = Experiment(
            "Any name", .maximize("accuracy", goal: 0.99, also: "loss"), over: rate, layers,
            constraints: ["rate * layers < 2"], trials: 10, seed: .max)
        let read = try Experiment(json: experiment.json)
        #expect(read == experiment)
        #expect(read.template == nil)
    }

    @Test func `what was stored is read although its algorithm is gone, unless it is to be judged`() throws {
        var experiment = Experiment("e", .minimize("loss"), over: Parameter("x", in: 0.0...1))
        experiment.algorithm = AlgorithmSpec("forgotten", [.init("depth", "9")])
        #expect(try Experiment(json: experiment.json) == experiment)
        #expect(throws: InvalidExperiment.self) { try Experiment(json: experiment.json, catalogue: .named) }
    }

    @Test func `judging anew applies the rules for files`() throws {
        var experiment = Experiment("e", .minimize("loss"), over: Parameter("x", in: 0.0...1))
        #expect(try Experiment(json: experiment.json, catalogue: .named) == experiment)
        experiment.metadata.name = "Not a name"
        let error = #expect(throws: InvalidExperiment.self) { try Experiment(json: experiment.json, catalogue: .named) }
        #expect(error?.problems.map(\.field) == ["metadata.name"])
    }

    @Test func `what is no experiment throws with every problem`() {
        let error = #expect(throws: InvalidExperiment.self) { try Experiment(json: ["spec": ["seed": -1]]) }
        let fields = error?.problems.map(\.field.description) ?? []
        for field in ["metadata", "spec.objective", "spec.seed"] { #expect(fields.contains(field)) }
    }

    @Test func `another budget asks the same question, another seed does not`() {
        let experiment = Experiment("e", .minimize("loss"), over: Parameter("x", in: 0.0...1))
        var other = experiment
        other.budget = Budget(parallelTrials: 9, maxTrials: 99)
        #expect(experiment.isSameQuestion(as: other))
        other.seed = 1
        #expect(!experiment.isSameQuestion(as: other))
    }
}
