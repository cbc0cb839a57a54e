import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneAlgorithms

/// The laws, in every kind of space. One of them is another here: what finite spaces hold is tried again and again, as
/// children are meant to be like their parents.
struct PBTLawTests {
    @Test(arguments: SpaceTable.all) func `a population keeps the laws`(_ row: SpaceTable.Row) throws {
        let laws = SuggesterLaws(.pbt, .over(row.space))
        try laws.suggestionsLieInTheSpace(trials: 60)
        try laws.freshAgreesWithOld(trials: 40)
        try laws.replayGivesTheLog(trials: 40)
        try laws.survivesHostileHistories()
    }

    /// Spaces of each sort.
    static let some = SpaceTable.all.filter {
        ["double logUniform", "int uniform step 7", "finite product", "point", "constrained and conditional"].contains(
            $0.description)
    }

    @Test(arguments: some) func `a population with a model keeps the laws`(_ row: SpaceTable.Row) throws {
        let modelled = Algorithm("pbt", summary: "", honours: []) { experiment in
            PBT(PBTSettings(AlgorithmSpec("pbt", [.init("explore", "model")])), space: experiment.space)
        }
        let laws = SuggesterLaws(modelled, .over(row.space))
        try laws.suggestionsLieInTheSpace(trials: 40)
        try laws.freshAgreesWithOld(trials: 40)
        try laws.survivesHostileHistories(trials: 30)
    }

    @Test func `it objects to what Katib demands and does not get`() throws {
        var experiment = Experiment.over(try SearchSpace([ParameterSpec("x", .double(0...1))]))
        func complaints(_ settings: [String: String]) -> [String] {
            experiment.algorithm = AlgorithmSpec("pbt", settings.map { .init($0.key, $0.value) })
            return AlgorithmCatalogue.standard.problems(of: experiment).map(\.remedy)
        }
        #expect(
            complaints([:])
                == ["Required params missing: suggestion_trial_dir, n_population, truncation_threshold"])
        let good = ["suggestion_trial_dir": "/opt/x", "n_population": "5", "truncation_threshold": "0.2"]
        #expect(complaints(good) == [])
        for (name, value, complaint) in [
            ("n_population", "4", "Param(n_population) should be >= 5"),
            ("truncation_threshold", "1.5", "Param(truncation_threshold) should be between 0 and 1, inclusive"),
            ("truncation_threshold", "-1", "Param(truncation_threshold) should be between 0 and 1, inclusive"),
            ("resample_probability", "2", "Param(resample_probability) should be between 0 and 1, inclusive"),
        ] {
            #expect(complaints(good.merging([name: value]) { $1 }) == [complaint])
        }
        #expect(complaints(good.merging(["resample_probability": "0.25"]) { $1 }) == [])
    }
}
