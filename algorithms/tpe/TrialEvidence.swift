import AttuneCore

/// What the trials of a study say, in the form that the estimators read: a cache of the study that grows with it.
struct TrialEvidence: Sendable {
    /// For each axis, the coordinate of each trial, by number − 1.
    private(set) var coordinates: [[Float]]
    /// Trials that have a value, the best first, those that ended earlier first among equals; with several objectives or
    /// constraints in the order in which they ended.
    private(set) var ranked: [Int32] = []
    /// With several objectives or constraints what each trial brought, by number − 1.
    private(set) var results: [TrialResult?] = []
    /// The value of each trial, by number − 1, turned so that less is better; NaN where there is none. With several
    /// objectives that of the first.
    private(set) var values: [Double] = []
    /// Trials that failed or brought no value, in the order in which they ended.
    private(set) var failed: [Int32] = []
    /// Fingerprints of what was tried, in a finite space.
    private(set) var tried: Set<UInt64> = []
    private let space: ParzenSpace
    private var endedTaken = 0
    /// Whether trials are ranked by more than one value.
    private(set) var hasResults = false

    init(_ space: ParzenSpace) {
        self.space = space
        coordinates = Array(repeating: [], count: space.dimensions)
    }

    /// How many trials have told something about their configuration.
    var count: Int { ranked.count + failed.count }

    /// The largest magnitude of a value; 1 where there is none but 0.
    var largestMagnitude: Double {
        let largest = (hasResults ? ranked : [ranked.first, ranked.last].compactMap { $0 })
            .reduce(0) { max($0, values[Int($1)].magnitude) }
        return largest > 0 ? largest : 1
    }

    /// Takes in what is new. O(new trials · log trials).
    mutating func take(_ study: Study) {
        if study.trials.count < values.count || study.ended.count < endedTaken { self = TrialEvidence(space) }
        hasResults = study.objective.hasSeveralTargets || !study.objective.constraints.isEmpty
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
        if hasResults { results.append(nil) }
    }

    /// A stopped trial's value so far bounds from above what it would have reached, so its rank is a fair one. One that
    /// was killed says nothing about its configuration.
    private mutating func end(_ trial: Trial, _ objective: Objective) {
        if case .killed? = trial.outcome { return }
        let index = Int32(trial.number - 1)
        if case .failed? = trial.outcome {
            failed.append(index)
        } else if let result = trial.result(of: objective) {
            if hasResults { results[Int(index)] = result }
            insert(index, result.losses[0])
        } else {
            failed.append(index)
        }
    }

    private mutating func insert(_ index: Int32, _ value: Double) {
        values[Int(index)] = value
        guard !hasResults else { return ranked.append(index) }
        var low = 0
        var high = ranked.count
        while low < high {
            let middle = (low + high) / 2
            if value < values[Int(ranked[middle])] { high = middle } else { low = middle + 1 }
        }
        ranked.insert(index, at: low)
    }
}
