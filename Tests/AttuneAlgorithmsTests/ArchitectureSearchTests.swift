import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneAlgorithms

/// Regularised evolution, local search and the predictor-guided search, on spaces of choices.
struct ArchitectureSearchTests {
    private static let names = ["regularized-evolution", "local-search", "bananas"]

    // MARK: Neighbours

    @Test func `a cell of six edges and five operations has 24 neighbours, all different and one change away`() throws {
        let space = SearchSpace(edges: 6, operations: 5)
        let neighbourhood = Neighbourhood(space)
        let point = [0.0, 1, 2, 3, 4, 0]
        let neighbours = neighbourhood.neighbours(of: point)
        #expect(Set(neighbours).count == 24)
        #expect(neighbours.allSatisfy { zip($0, point).count { $0 != $1 } == 1 })
    }

    @Test(arguments: SpaceTable.all) func `neighbours and mutants lie in the space`(_ row: SpaceTable.Row) throws {
        let neighbourhood = Neighbourhood(row.space)
        var random = RandomSource(seed: 3)
        for _ in 0..<20 {
            let point = neighbourhood.space.point(of: try row.space.sample(using: &random))
            for neighbour in neighbourhood.neighbours(of: point) {
                #expect(row.space.contains(neighbourhood.space.assignment(at: neighbour)) && neighbour != point)
            }
            let mutant = neighbourhood.space.assignment(at: neighbourhood.mutated(point, using: &random))
            #expect(!row.space.isFeasible(mutant) || row.space.contains(mutant))
        }
    }

    @Test func `a choice mutates to every other value about as often`() throws {
        let neighbourhood = Neighbourhood(SearchSpace(edges: 1, operations: 5))
        var random = RandomSource(seed: 8)
        var counts = [Int](repeating: 0, count: 5)
        for _ in 0..<4_000 { counts[Int(neighbourhood.mutated([2], using: &random)[0])] += 1 }
        #expect(counts[2] == 0 && [0, 1, 3, 4].allSatisfy { (900...1_100).contains(counts[$0]) }, "\(counts)")
    }

    // MARK: Aging evolution

    @Test func `the oldest dies however good it is`() throws {
        var study = Study.cells("regularized-evolution", seed: 1)
        var population = AgingPopulation(ModelSpace(study.experiment.space), size: 3)
        for (number, loss) in [1: 0.0, 2: 5, 3: 4, 4: 3].sorted(by: { $0.key < $1.key }) {
            try study.end(study.start([0, 0, 0, 0, 0, number]), with: loss)
            population.absorb(study)
        }
        #expect(population.members.map(\.number) == [2, 3, 4])
        var random = RandomSource(seed: 1)
        #expect(population.winner(of: 50, using: &random)?.number == 4)
    }

    @Test func `failed and killed trials have no children`() throws {
        var study = Study.cells("regularized-evolution", seed: 1)
        var population = AgingPopulation(ModelSpace(study.experiment.space), size: 10)
        let outcomes: [Outcome] = [.failed("it broke"), .killed("enough"), .metricsUnavailable("none")]
        for (number, outcome) in outcomes.enumerated() {
            let trial = try study.start([0, 0, 0, 0, 0, number])
            try study.apply(.ended(trial, outcome, at: Samples.noon))
        }
        population.absorb(study)
        #expect(population.members.isEmpty)
    }

    @Test func `children differ from a member by one change`() throws {
        let study = try Study.cells("regularized-evolution", seed: 4).searched(trials: 60) { planted($0) }
        for trial in study.trials.dropFirst(20) {
            let nearest = study.trials.prefix(trial.number - 1).map { distance($0.assignment, trial.assignment) }.min()
            #expect(nearest == 1, "trial \(trial.number)")
        }
    }

    // MARK: Local search

    @Test func `about a local optimum all neighbours are visited, then another climb begins`() throws {
        // Best at the first trial, so that there is nowhere to go.
        let settings = [AlgorithmSpec.Setting("n_initial_points", "1")]
        var study = Study.cells("local-search", settings, seed: 2)
        study = try study.searched(trials: 26) { _ in 1 }
        let first = study.trials[0].assignment
        #expect(study.trials[1...24].allSatisfy { distance($0.assignment, first) == 1 })
        #expect(Set(study.trials.map(\.assignment)).count == 26)
        #expect(
            study.trials.map { $0.suggestion.labels[Climbs.label] ?? "0" } == Array(repeating: "0", count: 25) + ["1"])
    }

    @Test func `it goes on from the first better neighbour`() throws {
        let settings = [AlgorithmSpec.Setting("n_initial_points", "1")]
        let study = try Study.cells("local-search", settings, seed: 2).searched(trials: 40) { planted($0) }
        var (best, centre) = (Double.infinity, study.trials[0].assignment)
        for trial in study.trials {
            guard trial.suggestion.labels[Climbs.label] ?? "0" == "0" else { break }
            #expect(distance(trial.assignment, centre) <= 1, "trial \(trial.number)")
            if planted(trial.assignment) < best { (best, centre) = (planted(trial.assignment), trial.assignment) }
        }
    }

    // MARK: The predictor

    @Test func `the predictor ranks a planted function`() throws {
        let space = SearchSpace(edges: 6, operations: 5)
        let model = ModelSpace(space, choices: .counted)
        var random = RandomSource(seed: 6)
        let seen = try (0..<60).map { _ in try space.sample(using: &random) }
        let features = seen.flatMap { model.features(of: model.point(of: $0)) }
        let transform = OutputTransform(ranking: seen.map { planted($0) })
        let targets = seen.map { transform(planted($0)) }
        let fit = Hyperparameters.fitted(to: model, .matern52, features: features, targets: targets)
        let process = GaussianProcess(model, .matern52, fit.hyperparameters, features: features, targets: targets)
        let unseen = try (0..<400).map { _ in try space.sample(using: &random) }
        let means = process.posterior(features: unseen.flatMap { model.features(of: model.point(of: $0)) }).means
        let pairs = (0..<399).filter { planted(unseen[$0]) != planted(unseen[$0 + 1]) }
        let right = pairs.count { (means[$0] < means[$0 + 1]) == (planted(unseen[$0]) < planted(unseen[$0 + 1])) }
        #expect(Double(right) > 0.85 * Double(pairs.count), "\(right) of \(pairs.count)")
    }

    @Test func `normal scores keep the order, and give values back`() {
        let values = [3.0, 1, 1, 1e12, -4]
        let transform = OutputTransform(ranking: values)
        let scores = values.map { transform($0) }
        #expect(scores[1] == scores[2])
        #expect(scores[4] < scores[1] && scores[1] < scores[0] && scores[0] < scores[3])
        #expect(abs(scores[4] + scores[3]) < 1e-12)
        for (value, score) in zip(values, scores) {
            #expect(abs(transform.inverse(score) - value) <= 1e-9 * abs(value))
        }
        #expect(transform(2) > scores[1] && transform(2) < scores[0])
    }

    @Test func `values that parameters share are counted, alike at any place`() throws {
        let model = ModelSpace(SearchSpace(edges: 6, operations: 5), choices: .counted)
        #expect(model.featureCount == 35 && model.lengthCount == 35)
        let (one, other) = (model.features(of: [0, 1, 2, 2, 2, 3]), model.features(of: [2, 2, 3, 0, 1, 2]))
        #expect(one.suffix(5) == other.suffix(5) && one.prefix(30) != other.prefix(30))
    }

    // MARK: All of them

    @Test(arguments: names) func `workers that run at once are never given the same`(_ name: String) throws {
        var study = Study.cells(name, seed: 5)
        var suggester = try AlgorithmCatalogue.standard.suggester(for: study.experiment)
        for number in 1...80 {
            guard case .run(let suggestion) = try suggester.proposal(for: study) else { break }
            try study.apply(.started(number, suggestion, at: Samples.noon))
            // Eight run at once; the oldest ends.
            if number > 8 { try study.end(number - 8, with: planted(study[number - 8].assignment)) }
        }
        #expect(Set(study.trials.map(\.assignment)).count == 80)
    }

    @Test(arguments: names) func `it finds better cells than random search`(_ name: String) throws {
        func median(_ name: String) throws -> Double {
            try (1...5 as ClosedRange<UInt64>).map { seed in
                let study = try Study.cells(name, seed: seed).searched(trials: 80) { planted($0) }
                return study.trials.map { planted($0.assignment) }.min() ?? .infinity
            }.sorted()[2]
        }
        let (own, random) = (try median(name), try median("random"))
        #expect(own < 0.6 * random, "\(own) against \(random)")
    }

    @Test(arguments: ["regularized-evolution", "bananas"])
    func `of the cells that keep a constraint it finds better ones than random search`(
        _ name: String
    ) throws {
        func median(_ name: String) throws -> Double {
            try (1...5 as ClosedRange<UInt64>).map { seed in
                var experiment = Study.cells(name, seed: seed).experiment
                experiment.objective.constraints = [OutcomeConstraint("size", max: 8)]
                let study = try Study.search(experiment, trials: 60) { [planted($0), size($0)] }
                return study.best.map { planted($0.assignment) } ?? .infinity
            }.sorted()[2]
        }
        let (own, random) = (try median(name), try median("random"))
        #expect(own < 0.9 * random, "\(own) against \(random)")
    }
}

// MARK: - Cells

/// The sum of what operations cost on each edge, with a bond between neighbours: least where all are `op3`, and 0 there.
private func planted(_ cell: Assignment) -> Double {
    let operations = cell.active.map { Int($0.value.description.dropFirst(2)) ?? 0 }
    let costs = [3.0, 2, 1, 0, 1.5]
    let bonds = zip(operations, operations.dropFirst()).count { $0 != $1 }
    return operations.enumerated().reduce(0) { $0 + costs[$1.element] * Double($1.offset + 1) } + 0.5 * Double(bonds)
}

/// How large a cell is: most of all where it is good.
private func size(_ cell: Assignment) -> Double {
    cell.active.reduce(0) { $0 + (Double($1.value.description.dropFirst(2)) ?? 0) }
}

private func distance(_ one: Assignment, _ other: Assignment) -> Int {
    zip(one.active, other.active).count { $0.value != $1.value }
}

extension SearchSpace {
    /// Choices `edge0`, `edge1`, … of `op0`, `op1`, ….
    fileprivate init(edges: Int, operations: Int) {
        let list = (0..<operations).map { "op\($0)" }
        do {
            try self.init((0..<edges).map { ParameterSpec("edge\($0)", .categorical(list)) })
        } catch {
            preconditionFailure("\(error)")
        }
    }
}

extension Study {
    fileprivate static func cells(_ name: String, _ settings: [AlgorithmSpec.Setting] = [], seed: UInt64) -> Study {
        var experiment = Experiment.over(SearchSpace(edges: 6, operations: 5), parallelism: 16, seed: seed)
        experiment.algorithm = AlgorithmSpec(name, settings)
        return Study(experiment, createdAt: Samples.noon)
    }

    fileprivate func searched(trials: Int, _ loss: (Assignment) -> Double) throws -> Study {
        try Study.search(experiment, trials: trials) { [loss($0)] }
    }

    fileprivate mutating func start(_ operations: [Int]) throws -> Trial.Number {
        let space = experiment.space
        let assignment = space.assignment(at: operations.map { (Double($0) + 0.5) / 5 })
        try apply(.started(nextNumber, Suggestion(assignment), at: Samples.noon))
        return trials.count
    }

    fileprivate mutating func end(_ number: Trial.Number, with loss: Double) throws {
        try apply(
            .observed(number, [Observation(metric: objective.metric, value: loss, step: 0, time: Samples.noon)]))
        try apply(.ended(number, .succeeded, at: Samples.noon))
    }
}
