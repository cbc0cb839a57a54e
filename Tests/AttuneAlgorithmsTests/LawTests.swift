import AttuneAlgorithms
import AttuneCore
import AttuneTestSupport
import Testing

/// The laws, for every algorithm in every kind of space that it does not object to.
struct LawTests {
    static let cases: [(String, SpaceTable.Row)] = AlgorithmCatalogue.standard.algorithms.flatMap { algorithm in
        SpaceTable.all.filter { algorithm.objections(.over($0.space)).isEmpty }.map { (algorithm.name, $0) }
    }

    @Test(arguments: cases) func `a suggester keeps the laws`(_ name: String, _ row: SpaceTable.Row) throws {
        let algorithm = try #require(AlgorithmCatalogue.standard[algorithm: name])
        try SuggesterLaws(algorithm, .over(row.space)).check()
    }

    /// Several objectives and a constraint on outcomes, for those that say they honour them.
    static let severalCases = cases.filter { name, row in
        let honours = AlgorithmCatalogue.standard[algorithm: name]?.honours ?? []
        return honours.isSuperset(of: [.objectives, .outcomeConstraints])
            && [
                "finite product", "constrained continuum", "constrained and conditional", "conditional, child first",
            ].contains(row.description)
    }

    @Test(arguments: severalCases) func `with several objectives and a constraint it keeps the laws`(
        _ name: String, _ row: SpaceTable.Row
    ) throws {
        let algorithm = try #require(AlgorithmCatalogue.standard[algorithm: name])
        let laws = SuggesterLaws(algorithm, .severalObjectives(over: row.space))
        try laws.check()
        if row.description != "conditional, child first" { try laws.survivesHostileHistories() }
    }

    /// One space of each sort: histories are hostile by their values, not by their points.
    static let hostileCases = cases.filter {
        [
            "double uniform", "int logNormal step 7", "finite product", "constrained continuum", "point",
            "constrained and conditional",
        ].contains($0.1.description)
    }

    @Test(arguments: hostileCases) func `a suggester survives what no model expects`(
        _ name: String, _ row: SpaceTable.Row
    ) throws {
        let algorithm = try #require(AlgorithmCatalogue.standard[algorithm: name])
        try SuggesterLaws(algorithm, .over(row.space)).survivesHostileHistories()
    }

    @Test(arguments: ["random", "sobol", "tpe"]) func `different seeds give different trials`(_ name: String) throws {
        let algorithm = try #require(AlgorithmCatalogue.standard[algorithm: name])
        let continuum = try #require(SpaceTable.all.first { $0.description == "constrained continuum" })
        try SuggesterLaws(algorithm, .over(continuum.space)).differentSeedsDiffer()
    }

    @Test(arguments: ["random", "sobol"]) func `one trial after another and many at once are the same trials`(
        _ name: String
    ) async throws {
        func trials(parallelism: Int) async throws -> [Assignment] {
            let experiment = Experiment(
                "parallel", .minimize("loss"), over: Parameter("x", in: 0.0...1.0), trials: 20,
                parallelism: parallelism, seed: 4)
            return try await Tuner(experiment, AlgorithmSpec(name)).run { _ in 0 }.trials.map(\.assignment)
        }
        #expect(try await trials(parallelism: 1) == trials(parallelism: 8))
    }

    @Test func `the laws find out a suggester that remembers what no study says`() throws {
        let row = try #require(SpaceTable.all.first { $0.description == "int uniform step 1" })
        let forgetful = Algorithm("counter", summary: "", honours: []) { _ in Counter() }
        withKnownIssue { try SuggesterLaws(forgetful, .over(row.space)).freshAgreesWithOld(trials: 10) }
        let outside = Algorithm("outside", summary: "", honours: []) { _ in Outside() }
        withKnownIssue { try SuggesterLaws(outside, .over(row.space)).suggestionsLieInTheSpace(trials: 3) }
        let lazy = Algorithm("lazy", summary: "", honours: []) { _ in Lazy() }
        withKnownIssue { try SuggesterLaws(lazy, .over(row.space)).finiteSpacesAreExhausted() }
        let trusting = Algorithm("trusting", summary: "", honours: []) { _ in Trusting() }
        withKnownIssue { try SuggesterLaws(trusting, .over(row.space)).survivesHostileHistories() }
    }
}

/// Counts its own proposals.
private struct Counter: Suggester {
    private var proposals = 0

    mutating func propose(for study: Study, using random: inout RandomSource) -> Proposal {
        proposals += 1
        return .run(Suggestion(study.experiment.space.assignment(at: [Double(proposals % 40) / 40])))
    }
}

/// Proposes what is not of the space.
private struct Outside: Suggester {
    func propose(for study: Study, using random: inout RandomSource) -> Proposal {
        .run(Suggestion(Assignment(["n": .int(0)])))
    }
}

/// Squares what was reported.
private struct Trusting: Suggester {
    func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        let values = study.ended.compactMap { study[$0].value(of: study.objective) }
        let variance = values.map { $0 * $0 }.reduce(0, +)
        guard variance.isFinite else { throw AttuneError("the model is not a number") }
        return .run(Suggestion(try study.experiment.space.sample(using: &random)))
    }
}

/// Gives up early.
private struct Lazy: Suggester {
    func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        study.nextNumber > 5 ? .exhausted : .run(Suggestion(try study.experiment.space.sample(using: &random)))
    }
}
