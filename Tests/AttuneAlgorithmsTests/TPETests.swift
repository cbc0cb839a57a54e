import AttuneAlgorithms
import AttuneCore
import Foundation
import Testing

/// What the search finds, and keeps away from.
struct TPETests {
    /// Least, at 0, on the right branch near rate 0.003, width 40 and depth 0.8.
    private static func mixedLoss(_ assignment: Assignment) -> Double? {
        guard let rate = assignment["rate"]?.number, let width = assignment["width"]?.number else { return nil }
        let depth = assignment["depth"]?.number.map { abs($0 - 0.8) } ?? 1
        return pow(log10(rate) + 2.5, 2) + pow((width - 40) / 20, 2) + depth
    }

    private static func medianBest(_ algorithm: AlgorithmSpec, parallelism: Int = 1) throws -> Double {
        let bests = try (1...7 as ClosedRange<UInt64>).map { seed in
            let study = try Study.search(
                .mixed(algorithm, seed: seed, parallelism: parallelism), trials: 60, mixedLoss)
            return try #require(study.best?.value(of: study.objective))
        }
        return bests.sorted()[3]
    }

    @Test(arguments: [AlgorithmSpec.tpe, .multivariateTPE])
    func `it finds better trials than random search in a mixed and conditional space`(_ spec: AlgorithmSpec) throws {
        #expect(try TPETests.medianBest(spec) < TPETests.medianBest(.random) / 2)
    }

    @Test func `eight at once find better trials than random search`() throws {
        #expect(try TPETests.medianBest(.tpe, parallelism: 8) < TPETests.medianBest(.random) * 0.75)
    }

    @Test func `maximising a metric is minimising its negative`() throws {
        var up = Experiment.mixed(.tpe, seed: 2)
        up.objective = .maximize("loss")
        let down = try Study.search(Experiment.mixed(.tpe, seed: 2), trials: 30, TPETests.mixedLoss)
        let mirrored = try Study.search(up, trials: 30) { TPETests.mixedLoss($0).map { -$0 } }
        #expect(down.trials.map(\.assignment) == mirrored.trials.map(\.assignment))
    }

    /// The best values lie at x = 0.7, where trials begin to fail; only x < 0.7 succeeds.
    @Test func `where trials fail it does not go, though the best values lie at the edge`() throws {
        var failures: [Int] = []
        for seed in 1...5 as ClosedRange<UInt64> {
            var experiment = Experiment(
                "edge", .maximize("score"), over: Parameter("x", in: 0.0...1.0), Parameter("y", in: 0.0...1.0),
                seed: seed)
            experiment.algorithm = .tpe
            let study = try Study.search(experiment, trials: 80) { assignment in
                assignment["x"]?.number.flatMap { $0 < 0.7 ? $0 : nil }
            }
            #expect(try #require(study.best?.value(of: study.objective)) > 0.65)
            failures.append(study.trials.dropFirst(40).count { $0.assignment["x"]?.number ?? 0 > 0.75 })
        }
        // A random draw lies there ten times in forty.
        #expect(failures.sorted()[2] <= 5, "trials well beyond the edge among the last 40: \(failures)")
    }

    @Test func `with nothing but failures it still proposes, and where no failure is near`() throws {
        var experiment = Experiment("doomed", .minimize("loss"), over: Parameter("x", in: 0.0...1.0), seed: 4)
        experiment.algorithm = .tpe
        let study = try Study.search(experiment, trials: 40) { _ in nil }
        let places = study.trials.compactMap { $0.assignment["x"]?.number }.sorted()
        #expect(zip(places, places.dropFirst()).allSatisfy { $1 - $0 < 0.15 })
    }

    @Test func `trials proposed at once differ from one another`() throws {
        var study = try Study.search(Experiment.mixed(.tpe, seed: 5, parallelism: 8), trials: 40, TPETests.mixedLoss)
        var suggester = try AlgorithmCatalogue.standard.suggester(for: study.experiment)
        for _ in 0..<8 { try study.startNext(&suggester) }
        let batch = study.running.compactMap { $0.assignment["rate"]?.number }.map { log10($0) }
        #expect(Set(batch).count == 8)
        let spread = (batch.max() ?? 0) - (batch.min() ?? 0)
        #expect(spread > 0.2, "rates of a batch, as powers of ten: \(batch)")
    }

    @Test func `no infeasible trial is proposed, and the best lies on the constraint`() throws {
        var experiment = Experiment(
            "budget", .maximize("score"), over: Parameter("x", in: 0.0...1.0), Parameter("y", in: 0.0...1.0),
            constraints: ["x + y <= 1"], seed: 3)
        experiment.algorithm = .tpe
        let study = try Study.search(experiment, trials: 60) { assignment in
            guard let x = assignment["x"]?.number, let y = assignment["y"]?.number else { return nil }
            return x * y
        }
        #expect(study.trials.allSatisfy { experiment.space.isFeasible($0.assignment) })
        #expect(try #require(study.best?.value(of: study.objective)) > 0.22)
    }

    @Test func `a proposal says what its model expected and why it was made`() throws {
        let study = try Study.search(Experiment.mixed(.tpe, seed: 6), trials: 40, TPETests.mixedLoss)
        let first = try #require(study[1].suggestion.explanation)
        #expect(first.method.contains("initial design") && first.mean == nil)
        let last = try #require(study[40].suggestion.explanation)
        #expect(last.method.hasPrefix("Parzen estimators"))
        let values = study.trials.compactMap { $0.value(of: study.objective) }
        #expect(try (#require(values.min())...#require(values.max())).contains(#require(last.mean)))
        #expect(try #require(last.deviation) >= 0)
        #expect(try (0...1).contains(#require(last.exploration)))
        #expect(try #require(last.score).isFinite)
    }

    @Test func `the mean of an explanation has the sign of the metric`() throws {
        var experiment = Experiment.mixed(.tpe, seed: 6)
        experiment.objective = .maximize("loss")
        let study = try Study.search(experiment, trials: 20) { _ in 5 }
        #expect(abs(try #require(study[20].suggestion.explanation?.mean) - 5) < 1e-6)
    }
}

extension Study {
    /// A study of so many trials, each ended before more than the parallelism run, the oldest first; a trial without a
    /// value fails.
    static func search(
        _ experiment: Experiment, trials: Int, _ value: (Assignment) -> Double?
    ) throws -> Study {
        var study = Study(experiment, createdAt: Date(timeIntervalSince1970: 0))
        var suggester = try AlgorithmCatalogue.standard.suggester(for: experiment)
        while study.counts.ended < trials {
            if study.counts.running < experiment.budget.parallelTrials, study.counts.total < trials {
                try study.startNext(&suggester)
            } else if let oldest = study.running.first {
                try study.end(oldest, with: value(oldest.assignment))
            }
        }
        return study
    }

    mutating func startNext(_ suggester: inout any Suggester) throws {
        guard case .run(let suggestion) = try suggester.proposal(for: self) else {
            throw AttuneError("no proposal for trial \(nextNumber)")
        }
        try apply(.started(nextNumber, suggestion, at: createdAt))
    }

    private mutating func end(_ trial: Trial, with value: Double?) throws {
        if let value {
            let observation = Observation(metric: objective.metric, value: value, step: 0, time: createdAt)
            try apply(.observed(trial.number, [observation]))
        }
        try apply(.ended(trial.number, value == nil ? .failed("it broke") : .succeeded, at: createdAt))
    }
}
