import AttuneCore
import AttuneMath

/// Points of a scrambled Sobol sequence, one coordinate per parameter (Sobol' 1967; Owen 1995).
struct Sobol: Suggester {
    private let sequence: SobolSequence
    private let initialTrials: Int

    init(_ experiment: Experiment) throws {
        sequence = try SobolSequence(dimensions: experiment.space.dimensions, seed: experiment.seed)
        initialTrials = experiment.initialTrials.count
    }

    /// How many points past its own a trial may look for a feasible one.
    private static let reach = 64

    func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        let index = study.nextNumber - 1 - initialTrials
        return .run(Suggestion(try assignment(index, in: study.experiment.space, using: &random)))
    }

    /// The point of that index. Where a constraint rules it out, a point of a later block of the sequence stands in, and
    /// after some of those a draw from the space.
    func assignment(
        _ index: Int, in space: SearchSpace, using random: inout RandomSource
    ) throws -> Assignment {
        for block in 0..<(space.isConstrained ? Sobol.reach : 1) {
            let assignment = space.assignment(at: sequence.point(index + block << 24))
            if space.isFeasible(assignment) { return assignment }
        }
        return try space.sample(using: &random)
    }
}

extension Algorithm {
    static let sobol = Algorithm(
        "sobol", summary: "A scrambled Sobol sequence: covers the space more evenly than independent draws.",
        settings: [.randomState], honours: .all,
        objections: { experiment in
            let limit = SobolSequence.mostDimensions
            guard experiment.space.dimensions > limit else { return [] }
            return [
                Problem(
                    "parameters", found: "\(experiment.space.dimensions) parameters",
                    "sobol has at most \(limit); use random")
            ]
        }
    ) { try Sobol($0) }
}

extension AlgorithmSpec {
    public static let sobol = AlgorithmSpec("sobol")
}
