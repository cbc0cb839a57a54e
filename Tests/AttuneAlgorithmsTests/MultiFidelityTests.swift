import AttuneAlgorithms
import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

struct MultiFidelityTests {
    /// Algorithms with their settings, in every way of getting on.
    static let specs: [AlgorithmSpec] = [
        spec("successive-halving"), spec("successive-halving", "resume", "new-trial"),
        spec("hyperband"), spec("hyperband", "resume", "same-trial"), spec("hyperband", "sampler", "tpe"),
        spec("asha"), spec("asha", "resume", "new-trial"), spec("asha", "variant", "stopping"),
        spec("asha", "sampler", "sobol"), spec("bohb"), spec("freeze-thaw"), spec("auto"),
    ]

    private static func spec(_ name: String, _ setting: String? = nil, _ value: String = "") -> AlgorithmSpec {
        AlgorithmSpec(
            name,
            [.init("r_l", "9"), .init("eta", "3"), .init("resource_name", "epochs")]
                + (setting.map { [.init($0, value)] } ?? []))
    }

    @Test(arguments: specs) func `whoever hands out resource keeps the laws`(_ spec: AlgorithmSpec) throws {
        let algorithm = try #require(AlgorithmCatalogue.standard[algorithm: spec.name])
        var experiment = Self.experiment(spec)
        experiment.budget.maxTrials = 60
        try #require(algorithm.objections(experiment).isEmpty)
        try SuggesterLaws(algorithm, experiment).check()
        try SuggesterLaws(algorithm, experiment).survivesHostileHistories()
    }

    @Test(arguments: [1, 2, 5, 64]) func `hyperband runs every rung of every bracket, however many workers there are`(
        _ workers: Int
    ) async throws {
        for resume in ["same-trial", "new-trial"] {
            let study = try await Self.run(Self.spec("hyperband", "resume", resume), workers: workers)
            #expect(study.status == .finished(.spaceExhausted), "one round, as nothing bounds it")
            var levels: [String: [Int: Int]] = [:]
            for milestone in study.milestones {
                let trial = study[milestone.trial]
                levels[trial.suggestion.labels["bracket"] ?? "", default: [:]][milestone.rung, default: 0] += 1
            }
            // R = 9 and η = 3 (Li et al. 2018, table 1 in small): 9, 3, 1 trials; 5, 1; 3.
            #expect(levels == ["0": [0: 9, 1: 3, 2: 1], "1": [1: 5, 2: 1], "2": [2: 3]], "\(resume)")
        }
    }

    @Test func `who goes on was best, and goes on by the same trial or by a child of it`() async throws {
        let same = try await Self.run(Self.spec("hyperband", "resume", "same-trial"), workers: 1)
        let new = try await Self.run(Self.spec("hyperband"), workers: 1)
        for study in [same, new] {
            let first = study.milestones.filter { study[$0.trial].suggestion.labels["bracket"] == "0" && $0.rung == 0 }
            let best = first.sorted { ($0.losses?[0] ?? 0) < ($1.losses?[0] ?? 0) }.prefix(3).map(\.trial)
            let second = study.milestones.filter {
                study[$0.trial].suggestion.labels["bracket"] == "0" && $0.rung == 1
            }
            let promoted = second.map { study[$0.trial].suggestion.parent ?? $0.trial }
            #expect(Set(promoted) == Set(best))
        }
        #expect(same.trials.allSatisfy { $0.suggestion.parent == nil } && same.counts.paused > 0)
        #expect(new.counts.paused == 0 && new.trials.contains { $0.suggestion.parent != nil })
    }

    @Test func `every trial is told its level by the resource parameter`() async throws {
        for spec in Self.specs where spec["variant"] == nil {
            var experiment = Self.experiment(spec)
            experiment.budget.maxTrials = 12
            let study = try await Self.run(experiment)
            for trial in study.trials {
                #expect(trial.assignment["epochs"]?.description == trial.suggestion.resource.map(String.init))
            }
        }
    }

    @Test func `a failing trial holds no rung up`() async throws {
        var experiment = Self.experiment(Self.spec("successive-halving"))
        experiment.budget.maxTrials = 27
        let study = try await Self.run(experiment) { $0.number.isMultiple(of: 4) ? nil : Self.loss($0) }
        #expect(study.counts.failed >= 6)
        #expect(study.milestones.contains { $0.rung == 2 && $0.losses != nil })
    }

    @Test func `a budget of resource is not overspent, and ends the experiment`() async throws {
        var experiment = Self.experiment(Self.spec("asha"))
        experiment.budget.maxResource = 100
        let study = try await Self.run(experiment)
        #expect(study.status == .finished(.maxResourceReached))
        #expect((100...108).contains(study.resourceUsed), "one attempt may pass the end: \(study.resourceUsed)")
    }

    @Test func `what keeps resource from being handed out is said`() {
        func complaints(_ settings: [AlgorithmSpec.Setting]) -> [String] {
            var experiment = Self.experiment(AlgorithmSpec("hyperband", settings))
            experiment.template = TrialTemplate(source: .spec([:]))
            return AlgorithmCatalogue.standard.problems(of: experiment).map(\.remedy)
        }
        #expect(complaints([]) == ["r_l and resource_name must be set."])
        #expect(complaints([.init("r_l", "9")]) == ["r_l and resource_name must be set."])
        #expect(
            complaints([.init("r_l", "-1"), .init("resource_name", "epochs")])
                == ["r_l must be a positive float number."])
        #expect(
            complaints([.init("r_l", "9"), .init("resource_name", "steps")])
                == ["value of resource_name setting must be in parameters."])
        #expect(
            complaints([.init("r_l", "9"), .init("resource_name", "epochs"), .init("current_s", "1")]) == [],
            "Katib's own state is accepted")
    }

    // MARK: Running

    private static func experiment(_ spec: AlgorithmSpec) -> Experiment {
        var experiment = Experiment(
            "levels", .minimize("loss"), over: Parameter("x", in: 0.0...1.0), Parameter("y", in: 0.0...1.0),
            Parameter("epochs", in: 1...9), seed: 4)
        experiment.algorithm = spec
        return experiment
    }

    /// Less with more epochs, and where x is near 0.3.
    private static func loss(_ trial: Trial) -> Double? {
        guard let x = trial.assignment["x"]?.number, let level = trial.suggestion.resource else { return nil }
        return abs(x - 0.3) + 1 / Double(level)
    }

    private static func run(_ spec: AlgorithmSpec, workers: Int) async throws -> Study {
        var experiment = experiment(spec)
        experiment.budget.parallelTrials = workers
        return try await run(experiment)
    }

    /// All trials, told in the order in which they were asked for.
    private static func run(
        _ experiment: Experiment, _ value: (Trial) -> Double? = { loss($0) }
    ) async throws -> Study {
        let tuner = Tuner(experiment)
        var running: [Trial] = []
        while true {
            if let trial = try await tuner.ask() {
                running.append(trial)
            } else if running.isEmpty {
                return await tuner.study
            } else {
                let trial = running.removeFirst()
                if let value = value(trial) {
                    try await tuner.tell(trial, value)
                } else {
                    try await tuner.end(trial, WorkEnd(.failed("out of memory")))
                }
            }
        }
    }
}

struct ResourceLadderTests {
    @Test(arguments: [
        (9, 1, 3.0, [1, 3, 9]), (27, 1, 3, [1, 3, 9, 27]), (27, 2, 3, [3, 9, 27]), (52, 1, 3, [2, 6, 17, 52]),
        (81, 1, 3, [1, 3, 9, 27, 81]),
        (16, 1, 2, [1, 2, 4, 8, 16]), (1, 1, 3, [1]), (100, 100, 4, [100]), (243, 1, 3, [1, 3, 9, 27, 81, 243]),
    ]) func `levels fall by the reduction from the most there is`(
        _ maximum: Int, _ minimum: Int, _ reduction: Double, _ levels: [Int]
    ) {
        #expect(ResourceLadder(minimum: minimum, maximum: maximum, reduction: reduction).levels == levels)
    }
}
