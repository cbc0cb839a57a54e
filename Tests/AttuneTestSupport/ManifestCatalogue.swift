import AttuneCore

extension AlgorithmCatalogue {
    /// Katib's algorithms by name and setting, none of which can be started: for tests of what is read, not searched.
    public static let named = AlgorithmCatalogue(
        algorithms: [
            named("random", [.randomState]), named("grid", [.randomState]), named("sobol", []),
            named("tpe", [.randomState, .init("gamma", .number(0...1), "")]), named("multivariate-tpe", [.randomState]),
            named("bayesianoptimization", [.randomState]),
            named("auto", [.randomState]),
            named("cmaes", [.randomState, .init("restart_strategy", .choice(["none", "ipop", "bipop"]), "")]),
            named(
                "hyperband",
                [
                    .init("resource_name", .text, ""), .init("eta", .number(0...100), ""),
                    .init("r_l", .number(0...1e9), ""),
                ]),
            named(
                "pbt",
                [
                    .init("suggestion_trial_dir", .text, ""), .init("n_population", .integer(5...Int.max), ""),
                    .init("truncation_threshold", .number(0...1), ""), .init("interval", .integer(1...Int.max), ""),
                    .init("resample_probability", .number(0...1), ""),
                    .init("explore", .choice(["perturb", "model"]), ""),
                ]),
            named(
                "asha",
                [
                    .init("resource_name", .text, ""), .init("eta", .number(0...100), ""),
                    .init("r_l", .number(0...1e9), ""), .init("r_min", .number(0...1e9), ""),
                    .init("sampler", .text, ""),
                ]),
            named("darts", [.init("num_epochs", .text, "")]), named("enas", []),
        ],
        stoppingRules: [
            StoppingRule(
                "medianstop", summary: "",
                settings: [
                    .init("min_trials_required", .integer(1...Int.max), ""),
                    .init("start_step", .integer(1...Int.max), ""),
                ]
            ) { _ in Indifferent() }
        ],
        measures: ["parameters", "multiplyAdds", "synflow", "naswot"].map { CellMeasure($0, "") { _, _, _ in 0 } })

    private static func named(_ name: String, _ settings: [AlgorithmSetting]) -> Algorithm {
        Algorithm(name, summary: "", settings: settings, honours: Set(Algorithm.Feature.allCases)) { _ in
            throw AttuneError("is only a name")
        }
    }
}

extension AlgorithmSetting {
    fileprivate static let randomState = AlgorithmSetting("random_state", .integer(0...Int.max), "")
}

/// Lets every trial go on. (A rule is made to see whether its settings go together, so it cannot be only a name.)
private struct Indifferent: EarlyStopping {
    func verdict(on trial: Trial, in study: Study) -> Verdict { .proceed }
}
