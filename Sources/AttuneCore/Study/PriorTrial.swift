/// A trial of another experiment that a study begins with: evidence, and no trial of its own.
public struct PriorTrial: Sendable, Hashable {
    /// Whose trial it was.
    public var experiment: Experiment.ID
    public var number: Trial.Number
    /// In the space of the study that begins with it.
    public var assignment: Assignment
    /// Never `killed`, which would say nothing of the assignment.
    public var outcome: Outcome
    /// The value of the study's objective, in its units; nil where the trial failed.
    public var value: Double?

    public init(
        of experiment: Experiment.ID, number: Trial.Number, _ assignment: Assignment, outcome: Outcome, value: Double?
    ) {
        self.experiment = experiment
        self.number = number
        self.assignment = assignment
        self.outcome = outcome
        self.value = value
    }
}

extension PriorTrial {
    /// Short, as there may be thousands: `[number, outcome, value, assignment, reason]`, the last where there is one.
    var json: JSON {
        let row: [JSON] = [
            .number(number), .string(outcome.name), value.map { .number($0) } ?? .null, assignment.json,
        ]
        return .array(row + (outcome.reason.map { [.string($0)] } ?? []))
    }

    init?(json: JSON, of experiment: Experiment.ID, space: SearchSpace) {
        guard let number = json[0]?.int, let name = json[1]?.string,
            let outcome = Outcome(name: name, reason: json[4]?.string),
            let assignment = json[3].flatMap(space.assignment(json:))
        else { return nil }
        self.init(of: experiment, number: number, assignment, outcome: outcome, value: json[2]?.double)
    }
}
