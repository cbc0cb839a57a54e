import AttuneCore
import Foundation

/// What trials may report that no model expects: nothing finite, numbers whose squares overflow, the same every time,
/// nothing but failures.
public enum HostileHistory: String, CaseIterable, Sendable {
    case nan, infinities, huge, hugeOfBothSigns, tiny, constant, twoValues
    case onlyFailed, onlyKilled, onlyWithoutMetrics, onlyStoppedEarly, everything, priorTrials

    /// A study with so many ended trials, drawn from the space's law, that ended in this way.
    func study(of experiment: Experiment, trials: Int) throws -> Study {
        var study = Study(experiment, createdAt: time)
        if self == .priorTrials { try study.apply(.imported(priors(of: experiment), from: "earlier", at: time)) }
        var random = RandomSource(seed: 5)
        for number in 1...trials {
            try study.apply(.started(number, Suggestion(try experiment.space.sample(using: &random)), at: time))
            try end(number, in: &study)
        }
        return study
    }

    /// Lets a running trial report and end.
    func end(_ number: Trial.Number, in study: inout Study) throws {
        let (value, outcome) = fate(of: number)
        if let value {
            let observations = study.objective.metrics.map {
                Observation(metric: $0, value: value, step: 0, time: time)
            }
            try study.apply(.observed(number, observations))
        }
        let isUsable = study[number].hasValues(of: study.objective)
        try study.apply(
            .ended(
                number,
                outcome == .succeeded && !isUsable
                    ? .metricsUnavailable(study[number].reasonForNoValue(of: study.objective)) : outcome, at: time))
    }

    private func fate(of number: Trial.Number) -> (value: Double?, Outcome) {
        switch self {
        case .nan: (.nan, .succeeded)
        case .infinities: (number.isMultiple(of: 2) ? .infinity : -.infinity, .succeeded)
        case .huge: (1e308, .succeeded)
        case .hugeOfBothSigns: (number.isMultiple(of: 2) ? 1e308 : -1e308, .succeeded)
        case .tiny: (Double(number) * .leastNonzeroMagnitude, .succeeded)
        case .constant: (0.5, .succeeded)
        case .twoValues: (number == 1 ? 0 : 1, .succeeded)
        case .onlyFailed: (nil, .failed("out of memory"))
        case .onlyKilled: (nil, .killed("stopped"))
        case .onlyWithoutMetrics: (nil, .metricsUnavailable("it printed nothing"))
        case .onlyStoppedEarly: (Double(number), .earlyStopped)
        case .everything:
            number.isMultiple(of: HostileHistory.mixed.count)
                ? (0.5, .succeeded) : HostileHistory.mixed[number % HostileHistory.mixed.count].fate(of: number)
        case .priorTrials: (Double(number), .succeeded)
        }
    }

    private static let mixed: [HostileHistory] = [
        .constant, .nan, .infinities, .hugeOfBothSigns, .tiny, .onlyFailed, .onlyKilled, .onlyStoppedEarly,
    ]

    private func priors(of experiment: Experiment) throws -> [PriorTrial] {
        var random = RandomSource(seed: 6)
        let values: [Double?] = [1, 1e308, -1e308, nil, 0.5]
        return try (1...20).map { number in
            let value = values[number % values.count]
            return PriorTrial(
                of: "earlier", number: number, try experiment.space.sample(using: &random),
                outcome: value == nil ? .failed("out of memory") : .succeeded, value: value)
        }
    }

    private var time: Date { Samples.noon }
}
