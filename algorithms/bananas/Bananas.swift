import AttuneCore

/// Predictor-guided search (White, Neiswanger & Savani 2021): a model of what was tried says where improvement is likely.
///
/// Ours is a Gaussian process in which every value of every choice has a length scale of its own, and in which it counts
/// how often parameters that share a list have each value. It sees values by their ranks, as most cells of a space are
/// about as good and a few are a disaster.
extension BayesianOptimization.Settings {
    static var predictor: Self {
        var settings = Self()
        settings.initialPoints = 10
        settings.choices = .counted
        settings.countsRanks = true
        return settings
    }
}

extension Algorithm {
    static let bananas = Algorithm(
        "bananas",
        summary:
            "A predictor learns what each value of each choice is worth; for architectures and other spaces of choices.",
        settings: [
            AlgorithmSetting(
                "n_initial_points", .integer(1...10_000),
                default: "\(BayesianOptimization.Settings.predictor.initialPoints)",
                "how many trials come before the predictor"),
            .randomState,
        ], honours: .all
    ) { experiment in
        var settings = BayesianOptimization.Settings.predictor
        settings.initialPoints = experiment.algorithm["n_initial_points"].flatMap { Int($0) } ?? settings.initialPoints
        return BayesianOptimization(experiment, settings: settings)
    }
}

extension AlgorithmSpec {
    public static let bananas = AlgorithmSpec("bananas")
}
