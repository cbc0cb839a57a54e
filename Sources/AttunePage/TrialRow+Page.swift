import AttuneCore
import AttuneStore
import Foundation

extension TrialRow {
    /// What the trial was told: the parameters, or what an architecture search has in their place.
    public func presentedAssignment(by experiment: Experiment) -> JSON {
        guard experiment.nas != nil, let choices = experiment.space.assignment(json: assignment) else {
            return assignment
        }
        return .object(JSON.Fields(experiment.presented(choices).map { ($0.name, .string($0.value)) }))
    }

    /// A row of the page's table of trials.
    public func pageJSON(of experiment: Experiment) -> JSON { .object(pageFields(of: experiment)) }

    func pageFields(of experiment: Experiment) -> JSON.Fields {
        [
            "number": .number(number), "name": .string(name), "state": .string(state), "reason": .page(outcome?.reason),
            "value": .page(reported(of: experiment.objective.metric)),
            "metrics": .object(
                JSON.Fields(metrics.sorted { $0.key < $1.key }.map { ($0.key, .page($0.value.reported)) })),
            "assignment": presentedAssignment(by: experiment), "start": .pageTime(startTime.timeIntervalSince1970),
            "end": .pageTime(endTime?.timeIntervalSince1970), "attempt": .number(attempt), "labels": .strings(labels),
            "parent": .page(parent), "resource": .page(resource),
        ]
    }
}
