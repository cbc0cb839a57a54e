import AttuneCore
import Foundation
import Testing

@testable import AttuneAlgorithms

/// What an estimator takes from each kind of trial.
struct TPEEvidenceTests {
    private static let ends: [(value: Double?, Outcome)] = [
        (3, .succeeded), (1, .succeeded), (2, .earlyStopped), (nil, .earlyStopped), (0, .failed("out of memory")),
        (nil, .metricsUnavailable("it printed nothing")), (0, .killed("stopped")), (1, .succeeded), (9, .succeeded),
    ]

    private func study(_ direction: Objective.Direction = .minimize, running: Int = 0) throws -> Study {
        var study = try Study.line(direction)
        for (value, outcome) in TPEEvidenceTests.ends { try study.carryOut(value, outcome) }
        for _ in 0..<running { try study.start() }
        return study
    }

    private func evidence(of study: Study) -> TrialEvidence {
        var evidence = TrialEvidence(ParzenSpace(study.experiment.space))
        evidence.take(study)
        return evidence
    }

    @Test func `trials with a value are ranked, stopped ones by the value so far, equals by their end`() throws {
        #expect(evidence(of: try study()).ranked.map { $0 + 1 } == [2, 8, 3, 1, 9])
        #expect(evidence(of: try study(.maximize)).ranked.map { $0 + 1 } == [9, 1, 3, 2, 8])
    }

    @Test func `a trial without a value counts as failed, a killed one not at all`() throws {
        let evidence = evidence(of: try study())
        #expect(evidence.failed.map { $0 + 1 } == [4, 5, 6])
        #expect(evidence.count == 8)
    }

    @Test func `evidence that grew with the study is that of the whole study`() throws {
        let whole = try study(running: 2)
        var growing = try Study.line(.minimize)
        var grown = TrialEvidence(ParzenSpace(growing.experiment.space))
        for (value, outcome) in TPEEvidenceTests.ends {
            try growing.carryOut(value, outcome)
            grown.take(growing)
        }
        let fresh = evidence(of: whole)
        #expect(grown.ranked == fresh.ranked && grown.failed == fresh.failed)
        #expect(grown.coordinates[0] == Array(fresh.coordinates[0].prefix(9)))
        grown.take(try Study.line(.minimize))
        #expect(grown.ranked.isEmpty && grown.coordinates[0].isEmpty, "a study that began again")
    }

    @Test func `the bad kernels stand for every trial that is not good, those that failed last`() throws {
        let study = try study(running: 2)
        let evidence = evidence(of: study)
        let split = TrialSplit(evidence, running: study.running, goodCount: 2, rules: TPERules())
        #expect(split.good.trials.map { $0 + 1 } == [2, 8])
        #expect(split.bad.trials.map { $0 + 1 } == [3, 1, 9, 10, 11, 4, 5, 6])
        #expect(split.bad.weights == [1, 1, 1, 1, 1, 1, 1, 1])
        #expect(split.failedKernels == 3)
    }

    @Test func `a long study has no more kernels, and they weigh as much as its trials`() throws {
        var study = try Study.line(.minimize)
        for number in 1...3000 {
            try study.carryOut(Double(number * 7919 % 3001), number.isMultiple(of: 3) ? .failed("no") : .succeeded)
        }
        let rules = TPERules()
        let split = TrialSplit(evidence(of: study), running: [], goodCount: 20, rules: rules)
        #expect(split.bad.trials.count == rules.borderKernels + 2 * rules.sampledKernels)
        #expect(abs(split.bad.weights.reduce(0, +) - 2980) < 1e-6)
        #expect(Set(split.bad.trials).count == split.bad.trials.count)
        #expect(split.failedKernels == rules.sampledKernels)
    }

    @Test func `weights of good trials fall with rank and add up to their number`() throws {
        let evidence = evidence(of: try study())
        let weights = TPERules().goodWeights(evidence, evidence.ranked[..<4])
        #expect(abs(weights.reduce(0, +) - 4) < 1e-9)
        #expect(zip(weights, weights.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(weights.allSatisfy { $0 >= 0 && $0.isFinite })
    }
}

extension Study {
    /// A study of one parameter, without trials.
    static func line(_ direction: Objective.Direction) throws -> Study {
        let space = try SearchSpace([ParameterSpec("x", .double(0...1))])
        return Study(
            Experiment(metadata: Metadata(name: "line"), objective: Objective(direction, "loss"), space: space),
            createdAt: Date(timeIntervalSince1970: 0))
    }

    /// Starts a trial at the next of some places that never repeat.
    mutating func start() throws {
        let place = (Double(nextNumber) * 0.618_033_988_749_894_9).truncatingRemainder(dividingBy: 1)
        let assignment = experiment.space.assignment(at: experiment.space.parameters.map { _ in place })
        try apply(.started(nextNumber, Suggestion(assignment), at: createdAt))
    }

    mutating func carryOut(_ value: Double?, _ outcome: Outcome) throws {
        let number = nextNumber
        try start()
        if let value {
            try apply(.observed(number, [Observation(metric: "loss", value: value, step: 0, time: createdAt)]))
        }
        try apply(.ended(number, outcome, at: createdAt))
    }
}
