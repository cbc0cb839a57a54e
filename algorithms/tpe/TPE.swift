import AttuneCore
import AttuneMath

/// The tree-structured Parzen estimator (Bergstra et al. 2011) with multivariate kernels: models where good trials lie
/// and where bad ones do, draws candidates from the first and proposes the one that is likeliest good.
struct TPE: Suggester {
    private let space: ParzenSpace
    private let rules: TPERules
    /// Nil where there are more parameters than the sequence has dimensions.
    private let design: SobolSequence?
    private var evidence: TrialEvidence

    init(_ experiment: Experiment, rules: TPERules) {
        space = ParzenSpace(experiment.space)
        self.rules = rules
        design = try? SobolSequence(dimensions: experiment.space.dimensions, seed: experiment.seed)
        evidence = TrialEvidence(space)
    }

    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        evidence.take(study)
        guard evidence.count >= max(rules.startupTrials, 1) else { return .run(try opening(study, &random)) }
        let goodCount = rules.goodCount(of: evidence.ranked.count)
        let split = TrialSplit(evidence, running: study.running, goodCount: goodCount, rules: rules)
        var ratio = DensityRatio(split, evidence, space, rules)
        let candidates = Candidates(ratio.good, count: max(rules.candidates, 1), tried: evidence.tried, using: &random)
        let space = space
        guard let best = ratio.best(of: candidates, where: { !study.tried.contains(space.assignment(at: $0)) }) else {
            return .run(Suggestion(try space.space.sample(using: &random), explanation: .nothingLeftToDraw))
        }
        let explanation = ratio.explanation(of: best, study.objective)
        return .run(Suggestion(space.assignment(at: best.point), explanation: explanation))
    }

    /// How many blocks of the sequence an opening trial may look through for a feasible point.
    private static let reach = 64

    /// The next point of a Sobol sequence; where constraints rule it out, one of a later block stands in.
    private func opening(_ study: Study, _ random: inout RandomSource) throws -> Suggestion {
        let index = study.nextNumber - 1 - study.experiment.initialTrials.count
        for block in 0..<(space.space.isConstrained ? TPE.reach : 1) {
            guard let design else { break }
            let assignment = space.space.assignment(at: design.point(index + block << 24))
            if space.space.isFeasible(assignment) { return Suggestion(assignment, explanation: .opening) }
        }
        return Suggestion(try space.space.sample(using: &random), explanation: .opening)
    }
}

extension Explanation {
    fileprivate static let opening = Explanation("initial design: a point of a Sobol sequence")
    fileprivate static let nothingLeftToDraw = Explanation("a random draw: all candidates were tried before")
}
