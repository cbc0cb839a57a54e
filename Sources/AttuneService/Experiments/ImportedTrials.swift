import AttuneCore
import AttuneProto
import Foundation
import SwiftProtobuf

/// A trial that was carried out elsewhere, read in the experiment's space.
struct ImportedTrial: Sendable {
    let suggestion: Suggestion
    let observations: [Observation]
    let end: WorkEnd.Kind
}

extension Attune_V1_ImportTrialsRequest {
    /// - Throws: `invalidArgument` with every trial that cannot be one of the experiment's.
    func read(for experiment: Experiment, at time: Date) throws(ServiceError) -> [ImportedTrial] {
        var problems: [Problem] = []
        let read = trials.enumerated().compactMap { index, trial -> ImportedTrial? in
            let field = FieldPath("trials")[index]
            let assignment: Assignment
            do throws(InvalidExperiment) {
                assignment = try experiment.space.assignment(reading: trial.assignment.texts)
            } catch {
                problems += error.problems.map { $0.under(field["assignment"]) }
                return nil
            }
            if trial.metrics.isEmpty, trial.reason.isEmpty {
                problems.append(Problem(field, "must have metrics, or the reason why it failed"))
            }
            return ImportedTrial(
                suggestion: Suggestion(assignment, explanation: Explanation("imported")),
                observations: Observation.all(trial.metrics, step: 0, at: time), end: trial.metrics.isEmpty ? .failed(trial.reason) : .completed)
        }
        guard problems.isEmpty else {
            throw ServiceError(.invalidArgument, InvalidExperiment(problems).description, problems: problems)
        }
        return read
    }
}

extension Google_Protobuf_Struct {
    /// The values as people write them.
    fileprivate var texts: [String: String] {
        fields.mapValues { value in
            switch JSON(value) {
            case .string(let text), .number(let text): text
            case let other: other.description
            }
        }
    }
}
