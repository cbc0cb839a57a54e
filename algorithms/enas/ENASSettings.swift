import AttuneCore

/// What an experiment may say about the controller: Katib's names and defaults.
struct ENASSettings: Sendable, Hashable {
    var hidden = 64
    var squash = Controller.Squash(temperature: 5, limit: 2.25)
    var entropyWeight = 1e-5
    var baselineDecay = 0.999
    var learningRate = 5e-5
    var skipTarget = 0.4
    var skipWeight = 0.8
    var trainSteps = 50

    static let descriptions: [AlgorithmSetting] = [
        .randomState,
        integer("controller_hidden_size", 64, "numbers in the controller's state"),
        number("controller_temperature", "5.0", "scores are divided by it", orNone: true),
        number("controller_tanh_const", "2.25", "the largest logit a choice can have", orNone: true),
        number("controller_entropy_weight", "1e-05", "what a controller that stays undecided is worth", orNone: true),
        number("controller_baseline_decay", "0.999", most: 1, "how slowly what rewards are compared with follows them"),
        number("controller_learning_rate", "5e-05", most: 1, "Adam's"),
        number("controller_skip_target", "0.4", most: 1, "the share of skips that is meant to be"),
        number("controller_skip_weight", "0.8", "what keeping to that share is worth", orNone: true),
        integer("controller_train_steps", 50, "steps of Adam in a round of training"),
        integer("controller_log_every_steps", 10, "taken for Katib's sake; nothing is logged"),
    ]

    private static func integer(_ name: String, _ usual: Int, _ summary: String) -> AlgorithmSetting {
        AlgorithmSetting(name, .integer(1...largestInteger(name)), default: String(usual), summary)
    }

    /// A state of more numbers would take memory by the gigabyte, and more steps hours.
    private static func largestInteger(_ name: String) -> Int {
        switch name {
        case "controller_hidden_size": 4096
        case "controller_train_steps": 100_000
        default: .max
        }
    }

    private static func number(
        _ name: String, _ usual: String, most: Double = .greatestFiniteMagnitude, _ summary: String,
        orNone: Bool = false
    ) -> AlgorithmSetting {
        AlgorithmSetting(
            name, .number(Double.leastNonzeroMagnitude...most), default: usual, summary,
            noneWord: orNone ? "None" : nil)
    }

    init() {}

    /// - Parameter spec: checked against `descriptions`.
    init(_ spec: AlgorithmSpec) {
        func number(_ name: String, else usual: Double) -> Double {
            spec["controller_\(name)"].flatMap { Double($0) } ?? usual
        }
        func optional(_ name: String, else usual: Double?) -> Double? {
            spec["controller_\(name)"] == "None" ? nil : number(name, else: usual ?? 0)
        }
        hidden = Int(number("hidden_size", else: Double(hidden)))
        squash.temperature = optional("temperature", else: squash.temperature)
        squash.limit = optional("tanh_const", else: squash.limit)
        entropyWeight = optional("entropy_weight", else: entropyWeight) ?? 0
        baselineDecay = number("baseline_decay", else: baselineDecay)
        learningRate = number("learning_rate", else: learningRate)
        // The logarithm of what is left must be finite.
        skipTarget = min(max(number("skip_target", else: skipTarget), 1e-6), 1 - 1e-6)
        skipWeight = optional("skip_weight", else: skipWeight) ?? 0
        trainSteps = Int(number("train_steps", else: Double(trainSteps)))
    }
}
