import AttuneCore

extension [AlgorithmSetting] {
    /// What every algorithm that hands out resource is told: the ladder, how trials get on, who chooses configurations.
    static func ladder(
        _ continuation: ResourceLadder.Continuation, _ sampler: ConfigurationSource.Sampler,
        and others: [AlgorithmSetting] = []
    ) -> [AlgorithmSetting] {
        levels + [
            AlgorithmSetting(
                ResourceLadder.SettingName.continuation,
                .choice(ResourceLadder.Continuation.allCases.map(\.rawValue)), default: continuation.rawValue,
                "whether a trial goes on from its checkpoints, or another begins with a copy of them"),
            AlgorithmSetting(
                "sampler", .choice(ConfigurationSource.Sampler.allCases.map(\.rawValue)), default: sampler.rawValue,
                "what chooses the configurations that trials begin with"),
            .randomState,
        ] + others
    }

    /// What declares a ladder.
    static let levels: [AlgorithmSetting] = [
        AlgorithmSetting(
            ResourceLadder.SettingName.maximum, .number(.leastNonzeroMagnitude...1e9),
            "the most units of resource (epochs, mostly) that one trial may use",
            complaint: "r_l must be a positive float number."),
        AlgorithmSetting(
            ResourceLadder.SettingName.parameter, .text,
            "the parameter that tells a trial how many units it may use in all; without it trials report steps and are "
                + "told to rest"),
        AlgorithmSetting(
            ResourceLadder.SettingName.minimum, .number(1...1e9), default: "1",
            "the fewest units after which trials are compared"),
        AlgorithmSetting(
            ResourceLadder.SettingName.reduction, .number(0...1e9),
            default: "3", "of how many trials at a rung one goes on"),
    ]
}

extension ResourceLadder {
    /// What keeps an experiment's resource settings from making a ladder, fields relative to `spec`.
    ///
    /// - Parameter needsParameter: whether trials have to be told their level, as in Katib.
    static func objections(to experiment: Experiment, needsParameter: Bool = false) -> [Problem] {
        let spec = experiment.algorithm
        let field = FieldPath([.key("algorithm")])["algorithmSettings"]
        guard let maximum = spec[SettingName.maximum], !needsParameter || spec[SettingName.parameter] != nil else {
            return [
                Problem(
                    field,
                    needsParameter
                        ? "r_l and resource_name must be set."
                        : "r_l must be set: the most units of resource (epochs, mostly) that a trial may use")
            ]
        }
        guard ResourceLadder(spec) != nil else {
            return [Problem(field, found: "r_l \(maximum)", "must be at least 1, and not less than r_min")]
        }
        return spec[SettingName.parameter].map { parameterProblems($0, experiment, field) } ?? []
    }

    private static func parameterProblems(
        _ name: String, _ experiment: Experiment, _ field: FieldPath
    ) -> [Problem] {
        let space = experiment.space
        func problem(_ remedy: String) -> [Problem] { [Problem(field, found: "resource_name \"\(name)\"", remedy)] }
        guard let spec = space[name] else {
            return problem("value of resource_name setting must be in parameters.")
        }
        switch spec.domain {
        case .int, .double: break
        case .discrete, .categorical: return problem("the resource is a number; make the parameter an int")
        }
        guard spec.condition == nil, !space.parameters.contains(where: { $0.condition?.parameter == name }),
            !space.constraints.contains(where: { $0.names.contains(name) })
        else { return problem("no condition and no constraint may depend on the resource") }
        guard space.dimensions > 1 else { return problem("there must be other parameters to search") }
        return []
    }
}

extension AlgorithmSpec {
    var sampler: ConfigurationSource.Sampler? { self["sampler"].flatMap { ConfigurationSource.Sampler(rawValue: $0) } }
}
