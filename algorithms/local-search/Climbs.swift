import AttuneCore

/// Every climb of a local search, folded from the study: which trials are the best of each.
///
/// A trial says in its label to which climb it belongs; those that others asked for belong to the first.
struct Climbs: Sendable {
    /// The label of a suggestion that names its climb, from 0.
    static let label = "climb"

    struct Climb: Sendable {
        /// The feasible trials that no other of the climb betters: of one objective a single one.
        private(set) var front = ParetoFront<Trial.Number>()
        /// The same by how much constraints are broken, for as long as none is feasible.
        private(set) var nearest = ParetoFront<Trial.Number>()

        /// About whom to look.
        var centres: [Trial.Number] { front.isEmpty ? nearest.elements : front.elements }

        fileprivate mutating func take(_ number: Trial.Number, _ result: TrialResult) {
            if result.isFeasible {
                front.insert(number, at: result.losses)
            } else {
                nearest.insert(number, at: result.violations)
            }
        }
    }

    private(set) var climbs: [Int: Climb] = [:]
    private var seen = 0

    /// Takes in the trials that have ended since; what failed or was killed is nobody's centre.
    mutating func absorb(_ study: Study) {
        for number in study.ended[seen...] {
            let trial = study[number]
            guard trial.outcome == .succeeded || trial.outcome == .earlyStopped,
                let result = trial.result(of: study.objective)
            else { continue }
            climbs[Climbs.climb(of: trial), default: Climb()].take(number, result)
        }
        seen = study.ended.count
    }

    static func climb(of trial: Trial) -> Int { trial.suggestion.labels[label].flatMap { Int($0) } ?? 0 }
}
