import Foundation

/// The only ways a study changes.
public enum Event: Sendable, Hashable {
    case started(Trial.Number, Suggestion, at: Date)
    /// Reported by a running trial, in order of arrival.
    case observed(Trial.Number, [Observation])
    /// The infrastructure lost the attempt; the trial starts again.
    case lost(Trial.Number, reason: String, at: Date)
    case ended(Trial.Number, Outcome, at: Date)
    /// Reached the level it was given and rests there; it may go on later.
    case paused(Trial.Number, at: Date)
    /// Goes on from its rest, up to so many units of resource in all, with a further attempt.
    case resumed(Trial.Number, to: Int, why: Explanation?, at: Date)
    /// Opens a stopped or finished study again, with this budget.
    case budgetEdited(Budget, at: Date)
    /// Someone stopped the experiment; it can be resumed.
    case stopped(at: Date)
    case finished(Finish, at: Date)
    /// What another experiment found; before the first trial starts, and once for each.
    case imported([PriorTrial], from: Experiment.ID, at: Date)

    /// The trial it is about.
    public var trial: Trial.Number? {
        switch self {
        case .started(let number, _, _), .observed(let number, _), .lost(let number, _, _), .ended(let number, _, _),
            .paused(let number, _), .resumed(let number, _, _, _):
            number
        case .budgetEdited, .stopped, .finished, .imported: nil
        }
    }
}

/// Why an experiment is over.
public enum Finish: Sendable, Hashable {
    case goalReached
    case maxTrialsReached
    case spaceExhausted
    case maxRunTimeReached
    case maxResourceReached
    /// The best has not improved for long enough.
    case plateauReached
    /// The algorithm expected too little of its latest trials.
    case expectedImprovementReached
    case failed(String)

    public var isFailure: Bool { if case .failed = self { true } else { false } }

    /// Katib's reason in the experiment's last condition, and ours where it has none.
    public var reason: String {
        switch self {
        case .goalReached: "ExperimentGoalReached"
        case .maxTrialsReached: "ExperimentMaxTrialsReached"
        case .spaceExhausted: "ExperimentSuggestionEndReached"
        case .maxRunTimeReached: "ExperimentMaxRunTimeReached"
        case .maxResourceReached: "ExperimentMaxResourceReached"
        case .plateauReached: "ExperimentPlateauReached"
        case .expectedImprovementReached: "ExperimentExpectedImprovementReached"
        case .failed: "ExperimentFailed"
        }
    }

    public var message: String {
        switch self {
        case .goalReached: "Experiment has succeeded because Objective goal has reached"
        case .maxTrialsReached: "Experiment has succeeded because max trial count has reached"
        case .spaceExhausted:
            "Experiment has succeeded because suggestion service has reached the end: every point of the space was tried"
        case .maxRunTimeReached: "Experiment has succeeded because max run time has reached"
        case .maxResourceReached: "Experiment has succeeded because max resource has reached"
        case .plateauReached: "Experiment has succeeded because the best has stopped improving"
        case .expectedImprovementReached:
            "Experiment has succeeded because the algorithm expected hardly any improvement of its latest trials"
        case .failed(let message): "Experiment has failed because \(message)"
        }
    }
}
