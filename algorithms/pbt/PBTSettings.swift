import AttuneCore

/// What an experiment may say about population based training; Katib's names where Katib has one.
struct PBTSettings: Sendable {
    /// How many members there are.
    var population = 10
    /// Which share of a generation is replaced, and which it is replaced by.
    var truncation = 0.2
    /// The probability that a parameter of a child is drawn anew.
    var resampling = 0.0
    /// Whether a model chooses a child's settings (PB2).
    var hasModel = false
    /// Units of resource that a generation trains; nil where the trial program knows.
    var interval: Int?
}

extension PBTSettings {
    private enum Name {
        static let directory = "suggestion_trial_dir"
        static let population = "n_population"
        static let truncation = "truncation_threshold"
        static let resampling = "resample_probability"
        static let explore = "explore"
        static let interval = "interval"
    }

    static let descriptions: [AlgorithmSetting] = [
        .randomState,
        AlgorithmSetting(
            Name.directory, .text,
            "where the trial's container keeps its checkpoints; a process finds its own directory in that path's place"),
        AlgorithmSetting(
            Name.population, .integer(5...Int.max), "how many members train side by side",
            complaint: "Param(n_population) should be >= 5"),
        AlgorithmSetting(
            Name.truncation, .number(0...1),
            "which share of a generation is replaced by as many of the best; beyond 0.5 it is 0.5",
            complaint: "Param(truncation_threshold) should be between 0 and 1, inclusive"),
        AlgorithmSetting(
            Name.resampling, .number(0...1), default: "0",
            "the probability that a setting is drawn anew instead of changed a little",
            complaint: "Param(resample_probability) should be between 0 and 1, inclusive"),
        AlgorithmSetting(
            Name.explore, .choice(["perturb", "model"]), default: "perturb",
            "whether a child's settings lie near its parent's, or a model of what settings gain chooses them (PB2)"),
        AlgorithmSetting(
            Name.interval, .integer(1...1_000_000_000),
            "units of resource that a generation trains: trials of generation g find g + 1 times as many in `ATTUNE_RESOURCE`"
        ),
    ]

    init(_ spec: AlgorithmSpec) {
        population = spec[Name.population].flatMap { Int($0) } ?? population
        truncation = spec[Name.truncation].flatMap { Double($0) } ?? truncation
        resampling = spec[Name.resampling].flatMap { Double($0) } ?? resampling
        hasModel = spec[Name.explore] == "model"
        interval = spec[Name.interval].flatMap { Int($0) }
    }

    /// What keeps an experiment from a population, fields relative to `spec`.
    @Sendable static func objections(to experiment: Experiment) -> [Problem] {
        let spec = experiment.algorithm
        let missing = [Name.directory, Name.population, Name.truncation].filter { spec[$0] == nil }
        guard !missing.isEmpty else { return [] }
        return [
            Problem("algorithm.algorithmSettings", "Required params missing: \(missing.joined(separator: ", "))")
        ]
    }
}

/// What a trial's labels say of its place in the population; Katib's labels and one beside them.
struct PBTLabel {
    private static let prefix = "pbt.suggestion.katib.kubeflow.org/"
    private static let generation = prefix + "generation"
    private static let parent = prefix + "parent"
    private static let member = prefix + "member"

    let generation: Int
    let member: Int

    /// - Returns: nil where the trial has no place.
    init?(_ labels: [String: String]) {
        guard let generation = labels[PBTLabel.generation].flatMap({ Int($0) }), generation >= 0,
            let member = labels[PBTLabel.member].flatMap({ Int($0) }), member >= 0
        else { return nil }
        self.generation = generation
        self.member = member
    }

    /// - Parameter parent: the name of the trial whose checkpoints it begins with.
    static func labels(generation: Int, member: Int, parent: String?) -> [String: String] {
        var labels = [PBTLabel.generation: String(generation), PBTLabel.member: String(member)]
        labels[PBTLabel.parent] = parent
        return labels
    }
}

extension Algorithm {
    static let pbt = Algorithm(
        "pbt",
        summary:
            "Population based training: schedules of settings, as the worst take over from the best while they train.",
        settings: PBTSettings.descriptions, honours: .everySpace.union([.outcomeConstraints]),
        objections: PBTSettings.objections
    ) { PBT(PBTSettings($0.algorithm), space: $0.space) }
}

extension AlgorithmSpec {
    /// Population based training.
    ///
    /// - Parameters:
    ///   - population: how many members train side by side, 5 or more.
    ///   - interval: units of resource that a generation trains.
    public static func pbt(population: Int, interval: Int) -> AlgorithmSpec {
        AlgorithmSpec(
            "pbt",
            [
                .init("suggestion_trial_dir", "checkpoints"), .init("n_population", "\(population)"),
                .init("truncation_threshold", "0.2"), .init("interval", "\(interval)"),
            ])
    }
}
