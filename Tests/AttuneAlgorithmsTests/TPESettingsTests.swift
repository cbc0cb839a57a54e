import AttuneCore
import Foundation
import Testing

@testable import AttuneAlgorithms

/// Katib's settings of both its TPEs, with its messages.
struct TPESettingsTests {
    private static func problems(_ name: String, _ settings: [(String, String)]) -> [String] {
        let spec = AlgorithmSpec(name, settings.map { AlgorithmSpec.Setting($0.0, $0.1) })
        var experiment = Experiment("settings", .minimize("loss"), over: Parameter("x", in: 0.0...1.0))
        experiment.algorithm = spec
        return AlgorithmCatalogue.standard.problems(of: experiment).map(\.remedy)
    }

    @Test(arguments: [
        ("gamma", "0", "gamma should be in the range of (0, 1)"),
        ("gamma", "1", "gamma should be in the range of (0, 1)"),
        ("gamma", "-0.2", "gamma should be in the range of (0, 1)"),
        ("prior_weight", "0", "prior_weight should be great than zero"),
        ("n_EI_candidates", "0", "n_EI_candidates should be great than zero"),
        ("random_state", "-1", "random_state should be great or equal than zero"),
        ("n_startup_trials", "-1", "n_startup_trials should be great or equal than zero"),
        ("n_ei_candidates", "-1", "n_ei_candidates should be great or equal than zero"),
        ("gamma", "a lot", "failed to validate gamma(a lot): must be a number"),
        ("n_EI_candidates", "2.5", "failed to validate n_EI_candidates(2.5): must be an integer"),
        ("n_candidates", "3", "unknown setting n_candidates for algorithm tpe; did you mean \"n_ei_candidates\"?"),
    ]) func `a wrong setting is refused in Katib's words`(_ name: String, _ value: String, _ message: String) {
        #expect(TPESettingsTests.problems("tpe", [(name, value)]) == [message])
    }

    @Test(arguments: ["tpe", "multivariate-tpe"]) func `every setting of Katib's is accepted`(_ algorithm: String) {
        let settings = [
            ("gamma", "0.25"), ("prior_weight", "1.0"), ("random_state", "10"), ("n_startup_trials", "0"),
        ]
        #expect(TPESettingsTests.problems(algorithm, settings + [("n_EI_candidates", "24")]).isEmpty)
        #expect(TPESettingsTests.problems(algorithm, settings + [("n_ei_candidates", "0")]).isEmpty)
    }

    @Test func `the two names of one setting cannot be given at once`() {
        let problems = TPESettingsTests.problems("tpe", [("n_EI_candidates", "24"), ("n_ei_candidates", "12")])
        #expect(problems == ["n_EI_candidates and n_ei_candidates are names of one setting; give one of them"])
    }

    @Test func `settings become rules`() {
        let rules = TPERules(
            AlgorithmSpec(
                "tpe",
                [("gamma", "0.5"), ("prior_weight", "3"), ("n_EI_candidates", "7"), ("n_startup_trials", "4")].map {
                    AlgorithmSpec.Setting($0, $1)
                }))
        #expect(rules.priorWeight == 3 && rules.candidates == 7 && rules.startupTrials == 4)
        #expect(TPERules(AlgorithmSpec("tpe", [.init("n_ei_candidates", "9")])).candidates == 9)
    }

    /// hyperopt's: ⌈gamma √n⌉, at most 25.
    @Test func `gamma given is hyperopt's`() {
        let rules = TPERules(AlgorithmSpec("tpe", [.init("gamma", "0.25")]))
        #expect([1, 16, 17, 100, 400, 100_000].map { rules.goodCount(of: $0) } == [1, 1, 2, 3, 5, 25])
    }

    @Test func `of any number of trials some are good, and of two or more some are bad`() {
        let rules = TPERules(AlgorithmSpec("tpe"))
        #expect(rules.goodCount(of: 0) == 0)
        #expect(rules.goodCount(of: 1) == 1)
        for n in 2...2000 { #expect((1..<n).contains(rules.goodCount(of: n))) }
    }

    @Test func `a single candidate makes it a draw from the good mixture`() throws {
        var experiment = Experiment("draws", .minimize("loss"), over: Parameter("x", in: 0.0...1.0), seed: 3)
        experiment.algorithm = AlgorithmSpec("tpe", [.init("n_ei_candidates", "0"), .init("n_startup_trials", "0")])
        let study = try Study.search(experiment, trials: 12) { $0["x"]?.number }
        #expect(study.trials.count == 12)
    }
}

/// README tables of settings, held to the code. Add an algorithm's name when its README has a column for the kind.
struct SettingsTableTests {
    private static let algorithms = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "algorithms")

    @Test(arguments: [
        "asha", "auto", "bananas", "bayesianoptimization", "cmaes", "freeze-thaw", "grid", "hyperband", "local-search",
        "multivariate-tpe", "nsga2", "nsga3", "pbt", "random", "regularized-evolution", "sobol", "tpe",
    ])
    func `a README's table has every setting with its kind and default, and no other`(_ name: String) throws {
        let algorithm = try #require(AlgorithmCatalogue.standard[algorithm: name])
        try compare(name, algorithm.settings)
    }

    @Test(arguments: AlgorithmCatalogue.standard.stoppingRules.map(\.name))
    func `so has that of a stopping rule`(_ name: String) throws {
        let rule = try #require(AlgorithmCatalogue.standard[stoppingRule: name])
        // An algorithm has that name too.
        try compare(name == "asha" ? "asha-stopping" : name, rule.settings)
    }

    private func compare(_ name: String, _ settings: [AlgorithmSetting]) throws {
        let readme = SettingsTableTests.algorithms.appending(path: "\(name)/README.md")
        let text = try String(contentsOf: readme, encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }
        for setting in settings {
            let row = "| `\(setting.name)` | \(setting.kindDescription) | \(setting.defaultValue ?? "none") |"
            #expect(rows.contains { $0.hasPrefix(row) }, "\(name)'s README lacks the row: \(row)")
        }
        #expect(rows.count == settings.count)
    }
}
