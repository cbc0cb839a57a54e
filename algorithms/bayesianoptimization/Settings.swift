import AttuneCore

extension BayesianOptimization {
    /// What a user may choose: Katib's names, which are scikit-optimize's, and a few of ours.
    struct Settings: Sendable, Hashable {
        enum Estimator: String, Sendable, Hashable, CaseIterable { case GP, RF, ET, GBRT }

        /// How trials are chosen from what the model believes.
        enum Policy: Sendable, Hashable {
            case fixed(Acquisition)
            /// Among EI, LCB and PI by what each has brought (Hoffman, Brochu & de Freitas 2011).
            case hedge
            /// The minimum of a function drawn from the posterior (Thompson 1933).
            case thompson
        }

        enum Noise: Sendable, Hashable {
            case learned
            /// The standard deviation, in the objective's units.
            case known(Double)
        }

        var estimator = Estimator.GP
        /// How many trials come before the model; at least 1.
        var initialPoints = 6
        var policy = Policy.fixed(.logExpectedImprovement)
        /// Whether improvement counts by the second a trial takes.
        var countsSeconds = false
        /// Whether candidates are improved by gradients after they were sampled.
        var followsGradients = true
        var kernel = Kernel.matern52
        var noise = Noise.learned
        var choices = ModelSpace.Choices.alike
        /// Whether values of a single objective count by their ranks alone.
        var countsRanks = false
    }
}

extension BayesianOptimization.Settings {
    /// - Parameter spec: settings that the catalogue has found right.
    init(_ spec: AlgorithmSpec) {
        estimator = spec["base_estimator"].flatMap { Estimator(rawValue: $0) } ?? estimator
        initialPoints = max(spec["n_initial_points"].flatMap { Int($0) } ?? initialPoints, 1)
        followsGradients = spec["acq_optimizer"] != "sampling"
        kernel = spec["kernel"] == "rbf" ? .rbf : .matern52
        let κ = spec["kappa"].flatMap { Double($0) } ?? 1.96
        let function = spec["acq_func"] ?? "logEI"
        countsSeconds = function.hasSuffix("ps")
        switch function {
        case "gp_hedge": policy = .hedge
        case "LCB": policy = .fixed(.confidenceBound(κ))
        case "PI", "PIps": policy = .fixed(.logProbabilityOfImprovement)
        case "TS": policy = .thompson
        default: policy = .fixed(.logExpectedImprovement)
        }
        switch spec["noise"] {
        case "none": noise = .known(0)
        case let text?: noise = Double(text).map { .known($0) } ?? .learned
        case nil: noise = .learned
        }
    }

    static let descriptions = [
        AlgorithmSetting(
            "base_estimator", .choice(Estimator.allCases.map(\.rawValue)), default: "GP",
            "the model: Gaussian process, random forest, extra trees, gradient-boosted trees",
            complaint: "base_estimator {value} is not supported in Bayesian optimization"),
        AlgorithmSetting(
            "n_initial_points", .integer(0...Int.max), default: "6", "how many trials come before the model",
            complaint: "n_initial_points should be great or equal than zero"),
        AlgorithmSetting(
            "acq_func", .choice(["logEI", "EI", "LCB", "PI", "gp_hedge", "EIps", "PIps", "TS"]), default: "logEI",
            "expected improvement (logEI and EI are one), lower confidence bound, probability of improvement, a portfolio of the three, the first and third by the second, Thompson sampling",
            complaint: "acq_func {value} is not supported in Bayesian optimization"),
        AlgorithmSetting(
            "acq_optimizer", .choice(["auto", "lbfgs", "sampling"]), default: "auto",
            "whether the best of the sampled candidates are improved by gradients",
            complaint: "acq_optimizer {value} is not supported in Bayesian optimization"),
        AlgorithmSetting("kernel", .choice(["matern52", "rbf"]), default: "matern52", "the Gaussian process's kernel"),
        AlgorithmSetting("kappa", .number(0...100), default: "1.96", "how many deviations LCB looks below the mean"),
        AlgorithmSetting(
            "noise", .text, default: "learned",
            "learned, none, or the known standard deviation of a value, in the objective's units"),
        .randomState,
    ]

    /// What `descriptions` cannot say.
    @Sendable static func objections(to experiment: Experiment) -> [Problem] {
        objectionsToNoise(experiment) + objectionsToAcquisition(experiment)
    }

    /// Only expected improvement has a form for several objectives, and a drawn function none for constraints.
    private static func objectionsToAcquisition(_ experiment: Experiment) -> [Problem] {
        let (function, objective) = (experiment.algorithm["acq_func"] ?? "logEI", experiment.objective)
        let isRefused =
            objective.hasSeveralTargets
            ? !["logEI", "EI", "EIps"].contains(function)
            : !objective.constraints.isEmpty && function == "TS"
        guard isRefused else { return [] }
        let index = experiment.algorithm.settings.firstIndex { $0.name == "acq_func" } ?? 0
        return [
            Problem(
                FieldPath("algorithm")["algorithmSettings"][index]["value"], found: "\"\(function)\"",
                objective.hasSeveralTargets
                    ? "several objectives need logEI, EI or EIps"
                    : "outcome constraints need another acq_func")
        ]
    }

    private static func objectionsToNoise(_ experiment: Experiment) -> [Problem] {
        guard let noise = experiment.algorithm["noise"], !["learned", "none"].contains(noise),
            Double(noise).map({ !($0 >= 0 && $0.isFinite) }) ?? true
        else { return [] }
        let index = experiment.algorithm.settings.firstIndex { $0.name == "noise" } ?? 0
        return [
            Problem(
                FieldPath("algorithm")["algorithmSettings"][index]["value"], found: "\"\(noise)\"",
                "noise is learned, none, or a standard deviation of 0 or more")
        ]
    }
}
