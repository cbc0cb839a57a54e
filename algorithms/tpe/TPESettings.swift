import AttuneCore

extension Algorithm {
    static let tpe = Algorithm(
        "tpe",
        summary: "Tree-structured Parzen estimator: learns where good trials lie, in any space, at next to no cost.",
        settings: .tpe, honours: .all, objections: twoNamesOfOneSetting
    ) { TPE($0, rules: TPERules($0.algorithm)) }

    static let multivariateTPE = Algorithm(
        "multivariate-tpe", summary: "The same as tpe, whose kernels are multivariate too; for Katib's sake.",
        settings: .tpe, honours: .all, objections: twoNamesOfOneSetting
    ) { TPE($0, rules: TPERules($0.algorithm)) }

    @Sendable private static func twoNamesOfOneSetting(_ experiment: Experiment) -> [Problem] {
        let names = ["n_EI_candidates", "n_ei_candidates"]
        guard names.allSatisfy({ experiment.algorithm[$0] != nil }) else { return [] }
        return [
            Problem(
                "algorithm.algorithmSettings", "\(names[0]) and \(names[1]) are names of one setting; give one of them")
        ]
    }
}

extension AlgorithmSpec {
    public static let tpe = AlgorithmSpec("tpe")
    public static let multivariateTPE = AlgorithmSpec("multivariate-tpe")
}

extension [AlgorithmSetting] {
    /// Katib's settings of hyperopt's TPE and of Optuna's, with its messages.
    fileprivate static let tpe: [AlgorithmSetting] = [
        .randomState,
        AlgorithmSetting(
            "n_startup_trials", .integer(0...Int.max), default: "\(TPERules().startupTrials)",
            "trials of a Sobol sequence before the model is asked",
            complaint: "n_startup_trials should be great or equal than zero"),
        AlgorithmSetting(
            "n_ei_candidates", .integer(0...Int.max), default: "\(TPERules().candidates)",
            "draws of which the best is proposed",
            complaint: "n_ei_candidates should be great or equal than zero"),
        AlgorithmSetting(
            "n_EI_candidates", .integer(1...Int.max), "hyperopt's name of `n_ei_candidates`",
            complaint: "n_EI_candidates should be great than zero"),
        AlgorithmSetting(
            "prior_weight", .number(.leastNonzeroMagnitude ... .greatestFiniteMagnitude),
            default: "\(TPERules().priorWeight)", "what the prior weighs, where a trial weighs 1",
            complaint: "prior_weight should be great than zero"),
        AlgorithmSetting(
            "gamma", .number(.leastNonzeroMagnitude...1.0.nextDown),
            "of n trials gamma √n are good (at most 25); without it a tenth of them (at most 50)",
            complaint: "gamma should be in the range of (0, 1)"),
    ]
}

extension TPERules {
    /// The rules that an experiment asks for, ours where it says nothing.
    init(_ spec: AlgorithmSpec) {
        self.init()
        func integer(_ name: String) -> Int? { spec[name].flatMap { Int($0) } }
        func number(_ name: String) -> Double? { spec[name].flatMap { Double($0) } }
        startupTrials = integer("n_startup_trials") ?? startupTrials
        candidates = min(integer("n_ei_candidates") ?? integer("n_EI_candidates") ?? candidates, 100_000)
        priorWeight = number("prior_weight") ?? priorWeight
        gamma = number("gamma")
    }
}
