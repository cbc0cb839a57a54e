import AttuneCore
import AttuneProto
import SwiftProtobuf

/// What a controller is told of one suggestion.
struct KatibSuggestion: Sendable {
    let name: String
    let message: Api_V1_Beta1_GetSuggestionsReply.ParameterAssignments

    /// - Parameters:
    ///   - place: the number of the suggestion.
    ///   - parent: the place of the trial with whose checkpoints it begins, and that trial's name.
    init(_ suggestion: Suggestion, at place: Int, parent: Int?, parentName: String?, of question: KatibQuestion) {
        let values = question.experiment.presented(suggestion.assignment)
        var ours = KatibTrialName(position: place)
        ours.parent = parent
        ours.labels = suggestion.labels
        if let ladder = question.experiment.ladder, let level = suggestion.resource {
            ours.rung = ladder.levels.firstIndex(of: level)
        }
        let name = ours.text(of: question.name, values)
        self.name = name
        message = .with {
            $0.assignments = values.map { value in
                .with { ($0.name, $0.value) = value }
            }
            $0.trialName = name
            if let generation = suggestion.labels[KatibTrialName.generation] {
                $0.labels[KatibTrialName.generation] = generation
                $0.labels[KatibTrialName.parentLabel] = parentName
            }
        }
    }
}
