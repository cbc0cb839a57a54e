import AttuneCore

/// The settings of an experiment's stopping rule by type, and those that several rules have.
struct RuleSettings {
    private let spec: AlgorithmSpec?

    init(_ experiment: Experiment) { spec = experiment.earlyStopping }

    /// Nil where it is not set; an unusable value is refused by the catalogue before a rule is made.
    func integer(_ setting: AlgorithmSetting) -> Int? {
        (spec?[setting.name] ?? setting.defaultValue).flatMap { Int($0) }
    }

    func number(_ setting: AlgorithmSetting) -> Double? {
        (spec?[setting.name] ?? setting.defaultValue).flatMap { Double($0) }
    }

    func text(_ setting: AlgorithmSetting) -> String? { spec?[setting.name] ?? setting.defaultValue }

    /// What is wrong with a setting beside others; for rules to throw.
    func invalid(_ setting: AlgorithmSetting, _ remedy: String) -> InvalidExperiment {
        let index = spec?.settings.lastIndex { $0.name == setting.name }
        let settings = FieldPath([.key("earlyStopping")])["algorithmSettings"]
        let field = index.map { settings[$0]["value"] } ?? settings
        return InvalidExperiment([Problem(field, found: text(setting).map { "\"\($0)\"" }, "\(setting.name) \(remedy)")]
        )
    }
}

extension AlgorithmSetting {
    /// How many trials must have succeeded before any is stopped.
    static func minTrialsRequired(_ usual: Int) -> AlgorithmSetting {
        AlgorithmSetting(
            "min_trials_required", .integer(1...Int.max), default: "\(usual)",
            "how many trials must have succeeded before any is stopped",
            complaint: "min_trials_required must be greater than zero (>0)")
    }

    /// How many reports a trial makes before it is judged.
    static func startStep(_ usual: Int) -> AlgorithmSetting {
        AlgorithmSetting(
            "start_step", .integer(1...Int.max), default: "\(usual)",
            "how many values a trial reports before it is judged",
            complaint: "start_step must be greater or equal than one (>=1)")
    }

    /// At which of its reports a trial is judged.
    static let interval = AlgorithmSetting(
        "interval", .integer(1...Int.max), default: "1",
        "a trial is judged at every so many reports from start_step on",
        complaint: "interval must be greater or equal than one (>=1)")
}

/// At which of its reports a trial is judged.
struct JudgedReports: Sendable {
    let first: Int
    let interval: Int

    /// - Parameter count: how many reports there are, the present one among them.
    func contains(_ count: Int) -> Bool { count >= first && (count - first).isMultiple(of: interval) }
}

extension RuleSettings {
    /// The metric that a setting names, which the experiment must collect; the first objective's where it names none.
    func metric(_ setting: AlgorithmSetting, of experiment: Experiment) throws -> String {
        let metrics = experiment.objective.metrics
        guard let name = text(setting) else { return experiment.objective.metric }
        guard metrics.contains(name) else {
            throw invalid(setting, "must be one of the experiment's metrics: \(metrics.joined(separator: ", "))")
        }
        return name
    }
}
