import AttuneAlgorithms
import AttuneCore
import AttuneOptimize

/// A space of every kind of parameter, and sessions over it.
enum Examples {
    static func experiment(algorithm: AlgorithmSpec = .random, trials: Int? = nil, seed: UInt64 = 1) -> Experiment {
        let optimizer = Parameter("optimizer", of: ["sgd", "adam"])
        var experiment = Experiment(
            "example", .minimize("loss", also: "accuracy"), over: Parameter("rate", in: 1e-4...1e-1, .logUniform),
            Parameter("batch", of: [16, 32]), optimizer,
            Parameter("momentum", in: 0.0...0.9).when(optimizer, in: "sgd"),
            constraints: ["rate < 0.09 or batch == 16"], trials: trials, seed: seed)
        experiment.algorithm = algorithm
        return experiment
    }

    static func session(seed: UInt64 = 1) throws -> OptimizeSession {
        try OptimizeSession(experiment(seed: seed), catalogue: .standard)
    }

    /// Four trials under way, judged from their first value on.
    static func stoppingSession() throws -> OptimizeSession {
        var experiment = experiment()
        experiment.earlyStopping = AlgorithmSpec(
            "medianstop", [.init("min_trials_required", "2"), .init("start_step", "1")])
        var session = try OptimizeSession(experiment, catalogue: .standard)
        _ = session.answer(#"{"ask":4}"#)
        return session
    }

    static func importing(rate: Double, value: Double) -> String {
        #"{"tell":[{"parameters":{"rate":\#(rate),"batch":16,"optimizer":"adam"},"value":\#(value)}]}"#
    }
}

extension OptimizeSession {
    /// The trials of an ask; nil where it was answered otherwise.
    mutating func ask(_ count: Int) throws -> [JSON]? {
        try JSON(parsing: answer(#"{"ask":\#(count)}"#))["trials"]?.array
    }
}

struct OneAtATime: Suggester {
    func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        study.counts.running > 0 ? .wait : .run(Suggestion(try study.experiment.space.sample(using: &random)))
    }
}

/// Draws, and always says the same of it.
struct Explaining: Suggester {
    let explanation: Explanation
    init(_ explanation: Explanation) { self.explanation = explanation }
    func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        .run(Suggestion(try study.experiment.space.sample(using: &random), explanation: explanation))
    }
}

struct Waiting: Suggester {
    func propose(for study: Study, using random: inout RandomSource) throws -> Proposal { .wait }
}

struct FailsAtThird: Suggester {
    func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        guard study.nextNumber < 3 else { throw AttuneError("no third") }
        return .run(Suggestion(try study.experiment.space.sample(using: &random)))
    }
}
