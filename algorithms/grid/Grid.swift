import AttuneCore

/// Every point of a finite space once, in order: the first parameter slowest.
struct Grid: Suggester {
    /// The enumeration behind the leading run of tried points: they stay tried, so it never has to go back.
    private var rest: SearchSpace.Enumeration?

    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        var ahead = rest ?? study.experiment.space.enumeration
        rest = ahead
        while let next = ahead.next() {
            guard study.tried.contains(next) else { return .run(Suggestion(next)) }
            rest = ahead
        }
        return .exhausted
    }
}

extension Algorithm {
    static let grid = Algorithm(
        "grid", summary: "Every combination once, in order; for small spaces that must be covered completely.",
        settings: [.randomState], honours: .all, objections: Grid.objections
    ) { _ in Grid() }
}

extension Grid {
    /// Katib's two refusals: a double without a step, and more trials than combinations.
    @Sendable static func objections(to experiment: Experiment) -> [Problem] {
        let continuous = experiment.space.parameters.enumerated().filter { $0.element.domain.count == nil }
        if !continuous.isEmpty {
            return continuous.map { index, spec in
                Problem(
                    FieldPath("parameters")[index]["feasibleSpace"],
                    "Param \(spec.name) step is nil; grid needs a step for every double")
            }
        }
        guard let limit = experiment.budget.maxTrials, let combinations = experiment.space.cardinality,
            limit > combinations
        else { return [] }
        return [
            Problem(
                "maxTrialCount", found: "\(limit)",
                "Max Trial Count: \(limit) > all possible search combinations: \(combinations)")
        ]
    }
}

extension AlgorithmSpec {
    public static let grid = AlgorithmSpec("grid")
}
