import AttuneCore

extension AlgorithmCatalogue {
    /// Every algorithm and stopping rule of Attune.
    public static let standard = AlgorithmCatalogue(
        algorithms: [
            .auto, .random, .grid, .sobol, .bayesianOptimization, .tpe, .multivariateTPE, .cmaes, .nsga2, .nsga3,
            .regularizedEvolution, .localSearch, .bananas,
            .successiveHalving, .hyperband, .asha, .bohb, .freezeThaw, .pbt,
            .darts, .enas,
        ],
        stoppingRules: [
            .medianStop, .percentile, .threshold, .patience, .plateau, .asha, .wilcoxon, .curve,
        ])
}

extension Set<Algorithm.Feature> {
    static var all: Set<Algorithm.Feature> { Set(Algorithm.Feature.allCases) }
    /// Every kind of parameter, for one objective without constraints.
    static var everySpace: Set<Algorithm.Feature> { all.subtracting([.objectives, .outcomeConstraints]) }
}

extension AlgorithmSetting {
    /// Katib's name for the seed, accepted by every algorithm that draws.
    static let randomState = AlgorithmSetting(
        "random_state", .integer(0...Int.max), "the seed, where the experiment's `seed` is not given",
        complaint: "random_state should be great or equal than zero")
}

extension Tuner {
    /// A tuner whose algorithm is one of a catalogue.
    ///
    /// - Parameter algorithm: instead of the experiment's own.
    /// - Precondition: the algorithm can search the experiment's space; a script's mistake stops it.
    public init(
        _ experiment: Experiment, _ algorithm: AlgorithmSpec? = nil, catalogue: AlgorithmCatalogue = .standard,
        store: any TrialStore = MemoryStore(), clock: TunerClock = .system
    ) {
        var experiment = experiment
        if let algorithm { experiment.algorithm = algorithm }
        do {
            self.init(
                experiment, suggester: try catalogue.suggester(for: experiment),
                stoppingRule: try catalogue.stoppingRule(for: experiment), store: store, clock: clock)
        } catch {
            preconditionFailure("experiment '\(experiment.name)': \(error)")
        }
    }
}
