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

    /// A trial that has earned to go on from a rung, as the `rank`-th of so many.
    struct Promotion {
        var trial: Trial.Number
        var rung: Int
        var rank: Int
        var of: Int
    }

    /// The best trial of the highest rung whose best 1/η have not all gone on (Li et al. 2020, Algorithm 2, `get_job`).
    func promotion(
        _ study: Study, _ ladder: ResourceLadder, ifOpen isOpen: (Trial.Number, _ rung: Int) -> Bool
    ) -> Promotion? {
        for rung in (0..<ladder.levels.count - 1).reversed() {
            let count = Int(Double(entries[rung].count) / ladder.reduction + 1e-9)
            guard count > 0 else { continue }
            let best = entries[rung].filter { $0.loss != nil }.sorted { $0.precedes($1) }.prefix(count)
            guard let index = best.firstIndex(where: { isOpen($0.trial, rung) }) else { continue }
            return Promotion(trial: best[index].trial, rung: rung, rank: index + 1, of: entries[rung].count)
        }
        return nil
    }
}
