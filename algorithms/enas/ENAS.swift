import AttuneCore

/// Draws networks from a controller that learns from each result which choices were good (Pham et al. 2018, "Efficient
/// Neural Architecture Search via Parameter Sharing").
struct ENAS: Suggester {
    private let settings: ENASSettings
    private var training: ControllerTraining
    private var seenTrials = 0
    private var seenPriorTrials = 0
    private let sign: Double

    /// - Precondition: the experiment searches networks of layers.
    init(_ experiment: Experiment) {
        guard case .layers(let space) = experiment.architecture else {
            preconditionFailure("enas searches networks of layers")
        }
        settings = ENASSettings(experiment.algorithm)
        // Trials have the streams from 1 on.
        var random = RandomSource(seed: experiment.seed, stream: 0)
        training = ControllerTraining(
            settings, layers: space.layers, operations: space.operations.count, using: &random)
        sign = experiment.objective.direction == .maximize ? 1 : -1
    }

    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        catchUp(with: study)
        let space = study.experiment.space
        var repeated: Assignment?
        for _ in 0..<ENAS.mostDraws {
            let choices = training.controller.network(using: &random).flatMap { $0.map(String.init) }
            let assignment = space.assignment { _, index in .text(choices[index]) }
            guard space.isFeasible(assignment) else { continue }
            repeated = assignment
            if !study.tried.contains(assignment) { break }
        }
        let assignment = try repeated ?? space.sample(using: &random)
        return .run(Suggestion(assignment, explanation: Explanation("ENAS: drawn from the controller")))
    }

    /// How often a network that was tried already, or breaks a constraint, is drawn again.
    private static let mostDraws = 100

    private mutating func catchUp(with study: Study) {
        for prior in study.priorTrials.dropFirst(seenPriorTrials) {
            learn(prior.assignment, prior.outcome, prior.value)
        }
        seenPriorTrials = study.priorTrials.count
        for number in study.ended.dropFirst(seenTrials) {
            let trial = study[number]
            if let outcome = trial.outcome { learn(trial.assignment, outcome, trial.value(of: study.objective)) }
        }
        seenTrials = study.ended.count
    }

    private mutating func learn(_ assignment: Assignment, _ outcome: Outcome, _ value: Double?) {
        guard let network = network(of: assignment) else { return }
        switch outcome {
        case .succeeded, .earlyStopped: training.learn(network, value.map { sign * $0 })
        case .failed, .metricsUnavailable: training.learn(network, nil)
        // Somebody stopped it, which says nothing of the network.
        case .killed: break
        }
    }

    /// Nil for a trial of another space.
    private func network(of assignment: Assignment) -> Controller.Network? {
        let choices = assignment.active.compactMap { Int($0.value.description) }
        let layers = training.controller.layers
        guard choices.count == layers * (layers + 1) / 2 else { return nil }
        return (0..<layers).map { layer in
            let start = layer * (layer + 1) / 2
            return Array(choices[start...start + layer])
        }
    }
}

extension Algorithm {
    static let enas = Algorithm(
        "enas", summary: "A recurrent controller that learns which layers and skips make good networks (nasConfig).",
        settings: ENASSettings.descriptions, honours: [.categorical, .constraints], objections: ENAS.objections
    ) { ENAS($0) }
}

extension ENAS {
    @Sendable static func objections(to experiment: Experiment) -> [Problem] {
        guard let config = experiment.nas else {
            return [Problem("nasConfig", "must be specified for enas, which searches neural architectures")]
        }
        guard config.cells == nil else {
            return [
                Problem("nasConfig.cells", "enas searches networks of layers; use graphConfig, or another algorithm")
            ]
        }
        let sizes = [("inputSizes", config.inputSizes), ("outputSizes", config.outputSizes)]
        return sizes.filter(\.1.isEmpty).map { name, _ in
            Problem(FieldPath("nasConfig.graphConfig")[name], "must be specified: trials build the network from it")
        }
    }
}

extension AlgorithmSpec {
    public static let enas = AlgorithmSpec("enas")
}
