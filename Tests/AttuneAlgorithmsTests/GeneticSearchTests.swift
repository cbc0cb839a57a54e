import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneAlgorithms

struct GeneticSearchTests {
    private func individual(
        _ number: Int, _ losses: [Double], violations: [Double] = [], genes: [Double?] = [0.5]
    ) -> Individual {
        Individual(number: number, genes: genes, result: TrialResult(losses: losses, violations: violations))
    }

    private func numbers(_ survivors: [Survivors.Member]) -> Set<Int> { Set(survivors.map(\.individual.number)) }

    // MARK: Domination

    @Test func `feasible before infeasible, and those by how much they break constraints`() {
        let results = [
            TrialResult(losses: [0, 0], violations: [1, 0]), TrialResult(losses: [5, 5], violations: [0, 0]),
            TrialResult(losses: [1, 9], violations: [0, 0]), TrialResult(losses: [6, 6], violations: [0, 0]),
            TrialResult(losses: [0, 0], violations: [0.5, 0]),
        ]
        #expect(ConstrainedDomination.ranks(of: results) == [3, 0, 0, 1, 2])
    }

    @Test func `constraints count alike whatever their units`() {
        let results = [[1000.0, 0], [3000, 0], [0, 0.001], [0, 0.005]]
            .map { TrialResult(losses: [0], violations: $0) }
        let totals = ConstrainedDomination.totalViolations(of: results)
        for (total, expected) in zip(totals, [0.5, 1.5, 1.0 / 3, 5.0 / 3]) { #expect(abs(total - expected) < 1e-12) }
    }

    // MARK: Survival

    @Test func `NSGA-II keeps the front, and of the rank that does not fit those with most room`() {
        var survival = CrowdedSurvival()
        var random = RandomSource(seed: 1)
        // A front of two, and behind it five of which the inner ones are crowded.
        let pool = [
            individual(1, [0, 1]), individual(2, [1, 0]), individual(3, [2, 12]), individual(4, [5, 7]),
            individual(5, [5.1, 6.9]), individual(6, [5.2, 6.8]), individual(7, [12, 2]),
        ]
        #expect(numbers(survival.survivors(of: pool, atMost: 4, using: &random)) == [1, 2, 3, 7])
        #expect(!numbers(survival.survivors(of: pool, atMost: 6, using: &random)).contains(5))
    }

    @Test func `NSGA-III keeps the ends and spreads over the directions`() {
        let directions = ReferenceDirections.simplex(objectives: 2, divisions: 4)
        var survival = NichedSurvival(directions: directions)
        var random = RandomSource(seed: 1)
        // One point near each direction, and a crowd about the middle one.
        let pool =
            directions.enumerated().map { individual($0 + 1, $1) }
            + (0..<8).map { individual(10 + $0, [0.5 + 0.004 * Double($0 + 1), 0.5 - 0.004 * Double($0 + 1)]) }
        #expect(numbers(survival.survivors(of: pool, atMost: 5, using: &random)) == [1, 2, 3, 4, 5])
    }

    @Test(arguments: [(2, 12, 13), (3, 12, 91), (3, 3, 10), (4, 4, 35), (5, 1, 5)])
    func `reference directions are as many as Das and Dennis have`(_ objectives: Int, _ divisions: Int, _ count: Int) {
        let directions = ReferenceDirections.simplex(objectives: objectives, divisions: divisions)
        #expect(directions.count == count && Set(directions).count == count)
        #expect(ReferenceDirections.count(objectives, divisions) == count)
        #expect(directions.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-12 && $0.allSatisfy { $0 >= 0 } })
        #expect(ReferenceDirections.divisions(objectives: objectives, atMost: count) == divisions)
    }

    // MARK: Variation

    @Test(arguments: SpaceTable.all) func `children lie in the space and inherit`(_ row: SpaceTable.Row) throws {
        let variation = Variation(row.space)
        var random = RandomSource(seed: 5)
        for _ in 0..<50 {
            let parents = try [row.space.sample(using: &random), row.space.sample(using: &random)]
                .map { row.space.point(of: $0) }
            let child = variation.child(parents[0], parents[1], using: &random)
            #expect(child.count == row.space.dimensions && child.allSatisfy { (0...1).contains($0) })
        }
    }

    @Test func `without crossover and mutation a child changes by one gene`() throws {
        let space = try SearchSpace((0..<6).map { ParameterSpec("x\($0)", .double(0...1)) })
        var variation = Variation(space)
        (variation.crossover, variation.mutation) = (0, 0)
        var random = RandomSource(seed: 5)
        let parent = (0..<6).map { _ in random.uniform() }
        for _ in 0..<20 {
            let child = variation.child(parent, parent.reversed(), using: &random)
            #expect(zip(child, parent).count { $0 != $1 } == 1)
        }
    }

    @Test func `a number of few values mutates to another value`() throws {
        let space = try SearchSpace([ParameterSpec("n", .int(1...4))])
        var variation = Variation(space)
        (variation.crossover, variation.mutation) = (0, 1)
        var random = RandomSource(seed: 6)
        for value in 1...4 {
            let parent = space.point(of: Assignment(["n": .int(value)]))
            for _ in 0..<20 {
                let child = space.assignment(at: variation.child(parent, parent, using: &random))
                #expect(child["n"] != .int(value))
            }
        }
    }

    // MARK: The search

    @Test func `generations are counted by what has ended`() throws {
        var experiment = Experiment.twoObjectives(seed: 3)
        experiment.algorithm = AlgorithmSpec(
            "nsga2", [.init("population_size", "6"), .init("n_offsprings", "3")])
        let study = try Study.search(experiment, trials: 16) { twoBowls($0) }
        let labels = study.trials.compactMap { $0.suggestion.labels[GeneticSearch.label].flatMap { Int($0) } }
        #expect(labels == (0..<16).map { $0 < 6 ? 0 : 1 + ($0 - 6) / 3 })
    }

    @Test(arguments: ["nsga2", "nsga3"]) func `its front dominates more than random search's`(_ name: String) throws {
        func medianGap(_ algorithm: AlgorithmSpec) throws -> Double {
            try (1...5 as ClosedRange<UInt64>).map { seed in
                var experiment = Experiment.twoObjectives(seed: seed, dimensions: 10)
                experiment.algorithm = algorithm
                let study = try Study.search(experiment, trials: 300) { twoBowls($0) }
                return twoBowlsGap(study)
            }.sorted()[2]
        }
        let (own, random) = (try medianGap(AlgorithmSpec(name)), try medianGap(AlgorithmSpec("random")))
        #expect(own < 0.9 * random, "\(own) against \(random)")
    }

    @Test(arguments: ["nsga2", "nsga3"]) func `it learns where constraints are kept`(_ name: String) throws {
        var experiment = Experiment.twoObjectives(seed: 2)
        experiment.objective.constraints = [OutcomeConstraint("b", max: 0.1)]
        experiment.algorithm = AlgorithmSpec(name, [.init("population_size", "20")])
        let study = try Study.search(experiment, trials: 120) { twoBowls($0) }
        let feasible = study.trials.map { $0.isFeasible(for: experiment.objective) }
        #expect(feasible.suffix(60).count { $0 } > 2 * feasible.prefix(20).count { $0 } * 3)
    }
}

// MARK: - Two objectives

/// Least where all is 0.2 and where all is 0.8: the front lies between.
func twoBowls(_ place: Assignment) -> [Double] {
    let values = (["x", "y"] + (0..<8).map { "z\($0)" }).compactMap { place[$0]?.number }
    return [0.2, 0.8].map { centre in values.reduce(0) { $0 + pow($1 - centre, 2) } / Double(values.count) }
}

/// How much of the volume below the front the trials leave out, up to a point a little beyond its ends.
func twoBowlsGap(_ study: Study) -> Double {
    let front = (0...400).map { [0.36 * pow(Double($0) / 400, 2), 0.36 * pow(1 - Double($0) / 400, 2)] }
    let reference = [0.5, 0.5]
    return Hypervolume.of(front, reference: reference) - Hypervolume.of(study.losses, reference: reference)
}

extension Experiment {
    /// Numbers from 0 to 1, `x` and `y` first, and two losses, `a` and `b`.
    static func twoObjectives(seed: UInt64, dimensions: Int = 2) -> Experiment {
        let names = ["x", "y"] + (0..<dimensions - 2).map { "z\($0)" }
        var experiment = Experiment(
            metadata: Metadata(name: "bowls"), objective: .minimize("a"),
            space: SearchSpace(numbers: names), seed: seed)
        experiment.objective = Objective([.init(.minimize, "a"), .init(.minimize, "b")])
        return experiment
    }
}

extension Study {
    /// What trials brought, `[trials][targets]`.
    var losses: [[Double]] { trials.compactMap { $0.losses(of: objective) } }

    /// The study of one trial after another that bring several values.
    static func search(_ experiment: Experiment, trials: Int, _ values: (Assignment) -> [Double]) throws -> Study {
        var study = Study(experiment, createdAt: Samples.noon)
        var suggester = try AlgorithmCatalogue.standard.suggester(for: experiment)
        for number in 1...trials {
            guard case .run(let suggestion) = try suggester.proposal(for: study) else { break }
            try study.apply(.started(number, suggestion, at: Samples.noon))
            let observations = zip(experiment.objective.metrics, values(suggestion.assignment)).map {
                Observation(metric: $0, value: $1, step: 0, time: Samples.noon)
            }
            try study.apply(.observed(number, observations))
            try study.apply(.ended(number, .succeeded, at: Samples.noon))
        }
        return study
    }
}

extension SearchSpace {
    /// Real numbers from 0 to 1.
    init(numbers names: [String]) {
        do {
            try self.init(names.map { ParameterSpec($0, .double(0...1)) })
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
