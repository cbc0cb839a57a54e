import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneAlgorithms

/// What models make of several objectives and of constraints.
struct SeveralObjectivesTests {
    // MARK: Parzen estimators

    private func evidence(_ results: [(losses: [Double], latency: Double)]) throws -> TrialEvidence {
        var experiment = Experiment.twoObjectives(seed: 1)
        experiment.objective.constraints = [OutcomeConstraint("latency", max: 1)]
        experiment.algorithm = .random
        var left = results.makeIterator()
        let study = try Study.search(experiment, trials: results.count) { _ in
            left.next().map { $0.losses + [$0.latency] } ?? []
        }
        var evidence = TrialEvidence(ParzenSpace(experiment.space))
        evidence.take(study)
        return evidence
    }

    @Test func `trials are ranked by domination, and those that break a constraint come last`() throws {
        let evidence = try evidence([
            ([0, 0], 3), ([5, 5], 0), ([1, 2], 0), ([2, 1], 0), ([0, 0], 2), ([3, 3], 0),
        ])
        let ranking = TrialRanking(evidence, goodCount: 2, rules: TPERules())
        #expect(ranking.ranked == [2, 3, 5, 1, 4, 0] && ranking.feasibleCount == 4)
        #expect(ranking.goodWeights.count == 2 && abs(ranking.goodWeights.reduce(0, +) - 2) < 1e-12)
    }

    @Test func `of a front that is good in part those count which dominate most together`() throws {
        // The three inner points are nearly the same.
        let front = [[0, 1], [0.5, 0.5], [0.51, 0.49], [0.49, 0.51], [1, 0]]
        let ranking = TrialRanking(try evidence(front.map { ($0, 0) }), goodCount: 3, rules: TPERules())
        let good = Set(ranking.ranked.prefix(3))
        #expect(good.isSuperset(of: [0, 4]) && good.intersection([1, 2, 3]).count == 1)
    }

    @Test func `what breaks a constraint counts as a failure`() throws {
        let results = (0..<20).map { ([Double($0), -Double($0)], $0.isMultiple(of: 2) ? 0.0 : 2) }
        let split = TrialSplit(try evidence(results), running: [], goodCount: 2, rules: TPERules())
        #expect(split.failedKernels == 10)
        #expect(split.bad.trials.suffix(10).allSatisfy { !$0.isMultiple(of: 2) })
    }

    // MARK: Gaussian processes

    private func front(_ results: [[Double]], feasible: [Int], references: [Double?]) throws -> BelievedFront {
        var experiment = Experiment.twoObjectives(seed: 1)
        experiment.algorithm = .sobol
        var left = results.makeIterator()
        let study = try Study.search(experiment, trials: results.count) { _ in left.next() ?? [] }
        var evidence = Evidence(ModelSpace(experiment.space))
        evidence.absorb(study)
        var settings = BayesianOptimization.Settings()
        settings.noise = .known(0)
        let models = (0..<2).map {
            ObjectiveModel(evidence, column: $0, count: results.count, settings: settings, prior: nil)
        }
        return BelievedFront(models, evidence, feasible: feasible, references: references)
    }

    @Test func `the front is of feasible trials, and the reference a little beyond them`() throws {
        let results = [[0.0, 4], [1, 2], [3, 1], [0.5, 0.5], [4, 4]]
        let front = try front(results, feasible: [0, 1, 2, 4], references: [nil, nil])
        #expect(Set(front.positions) == [0, 1, 2])
        for objective in 0..<2 {
            let values = front.points.map { $0[objective] }
            let (best, worst) = (try #require(values.min()), try #require(values.max()))
            #expect(abs(front.reference[objective] - (worst + 0.1 * (worst - best))) < 1e-9)
        }
    }

    @Test func `a disaster does not move the reference`() throws {
        let usual = (0..<20).map { [Double($0), 20 - Double($0)] }
        let all = Array(0..<21)
        let calm = try front(usual + [[25, 25]], feasible: all, references: [nil, nil])
        let wild = try front(usual + [[1e9, 1e9]], feasible: all, references: [nil, nil])
        for objective in 0..<2 {
            let (a, b) = (calm, wild)
            let worst = a.points.map { $0[objective] }.max() ?? 0
            #expect(a.reference[objective] > worst && a.reference[objective] < 1.2 * worst + 1)
            #expect(abs(b.reference[objective]) < 10)
        }
    }

    @Test func `a reference that is given counts, in the objective's units`() throws {
        let results = [[0.0, 4], [1, 2], [3, 1], [4, 4]]
        let front = try front(results, feasible: [0, 1, 2, 3], references: [1, 100])
        // The second trial is as good as the reference in the first objective.
        let second = try #require(front.positions.firstIndex(of: 1))
        #expect(abs(front.points[second][0] - front.reference[0]) < 1e-3)
        #expect(front.positions.first == 0, "nothing but the first trial is below the reference")
    }

    @Test(arguments: ["bayesianoptimization", "tpe", "auto"]) func `its front dominates more than random search's`(
        _ name: String
    ) throws {
        func medianGap(_ algorithm: AlgorithmSpec, trials: Int) throws -> Double {
            try (1...3 as ClosedRange<UInt64>).map { seed in
                var experiment = Experiment.twoObjectives(seed: seed, dimensions: 10)
                experiment.algorithm = algorithm
                let study = try Study.search(experiment, trials: trials) { twoBowls($0) }
                return twoBowlsGap(study)
            }.sorted()[1]
        }
        let trials = name == "tpe" ? 150 : 24
        let (own, random) = (try medianGap(AlgorithmSpec(name), trials: trials), try medianGap(.random, trials: trials))
        #expect(own < 0.8 * random, "\(own) against \(random)")
    }

    @Test(arguments: ["bayesianoptimization", "tpe", "auto", "nsga2"])
    func `under a constraint the best of the trials that keep it is found`(_ name: String) throws {
        // The bowl's minimum at (0.3, 0.6) is out of bounds; the best that is not lies at (0.3, 0.4), worth 0.04.
        var experiment = Experiment.square(seed: 4)
        experiment.objective.constraints = [OutcomeConstraint("limit", max: 0.4)]
        experiment.algorithm = AlgorithmSpec(name)
        let trials = ["bayesianoptimization", "auto"].contains(name) ? 30 : 150
        let study = try Study.search(experiment, trials: trials) { [bowl($0), $0.y] }
        let best = try #require(study.best?.value(of: experiment.objective))
        #expect(best >= 0.04 && best < (trials == 30 ? 0.0405 : 0.06), "\(best)")
    }

    @Test func `while nothing keeps the constraints the search goes where they are likeliest kept`() throws {
        var experiment = Experiment.square(seed: 4)
        experiment.objective.constraints = [OutcomeConstraint("limit", min: 0.995)]
        experiment.algorithm = .bayesianOptimization
        let study = try Study.search(experiment, trials: 16) {
            [bowl($0), 1 - pow($0.x - 0.9, 2) - pow($0.y - 0.1, 2)]
        }
        #expect(study.trials.prefix(6).allSatisfy { !$0.isFeasible(for: experiment.objective) })
        #expect(study.best != nil)
    }

    @Test func `an acquisition that knows one objective only is refused for several`() throws {
        let catalogue = AlgorithmCatalogue.standard
        for (function, isRefused) in [("LCB", true), ("TS", true), ("gp_hedge", true), ("EI", false), ("logEI", false)]
        {
            var experiment = Experiment.twoObjectives(seed: 1)
            experiment.algorithm = .bayesian([("acq_func", function)])
            #expect(catalogue.problems(of: experiment).isEmpty != isRefused, "\(function)")
        }
        var experiment = Experiment.twoObjectives(seed: 1)
        experiment.algorithm = .cmaes
        #expect(!catalogue.problems(of: experiment).isEmpty)
    }

    @Test func `the chance of keeping a constraint has the gradient of its differences`() throws {
        let space = try ModelSpace.square()
        let points = space.drawnPoints(12)
        let model = GaussianProcess(
            space, .matern52, Hyperparameters(logLengths: [log(0.3), log(0.4)], logVariance: 0, logNoise: log(1e-4)),
            features: points.flatMap { $0 }, targets: points.map { sin(9 * $0[0]) + cos(7 * $0[1]) })
        for range in [-0.2...0.3, -Double.infinity...(-3), 2...Double.infinity] {
            let modifier = ScoreModifier(term: .logWithin(range), model: model)
            for place in [[0.5, 0.4], [0.62, 0.9], [0.45, 0.1]] {
                var (gradient, unused) = ([1.0, 2], [0.0, 0])
                var scores = [7.0]
                let term = modifier.term(at: place, addingTo: &gradient)
                modifier.add(to: &scores, features: place)
                #expect(abs(scores[0] - 7 - term) < 1e-8 * max(abs(term), 1))
                for axis in 0..<2 {
                    var (ahead, behind) = (place, place)
                    (ahead[axis], behind[axis]) = (place[axis] + 1e-6, place[axis] - 1e-6)
                    let slope =
                        (modifier.term(at: ahead, addingTo: &unused) - modifier.term(at: behind, addingTo: &unused))
                        / 2e-6
                    #expect(abs(gradient[axis] - Double(axis + 1) - slope) < 1e-4 * max(abs(slope), 1))
                }
            }
        }
    }
}
