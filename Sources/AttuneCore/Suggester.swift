/// Chooses what to try next. The answer depends on `study` and `random` alone.
///
/// What a conformer remembers between calls is a cache of what the study says: a fresh one shown the same study proposes
/// the same trial.
public protocol Suggester: Sendable {
    /// - Parameters:
    ///   - study: everything that has happened; running trials included.
    ///   - random: a stream keyed by the experiment's seed and the number of the trial to come.
    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal

    /// A trial that the user or a warm start asks for, with what this algorithm gives every trial that begins: its level of
    /// resource, its labels. The same where it gives nothing.
    func beginning(_ suggestion: Suggestion, in study: Study) -> Suggestion
}

extension Suggester {
    /// The lowest level, where the experiment declares resource.
    public func beginning(_ suggestion: Suggestion, in study: Study) -> Suggestion {
        study.ladder.map { suggestion.given($0.levels[0], in: study) } ?? suggestion
    }
}

public enum Proposal: Sendable, Hashable {
    case run(Suggestion)
    /// A trial that rests is to go on, up to so many units of resource in all.
    case resume(Trial.Number, to: Int, why: Explanation?)
    /// Nothing until a running trial reports or ends.
    case wait
    /// Nothing more, ever.
    case exhausted
}

extension Suggester {
    /// The proposal for the study's next trial: the user's initial trials first, then the best of a warm start, then the
    /// algorithm's own, never a second time what was tried before while the space has anything else.
    ///
    /// Every way of using Attune goes through here, so that replaying a log gives the trials that were run.
    public mutating func proposal(for study: Study) throws -> Proposal {
        let number = study.nextNumber
        let initial = study.experiment.initialTrials
        if initial.indices.contains(number - 1) {
            return .run(beginning(.initial(initial[number - 1]), in: study))
        }
        if number == initial.count + 1, let prior = study.bestPriorTrial, !study.tried.contains(prior.assignment) {
            return .run(beginning(.best(prior), in: study))
        }
        var random = RandomSource(seed: study.experiment.seed, stream: UInt64(number))
        let proposal = try propose(for: study, using: &random)
        // A child is meant to be like its parent.
        guard case .run(var suggestion) = proposal, suggestion.parent == nil,
            study.tried.contains(suggestion.assignment)
        else { return proposal }
        guard let other = try study.untried(at: suggestion.resource, using: &random) else { return .exhausted }
        suggestion.assignment = other
        suggestion.explanation = .replacesDuplicate
        return .run(suggestion)
    }
}

extension Suggestion {
    /// The same configuration at a level of resource.
    public func given(_ level: Int, in study: Study) -> Suggestion {
        var suggestion = self
        suggestion.resource = level
        suggestion.assignment = study.experiment.space.assignment(
            assignment, with: study.ladder?.parameter, at: level)
        return suggestion
    }

    /// One of the user's initial trials.
    public static func initial(_ assignment: Assignment) -> Suggestion {
        Suggestion(assignment, explanation: Explanation("initial trial"))
    }

    /// The best that earlier experiments found: whatever the algorithm makes of them, it is worth knowing here.
    fileprivate static func best(_ prior: PriorTrial) -> Suggestion {
        Suggestion(
            prior.assignment,
            explanation: Explanation("warm start: the best trial of \(prior.experiment), number \(prior.number)"))
    }
}

extension Explanation {
    fileprivate static let replacesDuplicate = Explanation(
        "drawn at random: what the algorithm proposed was tried before")
}

extension Study {
    /// The prior trial with the best value, the first among equals; nil where none brought one.
    fileprivate var bestPriorTrial: PriorTrial? {
        priorTrials.filter { $0.outcome == .succeeded && $0.value != nil }.reduce(nil) { best, trial in
            guard let value = trial.value else { return best }
            return best?.value.map { !objective.prefers(value, to: $0) } ?? false ? best : trial
        }
    }

    /// A feasible assignment that was not tried: by the space's law while draws find one, else the first left in a finite
    /// space; nil when nothing is left.
    ///
    /// - Parameter level: what the resource parameter is to say, where there is one.
    func untried(at level: Int? = nil, using random: inout RandomSource) throws(AttuneError) -> Assignment? {
        let space = experiment.space
        func placed(_ candidate: Assignment) -> Assignment {
            level.map { space.assignment(candidate, with: ladder?.parameter, at: $0) } ?? candidate
        }
        for _ in 0..<100 {
            let candidate = placed(try space.sample(using: &random))
            if !tried.contains(candidate) { return candidate }
        }
        guard space.isFinite else { return nil }
        return space.enumeration.lazy.map(placed).first { !tried.contains($0) }
    }
}
