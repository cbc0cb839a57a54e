import AttuneCore
import Foundation

/// CMA-ES over any search space (Hansen 2016, "The CMA Evolution Strategy: A Tutorial", arXiv 1604.00772): draws from a
/// normal law, and moves, scales and turns the law by the ranks of what it drew.
///
/// Its state is a fold over the trials that have ended, in their order. Each trial is labelled with the generation
/// whose law it was drawn from, and drawn again from its own random stream when the fold needs the point behind its
/// assignment. Generations are filled by whichever trials end, so that no trial ever waits for another.
struct CMAES: Suggester {
    private let coordinates: Coordinates
    private var search: CMAESSearch

    init(_ experiment: Experiment) {
        coordinates = Coordinates(of: experiment.space)
        search = CMAESSearch(over: coordinates, of: experiment)
    }

    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        guard coordinates.count > 0 else { return .run(Suggestion(try study.experiment.space.sample(using: &random))) }
        search.catchUp(with: study)
        let tried = study.tried
        if let draw = search.draw(for: study.nextNumber, where: { !tried.contains($0.assignment) }) {
            return .run(
                Suggestion(
                    draw.assignment, labels: [CMAES.label: String(search.generation)],
                    explanation: Explanation(search.method)))
        }
        let assignment = try study.experiment.space.sample(using: &random)
        return .run(Suggestion(assignment, explanation: Explanation("CMA-ES: no new point near, so any of the space")))
    }

    /// The label that holds the number of the generation a trial was drawn in.
    static let label = "cmaes-generation"
}

extension Algorithm {
    static let cmaes = Algorithm(
        "cmaes",
        summary: "Evolves a normal distribution towards better values; for hundreds of cheap trials, in any rotation.",
        settings: CMAESSettings.descriptions, honours: .everySpace, objections: CMAES.objections
    ) { CMAES($0) }
}

extension CMAES {
    /// Katib's refusal.
    @Sendable static func objections(to experiment: Experiment) -> [Problem] {
        let ordered = experiment.space.parameters.count { spec in
            switch spec.domain {
            case .double, .int: true
            case .discrete, .categorical: false
            }
        }
        guard ordered < 2 else { return [] }
        return [Problem("parameters", "CMA-ES only supports two or more dimensional continuous search space.")]
    }
}

extension AlgorithmSpec {
    public static let cmaes = AlgorithmSpec("cmaes")
}
