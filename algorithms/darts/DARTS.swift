import AttuneCore

/// Hands a differentiable architecture search (Liu et al. 2019, "DARTS: Differentiable Architecture Search") to a trial: the
/// space has one point, which says all that the trial's program needs to know.
struct DARTS: Suggester {
    func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        .run(
            Suggestion(
                try study.experiment.space.sample(using: &random),
                explanation: Explanation("DARTS: the trial searches; there is nothing to choose")))
    }
}

extension Algorithm {
    static let darts = Algorithm(
        "darts", summary: "Tells one trial of the operations and settings with which it searches itself (nasConfig).",
        settings: DARTS.settings, honours: [.categorical], passesSettingsOn: true, objections: DARTS.objections
    ) { _ in DARTS() }
}

extension DARTS {
    static let settings: [AlgorithmSetting] = [
        count("num_epochs", from: 1, "epochs of the search", "num_epochs should be greater than zero"),
        rate("w_lr", "learning rate of the weights"),
        rate("w_lr_min", "to which that falls"),
        rate("w_momentum", "momentum of the weights"),
        rate("w_weight_decay", "weight decay of the weights"),
        rate("w_grad_clip", "longest gradient of the weights"),
        rate("alpha_lr", "learning rate of the architecture"),
        rate("alpha_weight_decay", "weight decay of the architecture"),
        count(
            "batch_size", from: 1, "images in a step", "batch_size should be greater than or equal to one",
            orNone: true),
        count(
            "num_workers", from: 0, "processes that load data", "num_workers should be greater than or equal to zero"),
        positive("init_channels", "channels of the first cell"),
        positive("print_step", "steps between lines of output"),
        positive("num_nodes", "nodes of a cell"),
        positive("stem_multiplier", "channels of the stem, as a multiple"),
    ]

    private static func rate(_ name: String, _ summary: String) -> AlgorithmSetting {
        AlgorithmSetting(
            name, .number(0...Double.greatestFiniteMagnitude), default: usual(name), summary,
            complaint: "\(name) should be greater than or equal to zero")
    }

    private static func positive(_ name: String, _ summary: String) -> AlgorithmSetting {
        count(name, from: 1, summary, "\(name) should be greater than or equal to one")
    }

    private static func count(
        _ name: String, from least: Int, _ summary: String, _ complaint: String, orNone: Bool = false
    ) -> AlgorithmSetting {
        AlgorithmSetting(
            name, .integer(least...Int.max), default: usual(name), summary, complaint: complaint,
            noneWord: orNone ? SupernetTask.none : nil)
    }

    private static func usual(_ name: String) -> String? {
        SupernetTask.defaults.first { $0.key == name }?.value
    }

    @Sendable static func objections(to experiment: Experiment) -> [Problem] {
        guard let config = experiment.nas else {
            return [Problem("nasConfig", "must be specified for darts, which searches neural architectures")]
        }
        guard config.cells == nil else {
            return [
                Problem(
                    "nasConfig.cells",
                    "darts tells its trial of graphConfig and operations; give those, or use another algorithm")
            ]
        }
        return []
    }
}

extension AlgorithmSpec {
    public static let darts = AlgorithmSpec("darts")
}
