import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneCore

struct StopWhenTests {
    private let time = Date(timeIntervalSince1970: 0)

    private func study(_ objective: Objective, _ stopWhen: StopWhen, trials: [([Double], Explanation?)]) throws -> Study
    {
        var experiment = Experiment("over", objective, over: Parameter("x", in: 0.0...1.0), parallelism: 9)
        experiment.budget.stopWhen = stopWhen
        var study = Study(experiment, createdAt: time)
        for (values, why) in trials {
            let number = study.nextNumber
            let assignment = experiment.space.assignment(at: [Double(number) / 100])
            try study.apply(.started(number, Suggestion(assignment, explanation: why), at: time))
            guard !values.isEmpty else { continue }
            let observations = zip(objective.metrics, values).map {
                Observation(metric: $0, value: $1, step: 0, time: time)
            }
            try study.apply(.observed(number, observations))
            try study.apply(.ended(number, .succeeded, at: time))
        }
        return study
    }

    private func expecting(_ mean: Double, _ deviation: Double) -> Explanation {
        Explanation("model", mean: mean, deviation: deviation)
    }

    @Test func `expected improvement is Jones's`() throws {
        // Φ(1) + φ(1) for a mean one deviation better than the best.
        let value = try #require(expecting(0, 1).expectedImprovement(on: 1, .minimize))
        #expect(abs(value - 1.0833154705876864) < 1e-12)
        let mirrored = try #require(expecting(0, 1).expectedImprovement(on: -1, .maximize))
        #expect(abs(mirrored - value) < 1e-12)
        #expect(expecting(3, 0).expectedImprovement(on: 1, .minimize) == 0)
        #expect(Explanation("drawn").expectedImprovement(on: 1, .minimize) == nil)
    }

    @Test func `the experiment is over when the latest predictions promise too little`() throws {
        let limit = StopWhen(expectedImprovement: .init(below: 0.01, trials: 3))
        let poor = expecting(2, 0.1)
        let good = expecting(0.5, 0.5)
        func due(_ whys: [Explanation?]) throws -> Finish? {
            try study(.minimize("loss"), limit, trials: whys.map { ([1], $0) }).dueFinish(at: time)
        }
        #expect(try due([nil, poor, poor]) == nil)
        #expect(try due([nil, poor, poor, poor]) == .expectedImprovementReached)
        #expect(try due([poor, nil, poor, nil, poor, nil]) == .expectedImprovementReached, "drawn ones do not count")
        #expect(try due([poor, poor, good, poor, poor]) == nil)
        #expect(try due([good, poor, poor, poor]) == .expectedImprovementReached)
    }

    @Test func `predictions from before a reopening do not count`() throws {
        let limit = StopWhen(expectedImprovement: .init(below: 0.01, trials: 2))
        var study = try study(.minimize("loss"), limit, trials: (0..<3).map { _ in ([1], expecting(2, 0.1)) })
        #expect(study.dueFinish(at: time) == .expectedImprovementReached)
        try study.apply(.finished(.expectedImprovementReached, at: time))
        try study.apply(.budgetEdited(study.experiment.budget, at: time))
        #expect(study.dueFinish(at: time) == nil)
    }

    @Test(arguments: [(0.4, Finish?.none), (0.6, Finish.plateauReached)])
    func `with several objectives the hypervolume must grow`(_ least: Double, _ finish: Finish?) throws {
        let objective = Objective([
            .init(.minimize, "loss", reference: 10), .init(.maximize, "accuracy", reference: 0),
        ])
        let values: [[Double]] = [[5, 5], [4, 4], [6, 1], [4, 4.5], [9, 0.1]]
        // The fourth adds 1 by 0.5 to what the first two dominate; the others add nothing.
        let limit = StopWhen(plateau: .init(trials: 3, minImprovement: least))
        let study = try study(objective, limit, trials: values.map { ($0, nil) })
        #expect(study.dueFinish(at: time) == finish)
    }

    @Test func `a front that nothing joined has stopped improving, whatever is asked for`() throws {
        let objective = Objective([.init(.minimize, "loss"), .init(.maximize, "accuracy")])
        let values: [[Double]] = [[1, 1], [2, 0.5], [3, 0.4]]
        let limit = StopWhen(plateau: .init(trials: 2))
        #expect(try study(objective, limit, trials: values.map { ($0, nil) }).dueFinish(at: time) == .plateauReached)
        let improving: [[Double]] = [[1, 1], [2, 0.5], [3, 2]]
        #expect(try study(objective, limit, trials: improving.map { ($0, nil) }).dueFinish(at: time) == nil)
    }

    @Test func `an experiment without a number of trials runs until nothing improves`() async throws {
        var experiment = Experiment("endless", .minimize("loss"), over: Parameter("x", in: 0.0...1.0), seed: 3)
        experiment.budget.stopWhen.plateau = .init(trials: 10, minImprovement: 0.001)
        let tuner = Tuner(experiment, suggester: Draws())
        while let trial = try await tuner.ask() {
            try await tuner.tell(trial, abs((trial.assignment["x"]?.number ?? 1) - 0.3))
        }
        let study = await tuner.study
        #expect(study.status == .finished(.plateauReached))
        #expect(study.counts.ended > 10 && study.counts.ended < 1000)
    }

    private func problems(_ objectives: JSON, _ stopWhen: JSON) -> [String] {
        let document: JSON = [
            "apiVersion": "attune.dev/v1", "kind": "Experiment", "metadata": ["name": "e"],
            "spec": [
                "objectives": objectives, "stopWhen": stopWhen, "algorithm": ["algorithmName": "random"],
                "parameters": [
                    ["name": "x", "parameterType": "double", "feasibleSpace": ["min": "0", "max": "1"]]
                ],
                "trialTemplate": [
                    "trialSpec": ["apiVersion": "attune.dev/v1", "kind": "Process", "command": ["true"]]
                ],
            ],
        ]
        return Experiment.reading(SourceNode(document), catalogue: .named, seed: 0).problems.map(\.description)
    }

    @Test func `expected improvement is refused with several objectives`() {
        let (a, b): (JSON, JSON) = (["metric": "a", "type": "minimize"], ["metric": "b", "type": "minimize"])
        let limit: JSON = ["expectedImprovement": ["below": .number("0.1")]]
        let refusal = "spec.stopWhen.expectedImprovement: is for one objective; use plateau, which measures hypervolume"
        #expect(problems([a, b], limit).contains(refusal))
        #expect(!problems([a], limit).contains(refusal))
    }

    @Test func `an experiment that stopWhen ends needs no maxTrialCount`() {
        let one: JSON = [["metric": "a", "type": "minimize"]]
        #expect(problems(one, [:]).contains { $0.contains("nothing ends this experiment") })
        #expect(!problems(one, ["plateau": ["trials": 9]]).contains { $0.contains("nothing ends this experiment") })
    }

    @Test func `limits that mean nothing are refused`() {
        let problems = problems(
            [["metric": "a", "type": "minimize"]],
            ["expectedImprovement": ["below": 0], "plateau": ["trials": 0, "minImprovement": -1]])
        #expect(problems.contains("spec.stopWhen.expectedImprovement.below: found 0.0; must be greater than 0"))
        #expect(problems.contains("spec.stopWhen.plateau.trials: found 0; must be greater than 0"))
        #expect(problems.contains { $0.hasPrefix("spec.stopWhen.plateau.minImprovement: found -1") })
    }
}

/// Draws by the space's law.
private struct Draws: Suggester {
    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        .run(Suggestion(try study.experiment.space.sample(using: &random)))
    }
}
