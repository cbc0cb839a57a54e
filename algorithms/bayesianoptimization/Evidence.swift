import AttuneCore

/// What a study says about its space, for a model: folded from the trials in the order in which they ended.
struct Evidence: Sendable {
    let space: ModelSpace
    /// Where trials brought a value, `[count][dimensions]`.
    private(set) var points: [[Double]] = []
    /// The same as features: `[count · featureCount]`.
    private(set) var features: [Double] = []
    /// What they brought, smaller is better; a stopped trial's value so far, which bounds what it would have reached.
    private(set) var values: [Double] = []
    /// Where trials failed or brought no value.
    private(set) var failures: [[Double]] = []
    /// How many of the study's ended trials are in.
    private var seen = 0

    init(_ space: ModelSpace) { self.space = space }

    var count: Int { values.count }

    /// Takes in the trials that have ended since.
    mutating func absorb(_ study: Study) {
        for number in study.ended[seen...] {
            let trial = study[number]
            let point = space.point(of: trial.assignment)
            switch trial.outcome {
            case .succeeded, .earlyStopped:
                guard let value = trial.value(of: study.objective) else { continue }
                points.append(point)
                features += space.features(of: point)
                values.append(study.objective.direction == .minimize ? value : -value)
            case .failed, .metricsUnavailable: failures.append(point)
            case .killed, nil: break  // says nothing about the configuration
            }
        }
        seen = study.ended.count
    }
}
