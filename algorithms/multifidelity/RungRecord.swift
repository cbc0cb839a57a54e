import AttuneCore

/// What trials had reached at each rung, folded from the log.
struct RungRecord: Sendable {
    /// A trial that reached a rung, or was on its way there when it failed.
    struct Entry: Sendable, Hashable {
        var trial: Trial.Number
        /// What orders the trials of a rung, smaller is better; nil where the trial failed.
        var loss: Double?
        /// By how much it broke the constraints.
        var violation: Double

        /// Whether it is strictly better: feasible before infeasible, then by loss, then the earlier trial.
        func precedes(_ other: Entry) -> Bool {
            let (own, others) = (loss ?? .infinity, other.loss ?? .infinity)
            return (violation, own, trial) < (other.violation, others, other.trial)
        }
    }

    /// By rung, in the order in which trials reached it.
    private(set) var entries: [[Entry]]
    private var positions: [[Trial.Number: Int]]
    private var seen = 0

    init(rungs: Int) {
        entries = Array(repeating: [], count: rungs)
        positions = Array(repeating: [:], count: rungs)
    }

    mutating func absorb(_ study: Study) {
        for milestone in study.milestones[seen...] {
            let rung = milestone.rung
            let entry = Entry(
                trial: milestone.trial, loss: milestone.losses?.first,
                violation: milestone.losses == nil ? .infinity : milestone.violation)
            positions[rung][entry.trial] = entries[rung].count
            entries[rung].append(entry)
        }
        seen = study.milestones.count
    }

    /// What a trial had reached at a rung; nil while it has not come there.
    func entry(of trial: Trial.Number, at rung: Int) -> Entry? { positions[rung][trial].map { entries[rung][$0] } }
}
