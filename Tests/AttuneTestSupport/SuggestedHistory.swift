import AttuneCore
import Foundation

/// A study that grows as a real one might: trials start as an algorithm proposes, report, are lost, and end out of order
/// in every way, some without a usable value.
public struct SuggestedHistory {
    public private(set) var study: Study
    public private(set) var events: [Event] = []
    private var random: RandomSource
    private let created = Date(timeIntervalSince1970: 1_700_000_000)

    /// - Parameter seed: of what happens to the trials; the algorithm draws from the experiment's own.
    public init(of experiment: Experiment, seed: UInt64) {
        study = Study(experiment, createdAt: created)
        random = RandomSource(seed: seed)
    }

    /// The history as a store would give it.
    public var stored: StoredExperiment {
        StoredExperiment(experiment: study.experiment, createdAt: created, events: events)
    }

    /// Whether it is time for another trial: always when none runs, never beyond the parallelism.
    public mutating func wantsTrial() -> Bool {
        let running = study.counts.running
        return running == 0 || running < study.experiment.budget.parallelTrials && random.uniform() < 0.5
    }

    public mutating func start(_ suggestion: Suggestion) throws {
        try apply(.started(study.nextNumber, suggestion, at: now))
    }

    public mutating func resume(_ number: Trial.Number, to level: Int, why: Explanation?) throws {
        try apply(.resumed(number, to: level, why: why, at: now))
    }

    /// Lets something happen to a running trial: a report, a loss or, as often, its end.
    public mutating func proceed() throws {
        let number = study.running[random.below(study.counts.running)].number
        switch random.below(8) {
        case 0, 1, 2: try report(number)
        case 3: try apply(.lost(number, reason: "the machine went down", at: now))
        default: try end(number)
        }
    }

    /// Ends every running trial.
    public mutating func settle() throws {
        while let trial = study.running.last { try end(trial.number) }
    }

    public mutating func apply(_ event: Event) throws {
        try study.apply(event)
        events.append(event)
    }

    public mutating func report(_ number: Trial.Number) throws {
        try apply(.observed(number, study.objective.metrics.map { observation(of: $0, by: number) }))
    }

    private mutating func end(_ number: Trial.Number) throws {
        switch random.below(8) {
        case 0: try apply(.ended(number, .failed("out of memory"), at: now))
        case 1: try apply(.ended(number, .metricsUnavailable("it printed nothing"), at: now))
        case 2: try apply(.ended(number, .killed("stopped"), at: now))
        case 3:
            try report(number)
            try apply(.ended(number, .earlyStopped, at: now))
        default:
            try report(number)
            try apply(study.rests(study[number]) ? .paused(number, at: now) : .ended(number, .succeeded, at: now))
        }
    }

    /// Few different values, so that some are equal, and now and then one that is none.
    private mutating func observation(of metric: String, by number: Trial.Number) -> Observation {
        let value = random.below(10) == 0 ? .nan : Double(random.below(50)) / 10
        return Observation(
            metric: metric, value: value, step: study[number].observations.count, time: now)
    }

    private var now: Date { created.addingTimeInterval(Double(events.count + 1)) }
}
