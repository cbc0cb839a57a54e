// What each stopping rule saves, and what that costs, on tables of learning curves; see docs/early-stopping.md.
//
//     attune-stopping-benchmark DATA [trials] [seeds] [algorithm]

import Attune
import AttuneProblems
import AttuneTables
import Foundation

/// One worker that tries configurations of a table, with a rule that judges every report.
struct StoppedRun {
    /// The best value after so many trials, the resource they used, and the best for what they would have used in full.
    private(set) var bestOfTrials = Double.nan
    private(set) var resourceOfTrials = 0
    private(set) var bestOfResource = Double.nan
    private var study: Study
    private var suggester: any Suggester
    private var rule: (any EarlyStopping)?
    private let problem: BenchmarkProblem
    private var time: Date { Date(timeIntervalSinceReferenceDate: Double(study.resourceUsed)) }

    init(_ problem: BenchmarkProblem, algorithm: String, rule spec: AlgorithmSpec?, trials: Int, seed: UInt64) throws {
        let metric = problem.metrics[0]
        let objective = Objective(metric.direction, metric.name, strategies: [metric.name: .latest])
        var experiment = Experiment(
            metadata: Metadata(name: "stopping"), objective: objective, space: problem.space,
            algorithm: AlgorithmSpec(algorithm), budget: Budget(parallelTrials: 1), seed: seed)
        experiment.earlyStopping = spec
        self.problem = problem
        study = Study(experiment, createdAt: Date(timeIntervalSinceReferenceDate: 0))
        suggester = try AlgorithmCatalogue.standard.suggester(for: experiment)
        rule = try AlgorithmCatalogue.standard.stoppingRule(for: experiment)
        let budget = trials * problem.maxResource
        while study.resourceUsed < budget, study.trials.count < 20 * trials, case .run(let suggestion) = try next() {
            try train(suggestion)
            bestOfResource = study.best?.value(of: objective) ?? .nan
            if study.trials.count == trials { (bestOfTrials, resourceOfTrials) = (bestOfResource, study.resourceUsed) }
        }
    }

    private mutating func next() throws -> Proposal { try suggester.proposal(for: study) }

    private mutating func train(_ suggestion: Suggestion) throws {
        let number = study.nextNumber
        try study.apply(.started(number, suggestion, at: time))
        let curve = problem.evaluate(suggestion.assignment).curve
        for (index, value) in curve.enumerated() {
            let observation = Observation(metric: study.objective.metric, value: value, step: index + 1, time: time)
            try study.apply(.observed(number, [observation]))
            guard index + 1 < curve.count, let verdict = rule?.verdict(on: study[number], in: study) else { continue }
            guard verdict == .proceed else {
                return try study.apply(.ended(number, verdict == .stop ? .earlyStopped : .succeeded, at: time))
            }
        }
        try study.apply(.ended(number, .succeeded, at: time))
    }
}

extension BenchmarkProblem {
    /// 0 at the table's best, 1 at the median configuration.
    func regret(_ value: Double) throws -> Double {
        var random = RandomSource(seed: 1)
        let loss = metrics[0].direction.loss
        let finals = try (0..<200).map { _ in try space.sample(using: &random) }.map {
            loss(evaluate($0).values[0])
        }
        let (median, best) = (finals.sorted()[finals.count / 2], optimum.map(loss) ?? finals.min() ?? 0)
        return value.isNaN ? 1 : (loss(value) - best) / (median - best)
    }
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }

func text(_ value: Double) -> String { String(format: "%.3f", value) }

let arguments = CommandLine.arguments
guard arguments.count > 1 else { fatalError("usage: attune-stopping-benchmark DATA [trials] [seeds] [algorithm]") }
let trials = arguments.count > 2 ? Int(arguments[2]) ?? 60 : 60
let seeds = arguments.count > 3 ? UInt64(arguments[3]) ?? 3 : 3
let algorithm = arguments.count > 4 ? arguments[4] : "sobol"
let folder = DataFolder(URL(filePath: arguments[1], directoryHint: .isDirectory))
let rules: [AlgorithmSpec?] =
    [nil] + AlgorithmCatalogue.standard.stoppingRules.map { AlgorithmSpec($0.name) } + [
        AlgorithmSpec("percentile", [.init("percentile", "25")]), AlgorithmSpec("asha", [.init("r_min", "1")]),
        AlgorithmSpec("curve", [.init("probability", "0.02")]), AlgorithmSpec("curve", [.init("probability", "0.1")]),
    ]
for family in ["taskset", "lcbench-surrogate"] {
    let problems = try folder.problems { $0.hasPrefix(family + "/") }
    print("\n\(family): \(problems.count) problems, \(seeds) seeds, \(trials) trials of \(algorithm)\n")
    print(
        "| rule | resource used | regret after \(trials) trials | regret after the resource of \(trials) full trials |")
    print("|---|---|---|---|")
    for rule in rules {
        var (used, ofTrials, ofResource): ([Double], [Double], [Double]) = ([], [], [])
        for problem in problems {
            for seed in 1...seeds {
                let run = try StoppedRun(problem, algorithm: algorithm, rule: rule, trials: trials, seed: seed)
                used.append(Double(run.resourceOfTrials) / Double(trials * problem.maxResource))
                ofTrials.append(try problem.regret(run.bestOfTrials))
                ofResource.append(try problem.regret(run.bestOfResource))
            }
        }
        let name =
            rule.map { ([$0.name] + $0.settings.map { "\($0.name)=\($0.value)" }).joined(separator: " ") } ?? "none"
        print("| \(name) | \(text(mean(used))) | \(text(mean(ofTrials))) | \(text(mean(ofResource))) |")
    }
}
