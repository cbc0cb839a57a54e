import AttuneCore

/// What an experiment may say about CMA-ES; Katib's names where Katib has one.
struct CMAESSettings: Sendable {
    /// σ of the first run, in widths of the unit cube.
    var stepSize: Double
    /// λ of the first run; nil for the tutorial's.
    var population: Int?
    var restarts: RestartStrategy
    var covariance: CovarianceKind
    var isActive: Bool
    var adaptsLearningRates: Bool
    /// How many trials look for a place to begin; nil for as many as a generation has.
    var design: Int?

    enum CovarianceKind: String, Sendable, CaseIterable { case auto, full, separable }

    static let descriptions: [AlgorithmSetting] = [
        .randomState,
        AlgorithmSetting(
            "sigma", .number(1e-9...1), default: "0.2", "the first step size, as a share of each parameter's range"),
        AlgorithmSetting(
            "restart_strategy", .choice(["none", "None", "ipop", "bipop"]), default: "bipop",
            "what follows when a run has converged: nothing, a larger population, or large and small ones by turns"),
        AlgorithmSetting("popsize", .integer(2...10_000), "points in a generation of the first run"),
        AlgorithmSetting(
            "n_startup_trials", .integer(0...10_000),
            "trials spread over the space before the first run, else a generation's; 0 begins in the middle"),
        AlgorithmSetting(
            "covariance", .choice(CovarianceKind.allCases.map(\.rawValue)), default: "auto",
            "full, a diagonal (separable), or a diagonal first and, up to 30 parameters, full later"),
        AlgorithmSetting("active", .choice(["true", "false"]), default: "true", "learns from the worse half too"),
        AlgorithmSetting(
            "lr_adapt", .choice(["true", "false"]), default: "false", "smaller steps where values are noisy"),
    ]

    init(_ spec: AlgorithmSpec) {
        func text(_ name: String) -> String? {
            spec[name] ?? CMAESSettings.descriptions.first { $0.name == name }?.defaultValue
        }
        stepSize = text("sigma").flatMap { Double($0) } ?? 0.2
        population = text("popsize").flatMap { Int($0) }
        restarts = text("restart_strategy").flatMap { RestartStrategy(rawValue: $0.lowercased()) } ?? .none
        covariance = text("covariance").flatMap { CovarianceKind(rawValue: $0) } ?? .auto
        isActive = text("active") == "true"
        adaptsLearningRates = text("lr_adapt") == "true"
        design = text("n_startup_trials").flatMap { Int($0) }
    }
}
