import AttuneAlgorithms
import AttuneCore
import Foundation
import Testing

/// A study of a few learning curves, and what a rule says of the trial that runs.
struct RuleScene {
    private(set) var study: Study
    private let experiment: Experiment

    init(
        _ rule: String, _ settings: [String: String] = [:],
        objective: Objective = Objective(.minimize, "loss"), seed: UInt64 = 0
    ) {
        var experiment = Experiment("scene", objective, over: Parameter("x", in: 0.0...1.0), parallelism: 9, seed: seed)
        experiment.earlyStopping = AlgorithmSpec(
            rule, settings.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) })
        self.experiment = experiment
        study = Study(experiment, createdAt: Self.time)
    }

    static let time = Date(timeIntervalSince1970: 0)

    /// A trial that reports one value after another and runs on.
    @discardableResult
    mutating func run(_ values: [Double], from step: Int = 0) throws -> Trial.Number {
        try run(rows: values.map { [$0] }, from: step)
    }

    /// The same with a value of every metric at each step; one that is nil is not reported.
    @discardableResult
    mutating func run(rows: [[Double?]], from step: Int = 0) throws -> Trial.Number {
        let number = study.nextNumber
        let suggestion = Suggestion(experiment.space.assignment(at: [Double(number) / 1000]))
        try study.apply(.started(number, suggestion, at: Self.time))
        for (index, row) in rows.enumerated() { try report(number, row, step: step + index) }
        return number
    }

    mutating func report(_ number: Trial.Number, _ row: [Double?], step: Int) throws {
        let time = Self.time.addingTimeInterval(Double(study.trials.reduce(0) { $0 + $1.observations.count } + 1))
        let observations = zip(experiment.objective.metrics, row).compactMap { metric, value in
            value.map { Observation(metric: metric, value: $0, step: step, time: time) }
        }
        try study.apply(.observed(number, observations))
    }

    mutating func finish(_ values: [Double]...) throws {
        for curve in values { try end(try run(curve), .succeeded) }
    }

    mutating func finish(rows: [[Double?]]) throws { try end(try run(rows: rows), .succeeded) }

    mutating func end(_ number: Trial.Number, _ outcome: Outcome) throws {
        try study.apply(.ended(number, outcome, at: Self.time))
    }

    mutating func lose(_ number: Trial.Number) throws {
        try study.apply(.lost(number, reason: "evicted", at: Self.time))
    }

    /// What a rule that has seen nothing yet says of the latest trial.
    func verdict() throws -> Verdict {
        var rule = try #require(try AlgorithmCatalogue.standard.stoppingRule(for: experiment))
        return rule.verdict(on: try #require(study.trials.last), in: study)
    }

    /// What the rule says of a trial that reports these values.
    func verdict(on values: [Double]) throws -> Verdict { try verdict(on: values.map { [$0] }) }

    func verdict(on rows: [[Double?]]) throws -> Verdict {
        var scene = self
        try scene.run(rows: rows)
        return try scene.verdict()
    }

    /// Why the experiment is refused.
    var problems: [String] { AlgorithmCatalogue.standard.problems(of: experiment).map(\.description) }
}
