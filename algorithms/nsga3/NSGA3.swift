import AttuneCore

extension Algorithm {
    static let nsga3 = Algorithm(
        "nsga3",
        summary: "NSGA-III: evolves a population along directions spread evenly; for three objectives and more.",
        settings: GeneticSettings.descriptions + [dividingParameter], honours: .all
    ) { experiment in
        let settings = GeneticSettings(experiment.algorithm)
        let objectives = experiment.objective.targets.count
        let divisions =
            experiment.algorithm[dividingParameter.name].flatMap { Int($0) }
            ?? ReferenceDirections.divisions(objectives: objectives, atMost: settings.populationSize)
        let directions = ReferenceDirections.simplex(objectives: objectives, divisions: divisions)
        return GeneticSearch(experiment, settings, survival: NichedSurvival(directions: directions))
    }

    private static let dividingParameter = AlgorithmSetting(
        "dividing_parameter", .integer(1...100),
        "into how many parts each objective is divided to make directions; as many as the population allows without it")
}
