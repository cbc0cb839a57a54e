import AttuneCore
import AttuneMath

/// The trials before there is anything to go on from: a Sobol sequence, which tries the values of every parameter about
/// equally often.
struct Opening: Sendable {
    /// Nil where there are more parameters than the sequence has dimensions.
    private let design: SobolSequence?
    private let count: Int
    private let initialTrials: Int

    /// How many blocks of the sequence a trial may look through for a feasible point.
    private static let reach = 64

    init(_ experiment: Experiment, count: Int) {
        design = try? SobolSequence(dimensions: experiment.space.dimensions, seed: experiment.seed)
        self.count = count
        initialTrials = experiment.initialTrials.count
    }

    /// The next of them; nil when the study has had them all and some trial has ended, whatever came of it.
    func suggestion(for study: Study, using random: inout RandomSource) throws -> Suggestion? {
        let index = study.nextNumber - 1 - initialTrials
        guard index < count || study.ended.isEmpty else { return nil }
        let space = study.experiment.space
        for block in 0..<Opening.reach {
            guard let design else { break }
            let assignment = space.assignment(at: design.point(max(index, 0) + block << 24))
            guard space.isFeasible(assignment), !study.tried.contains(assignment) else { continue }
            return Suggestion(assignment, explanation: Explanation("opening: a point of a Sobol sequence"))
        }
        return Suggestion(try space.sample(using: &random), explanation: Explanation("opening: drawn"))
    }
}
