import AttuneCore
import Foundation

/// What a study says about its space, for a model: folded from the trials in the order in which they ended.
struct Evidence: Sendable {
    let space: ModelSpace
    /// Where trials brought a value, `[count][dimensions]`.
    private(set) var points: [[Double]] = []
    /// The same as features: `[count · featureCount]`.
    private(set) var features: [Double] = []
    /// What they brought: for each target its loss, then for each constraint its metric; a stopped trial's values so far,
    /// which bound what it would have reached. `[targets + constraints][count]`.
    private(set) var columns: [[Double]] = []
    /// The same trial by trial.
    private(set) var results: [TrialResult] = []
    /// How long those trials took, in seconds.
    private(set) var durations: [Double] = []
    /// What each of those trials was chosen by, where a portfolio chose.
    private(set) var choosers: [String?] = []
    /// Where trials failed or brought no value.
    private(set) var failures: [[Double]] = []
    /// How large a region around the best point deserves trust.
    private(set) var regionSize: TrustRegionSize
    /// How many of the study's ended trials are in.
    private var seen = 0

    init(_ space: ModelSpace) {
        self.space = space
        regionSize = TrustRegionSize(dimensions: space.dimensions)
    }

    var count: Int { results.count }
    /// What trials brought of the first target, smaller is better.
    var values: [Double] { columns.first ?? [] }

    var hasSeveralObjectives: Bool { (results.first?.losses.count ?? 1) > 1 }

    /// The first `count` observations, the best first.
    func order(of count: Int) -> [Int] {
        guard columns.count > 1 else {
            return (0..<count).sorted { (columns[0][$0], $0) < (columns[0][$1], $1) }
        }
        let ranks = ConstrainedDomination.ranks(of: Array(results[..<count]))
        return (0..<count).sorted { (ranks[$0], $0) < (ranks[$1], $1) }
    }

    /// The features of one observation: `[featureCount]`.
    func features(of position: Int) -> [Double] {
        Array(features[position * space.featureCount..<(position + 1) * space.featureCount])
    }

    /// Takes in the trials that have ended since.
    mutating func absorb(_ study: Study) {
        if columns.isEmpty {
            columns = Array(
                repeating: [], count: study.objective.targets.count + study.objective.constraints.count)
        }
        for number in study.ended[seen...] {
            let trial = study[number]
            let point = space.point(of: trial.assignment)
            switch trial.outcome {
            case .succeeded, .earlyStopped:
                guard let result = trial.result(of: study.objective) else { continue }
                points.append(point)
                features += space.features(of: point)
                durations.append(max(trial.endTime?.timeIntervalSince(trial.startTime) ?? 0, 0))
                choosers.append(trial.suggestion.labels[AcquisitionPortfolio.label])
                append(result, trial, study.objective)
            case .failed, .metricsUnavailable: failures.append(point)
            case .killed, nil: break  // says nothing about the configuration
            }
        }
        seen = study.ended.count
    }

    private mutating func append(_ result: TrialResult, _ trial: Trial, _ objective: Objective) {
        let limited = objective.constraints.compactMap { trial.value(of: $0.metric, for: objective) }
        for (column, value) in (result.losses + limited).enumerated() { columns[column].append(value) }
        results.append(result)
        regionSize.absorb(result.isFeasible ? result.losses[0] : .infinity)
    }
}
