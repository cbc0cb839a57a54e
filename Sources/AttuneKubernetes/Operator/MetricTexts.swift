import AttuneCore

/// A trial's metrics and assignment as Katib's resources say them: every value a text.
extension Trial {
    /// `[{name, min, max, latest}]` of the objective's metrics; those that never came are `unavailable`, where any did.
    func observationJSON(_ objective: Objective) -> JSON? {
        guard !metrics.isEmpty else { return nil }
        let items = objective.metrics.map { name -> JSON in
            let summary = metrics[name]
            return [
                "name": .string(name), "min": Trial.text(summary?.min), "max": Trial.text(summary?.max),
                "latest": summary?.text.map { .string($0) } ?? Trial.text(summary?.latest),
            ]
        }
        return ["metrics": .array(items)]
    }

    private static func text(_ value: Double?) -> JSON { .string(value.map(\.text) ?? ReportedValue.unavailable) }

    /// `[{name, value}]` in the order of the experiment's parameters, or of what trials are told in their place.
    func assignmentsJSON(_ experiment: Experiment) -> JSON {
        .array(
            experiment.presented(assignment).map { ["name": .string($0.name), "value": .string($0.value)] })
    }
}
