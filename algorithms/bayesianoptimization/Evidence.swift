import AttuneCore
import Foundation

/// What a study says about its space, for a model: folded from the trials in the order in which they ended.
struct Evidence: Sendable {
    let space: ModelSpace
    /// Where trials brought a value, `[count][dimensions]`.
    private(set) var points: [[Double]] = []
    /// The same as features: `[count · featureCount]`.
    private(set) var features: [Double] = []
    /// What they brought, smaller is better; a stopped trial's value so far, which bounds what it would have reached.
    private(set) var values: [Double] = []
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

    var count: Int { values.count }

    /// The features of one observation: `[featureCount]`.
    func features(of position: Int) -> [Double] {
        Array(features[position * space.featureCount..<(position + 1) * space.featureCount])
    }

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
                durations.append(max(trial.endTime?.timeIntervalSince(trial.startTime) ?? 0, 0))
                choosers.append(trial.suggestion.labels[AcquisitionPortfolio.label])
                values.append(study.objective.direction == .minimize ? value : -value)
                regionSize.absorb(values[values.count - 1])
            case .failed, .metricsUnavailable: failures.append(point)
            case .killed, nil: break  // says nothing about the configuration
            }
        }
        seen = study.ended.count
    }
}
