import AttuneAlgorithms
import AttuneCore
import AttuneTestSupport
import Testing

/// The laws, for every stopping rule, with one objective, with several and constraints, and where trials rest and go on.
struct RuleLawTests {
    struct Case: Sendable, CustomStringConvertible {
        let rule: String
        let settings: [String: String]
        let minimumTrials: Int
        var description: String { "\(rule) \(settings.sorted { $0.key < $1.key }.map { "\($0)=\($1)" })" }
    }

    /// Settings under which the short curves of random histories are judged, and trials ended.
    static let cases: [Case] = [
        Case(rule: "medianstop", settings: ["min_trials_required": "2", "start_step": "1"], minimumTrials: 2),
        Case(rule: "percentile", settings: ["min_trials_required": "2", "start_step": "1"], minimumTrials: 2),
        Case(
            rule: "percentile", settings: ["percentile": "20", "start_step": "1", "interval": "2"], minimumTrials: 5),
        Case(rule: "threshold", settings: ["upper": "3"], minimumTrials: 0),
        Case(rule: "patience", settings: ["patience": "1"], minimumTrials: 0),
        Case(rule: "plateau", settings: ["window": "2", "deviation": "0.5", "start_step": "2"], minimumTrials: 0),
        Case(rule: "asha", settings: ["eta": "2", "r_min": "1"], minimumTrials: 0),
        Case(rule: "wilcoxon", settings: ["p_threshold": "0.6", "start_step": "1"], minimumTrials: 0),
        Case(
            rule: "curve", settings: ["min_trials_required": "2", "start_step": "1", "probability": "0.3"],
            minimumTrials: 2),
    ]

    @Test func `every rule is put to the laws`() {
        #expect(Set(Self.cases.map(\.rule)) == Set(AlgorithmCatalogue.standard.stoppingRules.map(\.name)))
    }

    @Test(arguments: cases) func `a rule keeps the laws`(_ example: Case) throws {
        let objective = Objective(.minimize, "loss", strategies: ["loss": .latest])
        #expect(try check(example, objective) > 3, "the rule was put to the test")
    }

    @Test(arguments: cases) func `a rule keeps the laws for a control group, and where larger is better`(
        _ example: Case
    ) throws {
        var spared = example.settings
        spared["control_share"] = "0.3"
        let controlled = Case(rule: example.rule, settings: spared, minimumTrials: example.minimumTrials)
        try check(controlled, Objective(.maximize, "accuracy", goal: 99))
    }

    @Test(arguments: cases) func `a rule keeps the laws with several objectives and constraints`(
        _ example: Case
    ) throws {
        let objective = Objective(
            [.init(.minimize, "loss"), .init(.maximize, "accuracy")], constraints: [.init("latency", max: 4)])
        try check(example, objective)
    }

    @Test(arguments: cases) func `a rule keeps the laws where trials rest and go on`(_ example: Case) throws {
        try check(
            example, Objective(.minimize, "loss", strategies: ["loss": .latest]),
            algorithm: AlgorithmSpec("sobol", [.init("r_l", "9"), .init("r_min", "1"), .init("eta", "3")]))
    }

    @Test func `the laws find out a rule that remembers what no study says`() throws {
        let experiment = Experiment("laws", .minimize("loss"), over: Parameter("x", in: 0.0...1.0), parallelism: 3)
        let counting = StoppingRule("counting", summary: "", settings: []) { _ in Counting() }
        withKnownIssue { try EarlyStoppingLaws(counting, experiment, minimumTrials: 0).check(seeds: 0..<1, trials: 8) }
        let eager = StoppingRule("eager", summary: "", settings: []) { _ in Eager() }
        withKnownIssue { try EarlyStoppingLaws(eager, experiment, minimumTrials: 0).check(seeds: 0..<1, trials: 8) }
    }

    @discardableResult
    private func check(
        _ example: Case, _ objective: Objective, algorithm: AlgorithmSpec = .standard
    ) throws -> Int {
        let rule = try #require(AlgorithmCatalogue.standard[stoppingRule: example.rule])
        var experiment = Experiment("laws", objective, over: Parameter("x", in: 0.0...1.0), parallelism: 5, seed: 3)
        experiment.algorithm = algorithm
        experiment.earlyStopping = AlgorithmSpec(example.rule, example.settings.map { .init($0.key, $0.value) })
        return try EarlyStoppingLaws(rule, experiment, minimumTrials: example.minimumTrials)
            .check(seeds: 0..<4, trials: 25)
    }
}

/// Stops at every third question.
private struct Counting: EarlyStopping {
    private var questions = 0

    mutating func verdict(on trial: Trial, in study: Study) -> Verdict {
        questions += 1
        return questions.isMultiple(of: 3) ? .stop : .proceed
    }
}

/// Calls every trial converged, whatever it has to show.
private struct Eager: EarlyStopping {
    func verdict(on trial: Trial, in study: Study) -> Verdict { .finish }
}
