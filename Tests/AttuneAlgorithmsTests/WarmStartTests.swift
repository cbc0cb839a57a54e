import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneAlgorithms

/// What earlier experiments do for a new one.
struct WarmStartTests {
    // MARK: Agreement

    @Test func `before anything is seen an earlier model counts in full`() {
        #expect(PriorKnowledge.agreement([], []) == 1)
        #expect(abs(PriorKnowledge.agreement([0.7], [-0.2]) - 1) < 1e-12)
    }

    @Test func `one that is right counts in full, one that is wrong not at all`() {
        let truth = (0..<12).map { sin(Double($0)) }
        #expect(abs(PriorKnowledge.agreement(truth, truth) - 1) < 1e-12)
        #expect(PriorKnowledge.agreement(truth.map { -$0 }, truth) == 0)
        // Of the same order at half the scale: the targets are what counts.
        let half = PriorKnowledge.agreement(truth.map { 2 * $0 }, truth)
        #expect(0.5..<0.6 ~= half, "\(half)")
    }

    @Test func `of one that is unrelated hardly anything is left`() {
        var random = RandomSource(seed: 20)
        let pairs = (0..<60).map { _ in (random.normal(), random.normal()) }
        #expect(PriorKnowledge.agreement(pairs.map(\.0), pairs.map(\.1)) < 0.1)
        #expect(PriorKnowledge.agreement(Array(repeating: 0.5, count: 20), pairs.prefix(20).map(\.1)) < 0.2)
    }

    // MARK: Knowledge

    @Test func `fewer than three values are no knowledge, and failures are kept`() throws {
        let space = try ModelSpace.square()
        let trials = earlier(12) { $0.x < 0.4 ? nil : bowl($0) }
        let failed = trials.count { $0.value == nil }
        let knowledge = try #require(PriorKnowledge(trials, direction: .minimize, space: space))
        #expect(failed > 0 && knowledge.failures.count == failed)
        #expect(knowledge.sources == "warm start from earlier")
        #expect(PriorKnowledge(Array(earlier(2, bowl)), direction: .minimize, space: space) == nil)
        #expect(PriorKnowledge([], direction: .minimize, space: space) == nil)
    }

    @Test func `levels and scales of several sources are made alike`() throws {
        let space = try ModelSpace.square()
        let one = earlier(20, named: "one", bowl)
        let other = earlier(20, named: "other", seed: 8) { 1e4 + 500 * bowl($0) }
        let knowledge = try #require(PriorKnowledge(one + other, direction: .minimize, space: space))
        #expect(knowledge.sources == "warm start from one, other")
        let means = knowledge.model.means(features: [0.3, 0.6, 0.95, 0.05])
        #expect(means[0] < -0.5 && means[1] > 0.5, "\(means)")
    }

    @Test func `of many trials the best quarter and an even choice of others stay`() {
        let targets = (0..<100).map { Double(($0 * 37) % 100) }
        let chosen = representatives(of: targets, atMost: 40)
        #expect(chosen.count == 40 && Set(chosen).count == 40 && chosen == chosen.sorted())
        let kept = Set(chosen.map { targets[$0] })
        #expect((0..<10).allSatisfy { kept.contains(Double($0)) })
        for start in stride(from: 10, to: 100, by: 10) {
            #expect(2...5 ~= kept.count { Double(start)..<Double(start + 10) ~= $0 })
        }
        #expect(representatives(of: targets, atMost: 100) == Array(0..<100))
    }

    @Test func `what is known before and since adds up, with its gradients`() throws {
        let space = try ModelSpace.square()
        let knowledge = try #require(PriorKnowledge(earlier(15, bowl), direction: .minimize, space: space))
        let residual = GaussianProcess(
            space, .matern52, Hyperparameters(logLengths: [-1, -0.5], logVariance: -1, logNoise: -5),
            features: [0.2, 0.2, 0.9, 0.4], targets: [0.4, -0.3])
        let model = WarmSurrogate(residual: residual, prior: knowledge.model, weight: 0.7)
        let place = [0.55, 0.35]
        let (means, deviations) = model.posterior(features: place)
        let (own, ownDeviations) = residual.posterior(features: place)
        #expect(abs(means[0] - own[0] - 0.7 * knowledge.model.means(features: place)[0]) < 1e-12)
        #expect(deviations == ownDeviations)
        var (byMean, byDeviation) = (place, place)
        let belief = try #require(model.posterior(at: place, meanGradient: &byMean, deviationGradient: &byDeviation))
        #expect(abs(belief.mean - means[0]) < 1e-10 && abs(belief.deviation - deviations[0]) < 1e-10)
        let meanSlopes = slopes(at: place) { model.posterior(features: $0).means[0] }
        let deviationSlopes = slopes(at: place) { model.posterior(features: $0).deviations[0] }
        #expect(zip(byMean, meanSlopes).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(zip(byDeviation, deviationSlopes).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    // MARK: Search

    @Test(arguments: [Objective.Direction.minimize, .maximize])
    func `the first trial lies near the earlier optimum`(_ direction: Objective.Direction) throws {
        var experiment = Experiment.square(seed: 21)
        experiment.objective = Objective(direction, "loss")
        let sign = direction == .minimize ? 1.0 : -1
        var study = try warm(experiment, earlier(30) { sign * bowl($0) })
        var suggester = try AlgorithmCatalogue.standard.suggester(for: experiment)
        try study.startNext(&suggester)
        #expect(bowl(study[1].assignment) < 0.03, "\(study[1].assignment)")
        #expect(study[1].suggestion.explanation?.method.hasPrefix("warm start: the best trial of earlier") == true)
    }

    @Test func `an experiment that agrees makes the search quicker, even at another level and scale`() throws {
        let few = try grown(earlier(30) { 40 + 7 * bowl($0) }, trials: 6, bowl)
        #expect(try #require(few.best?.value(of: few.objective)) < 0.01)
        let cold = try Study.search(.square(seed: 21), trials: 6, bowl)
        #expect(try #require(few.best?.value(of: few.objective)) < #require(cold.best?.value(of: cold.objective)))
        #expect(try weight(in: few) > 0.5)
    }

    @Test func `an experiment that contradicts is dropped, and the optimum is found none the less`() throws {
        let study = try grown(earlier(30) { -bowl($0) }, trials: 20, bowl)
        #expect(try weight(in: study) < 0.1)
        #expect(try #require(study.best?.value(of: study.objective)) < 0.01)
    }

    @Test func `well beyond where earlier trials failed it does not go`() throws {
        let study = try grown(earlier(40) { $0.x < 0.5 ? nil : $0.x }, trials: 8) { $0.x < 0.5 ? nil : $0.x }
        // The edge itself, where the best values lie, is worth a few failures; what lies well beyond it is not.
        let places = study.trials.map(\.assignment.x)
        #expect(places[0] > 0.35 && places.count { $0 < 0.4 } <= 2, "\(places)")
    }

    @Test func `with earlier trials too a fresh suggester agrees with an old one`() throws {
        let experiment = Experiment.square(seed: 21)
        var study = try warm(experiment, earlier(15, bowl))
        var grown = try AlgorithmCatalogue.standard.suggester(for: experiment)
        for _ in 0..<6 {
            var fresh = try AlgorithmCatalogue.standard.suggester(for: experiment)
            #expect(try fresh.proposal(for: study) == grown.proposal(for: study))
            try study.startNext(&grown)
            let number = study.trials.count
            // Every other one is running still when the next is asked for.
            guard number.isMultiple(of: 2) else { continue }
            for ended in [number, number - 1] { try study.finish(ended, with: bowl(study[ended].assignment), after: 1) }
        }
    }

    @Test func `several started at once differ, before any has ended`() throws {
        let experiment = Experiment.square(seed: 21)
        var study = try warm(experiment, earlier(15, bowl))
        var suggester = try AlgorithmCatalogue.standard.suggester(for: experiment)
        for _ in 0..<4 { try study.startNext(&suggester) }
        #expect(Set(study.trials.map(\.assignment)).count == 4)
    }

    // MARK: Parts

    /// Trials of an earlier experiment at places drawn evenly; those without a value failed.
    private func earlier(
        _ count: Int, named name: String = "earlier", seed: UInt64 = 7, _ value: (Assignment) -> Double?
    ) -> [PriorTrial] {
        let space = Experiment.square(seed: 1).space
        var random = RandomSource(seed: seed)
        return (1...count).map { number in
            let place = space.assignment(at: [random.uniform(), random.uniform()])
            let value = value(place)
            return PriorTrial(
                of: name, number: number, place, outcome: value == nil ? .failed("out of memory") : .succeeded,
                value: value)
        }
    }

    private func warm(_ experiment: Experiment, _ trials: [PriorTrial]) throws -> Study {
        var study = Study(experiment, createdAt: Samples.noon)
        try study.apply(.imported(trials, from: "earlier", at: Samples.noon))
        return study
    }

    /// A study of so many trials, one after another; one without a value fails.
    private func grown(
        _ trials: [PriorTrial], trials count: Int, _ value: (Assignment) -> Double?
    ) throws -> Study {
        let experiment = Experiment.square(seed: 21)
        var study = try warm(experiment, trials)
        var suggester = try AlgorithmCatalogue.standard.suggester(for: experiment)
        for number in 1...count {
            try study.startNext(&suggester)
            if let value = value(study[number].assignment) {
                try study.finish(number, with: value, after: 1)
            } else {
                try study.apply(.ended(number, .failed("it broke"), at: study.createdAt))
            }
        }
        return study
    }

    /// The earlier model's weight when the last trial was chosen, as its explanation says.
    private func weight(in study: Study) throws -> Double {
        let method = try #require(study.trials.last?.suggestion.explanation?.method)
        return try #require(method.split(separator: " ").last.flatMap { Double($0) }, "\(method)")
    }
}
