import AttuneCore

/// What a trial would have come to, had it ended at one of its reports.
struct Standing: Sendable, Hashable {
    /// By how much it breaks the constraints, each in units of its bound; 0 where it keeps them or has not said yet.
    let violation: Double
    /// By objective, to be made small; infinite where what counts is not a finite number.
    let losses: [Double]

    /// Nil while the value of an objective was never reported.
    init?(_ metrics: [String: MetricSummary], of objective: Objective) {
        var losses: [Double] = []
        for target in objective.targets {
            guard let summary = metrics[target.metric] else { return nil }
            let value = summary.value(by: objective.strategy(for: target.metric)) ?? .nan
            losses.append(value.isFinite ? target.direction.loss(value) : .infinity)
        }
        self.losses = losses
        violation = objective.constraints.reduce(0) { sum, constraint in
            let value = metrics[constraint.metric]?.value(by: objective.strategy(for: constraint.metric)) ?? .nan
            guard value.isFinite else { return sum }
            let bound = abs((value > constraint.max ?? .infinity ? constraint.max : constraint.min) ?? 1)
            return sum + constraint.violation(value) / (bound > 0 ? bound : 1)
        }
    }

    init(violation: Double = 0, losses: [Double]) {
        self.violation = violation
        self.losses = losses
    }

    /// Whether it is worth something: every objective has a finite value.
    var isFinite: Bool { losses.allSatisfy(\.isFinite) }
}

extension Standing {
    /// How many of the others are better: break the constraints less, or as little and stand on a better front (Deb et al.
    /// 2002, "A fast and elitist multiobjective genetic algorithm: NSGA-II", section VI). With one objective that is to have the smaller value.
    ///
    /// - Complexity: O(others) for one objective, that of nondominated sorting for several.
    func countBetter(among others: [Standing]) -> Int {
        let keeping = others.reduce(into: 0) { count, other in if other.violation < violation { count += 1 } }
        let equals = others.filter { $0.violation == violation }
        if losses.count == 1 { return keeping + equals.count { $0.losses[0] < losses[0] } }
        let ranks = Pareto.ranks(of: equals.map(\.losses) + [losses])
        return keeping + ranks.dropLast().count { $0 < ranks[equals.count] }
    }
}
