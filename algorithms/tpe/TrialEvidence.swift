import AttuneCore

/// What the trials of a study say, in the form that the estimators read: a cache of the study that grows with it.
struct TrialEvidence: Sendable {
    /// For each axis, the coordinate of each trial, by number − 1.
    private(set) var coordinates: [[Float]]
    /// Trials that have a value, the best first, those that ended earlier first among equals.
    private(set) var ranked: [Int32] = []
    /// The value of each trial, by number − 1, turned so that less is better; NaN where there is none.
    private(set) var values: [Double] = []
    /// Trials that failed or brought no value, in the order in which they ended.
    private(set) var failed: [Int32] = []
    /// Fingerprints of what was tried, in a finite space.
    private(set) var tried: Set<UInt64> = []
    private let space: ParzenSpace
    private var endedTaken = 0

    init(_ space: ParzenSpace) {
        self.space = space
        coordinates = Array(repeating: [], count: space.dimensions)
    }

    /// How many trials have told something about their configuration.
    var count: Int { ranked.count + failed.count }

    /// The largest magnitude of a value; 1 where there is none but 0.
    var largestMagnitude: Double {
        guard let best = ranked.first, let worst = ranked.last else { return 1 }
        let largest = max(values[Int(best)].magnitude, values[Int(worst)].magnitude)
        return largest > 0 ? largest : 1
    }

    /// Takes in what is new. O(new trials · log trials).
    mutating func take(_ study: Study) {
        if study.trials.count < values.count || study.ended.count < endedTaken { self = TrialEvidence(space) }
        for trial in study.trials[values.count...] { start(trial) }
        for number in study.ended[endedTaken...] { end(study[number], study.objective) }
        endedTaken = study.ended.count
    }

    /// Coordinates of some trials, all of the first axis first.
    func centres(of trials: [Int32]) -> [Float] {
        var centres: [Float] = []
        centres.reserveCapacity(trials.count * coordinates.count)
        for axis in coordinates { for trial in trials { centres.append(axis[Int(trial)]) } }
        return centres
    }

    private mutating func start(_ trial: Trial) {
        let point = space.point(of: trial.assignment)
        for (axis, coordinate) in point.enumerated() { coordinates[axis].append(Float(coordinate)) }
        if space.space.isFinite { tried.insert(space.fingerprint(of: point)) }
        values.append(.nan)
    }

    /// A stopped trial's value so far bounds from above what it would have reached, so its rank is a fair one. One that
    /// was killed says nothing about its configuration.
    private mutating func end(_ trial: Trial, _ objective: Objective) {
        if case .killed? = trial.outcome { return }
        let index = Int32(trial.number - 1)
        if case .failed? = trial.outcome {
            failed.append(index)
        } else if let value = trial.value(of: objective) {
            insert(index, objective.direction == .minimize ? value : -value)
        } else {
            failed.append(index)
        }
    }

    private mutating func insert(_ index: Int32, _ value: Double) {
        values[Int(index)] = value
        var low = 0
        var high = ranked.count
        while low < high {
            let middle = (low + high) / 2
            if value < values[Int(ranked[middle])] { high = middle } else { low = middle + 1 }
        }
        ranked.insert(index, at: low)
    }
}
