import AttuneCore
import AttuneProto

/// What a controller asks suggestions for: its experiment as Attune understands it, found right.
struct KatibQuestion: Sendable {
    /// As the controller knows it; the trials' names begin with it.
    let name: String
    /// Its trials begin anew at every level of resource, and nothing but the controller ends it.
    let experiment: Experiment
    let algorithm: Algorithm
    /// The experiment's space, but for the parameter that tells a trial its resource.
    let configurations: SearchSpace
    /// What the algorithm was told, word for word.
    let settings: Api_V1_Beta1_AlgorithmSpec

    /// - Throws: `invalidArgument`, in Katib's words where Katib refuses the same.
    init(_ message: Api_V1_Beta1_Experiment, _ catalogue: AlgorithmCatalogue) throws {
        let refusals = KatibRefusals(catalogue)
        algorithm = try refusals.algorithm(of: message.spec)
        var message = message
        settings = message.spec.algorithm
        if KatibRefusals.ignoresUnknownSettings(algorithm.name) {
            let known = Set(algorithm.settings.map(\.name))
            message.spec.algorithm.algorithmSettings.removeAll { !known.contains($0.name) }
        }
        let read = try refusals.translated { try Experiment(json: message.manifest, catalogue: catalogue) }
        name = message.name
        experiment = KatibQuestion.prepared(read)
        configurations = experiment.space.without(experiment.ladder?.parameter)
    }

    private static func prepared(_ experiment: Experiment) -> Experiment {
        var prepared = experiment
        // How many trials there may be is the controller's to say, which asks for no more.
        prepared.budget.maxTrials = .max
        if experiment.ladder != nil, !restsTrials(experiment.algorithm.name) {
            let resume = ResourceLadder.SettingName.continuation
            prepared.algorithm.settings.removeAll { $0.name == resume }
            prepared.algorithm.settings.append(.init(resume, ResourceLadder.Continuation.newTrial.rawValue))
        }
        return prepared
    }

    /// Whether the algorithm knows only trials that go on. Here another trial goes on in their place.
    private static func restsTrials(_ name: String) -> Bool { name == "freeze-thaw" || name == "auto" }

    func suggester() throws -> any Suggester { try algorithm.suggester(experiment) }

    /// Whether it costs next to nothing to be asked again.
    var isCheap: Bool { ["random", "grid", "sobol"].contains(algorithm.name) }
}
