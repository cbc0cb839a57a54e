import AttuneAlgorithms
import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

struct MedianStopTests {
    @Test(arguments: [(1, 1), (3, 4), (5, 2)]) func `the rule keeps the laws`(_ minimum: Int, _ startStep: Int) throws {
        let stops = try Self.laws(minimum, startStep).check(trials: 40)
        if startStep < 4 { #expect(stops > 10, "the rule was put to the test") }
    }

    @Test(arguments: [
        ([0.5, 0.4, 0.45], Verdict.proceed), ([0.9, 0.8], .proceed), ([0.9, 0.8, 0.7], .stop),
        ([0.9, 0.8, 0.55], .proceed),
        ([.nan, 0.9, 0.9], .proceed), ([.nan, 0.9, 0.9, 0.9], .stop),
    ])
    func `a trial stops when its best is worse than the median of the averages of three`(
        _ values: [Double], _ verdict: Verdict
    ) throws {
        // Averages of the first three: 0.5, 0.6 and 0.7; what comes later does not count.
        var study = try Self.study(.minimize, finished: [[0.4, 0.5, 0.6, 9], [0.6, 0.6, 0.6], [0.8, 0.7, 0.6, 9]])
        try Self.run(values, in: &study)
        #expect(try Self.verdict(3, 3, study) == verdict)
    }

    @Test func `larger is better where the objective is maximised`() throws {
        var study = try Self.study(.maximize, finished: [[0.5], [0.6], [0.7]])
        try Self.run([0.55], in: &study)
        #expect(try Self.verdict(3, 1, study) == .stop)
    }

    @Test func `only trials that succeeded are measured against`() throws {
        var study = try Self.study(.minimize, finished: [[0.1], [0.1]])
        try study.apply(.ended(try Self.run([0.1], in: &study), .killed("stopped"), at: Self.time))
        try Self.run([0.9], in: &study)
        #expect(try Self.verdict(3, 1, study) == .proceed)
        #expect(try Self.verdict(2, 1, study) == .stop)
    }

    private static let time = Date(timeIntervalSince1970: 0)

    /// What is said of the trial that runs.
    private static func verdict(_ minimum: Int, _ startStep: Int, _ study: Study) throws -> Verdict {
        let experiment = experiment(.minimize, minimum, startStep)
        var rule = try #require(try AlgorithmCatalogue.standard.stoppingRule(for: experiment))
        return rule.verdict(on: try #require(study.running.first), in: study)
    }

    private static func laws(_ minimum: Int, _ startStep: Int) throws -> EarlyStoppingLaws {
        let rule = try #require(AlgorithmCatalogue.standard[stoppingRule: "medianstop"])
        return EarlyStoppingLaws(rule, experiment(.minimize, minimum, startStep), minimumTrials: minimum)
    }

    private static func experiment(_ direction: Objective.Direction, _ minimum: Int = 3, _ startStep: Int = 4)
        -> Experiment
    {
        var experiment = Experiment(
            "stop", Objective(direction, "loss"), over: Parameter("x", in: 0.0...1.0), parallelism: 6)
        experiment.earlyStopping = AlgorithmSpec(
            "medianstop",
            [
                .init("min_trials_required", "\(minimum)"), .init("start_step", "\(startStep)"),
            ])
        return experiment
    }

    private static func study(_ direction: Objective.Direction, finished: [[Double]]) throws -> Study {
        var study = Study(experiment(direction), createdAt: time)
        for values in finished { try study.apply(.ended(try run(values, in: &study), .succeeded, at: time)) }
        return study
    }

    @discardableResult
    private static func run(_ values: [Double], in study: inout Study) throws -> Trial.Number {
        let number = study.nextNumber
        let point = [Double(number) / 100]
        try study.apply(.started(number, Suggestion(study.experiment.space.assignment(at: point)), at: time))
        try study.apply(
            .observed(number, values.enumerated().map { Observation(metric: "loss", value: $1, step: $0, time: time) }))
        return number
    }
}
