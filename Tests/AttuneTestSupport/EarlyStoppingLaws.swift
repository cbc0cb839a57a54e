import AttuneCore
import Testing

/// What every early-stopping rule keeps.
public struct EarlyStoppingLaws {
    private let make: @Sendable (Experiment) throws -> any EarlyStopping
    private let experiment: Experiment
    private let minimumTrials: Int

    /// - Parameter minimumTrials: how many trials must have succeeded before the rule stops any.
    public init(_ rule: StoppingRule, _ experiment: Experiment, minimumTrials: Int) {
        make = rule.rule
        self.experiment = experiment
        self.minimumTrials = minimumTrials
    }

    /// All laws, at every report of random histories.
    ///
    /// - Returns: how often the rule said stop, so that a test can see that it was put to the test.
    @discardableResult
    public func check(seeds: Range<UInt64> = 0..<6, trials: Int = 30) throws -> Int {
        try seeds.reduce(0) { try $0 + stops(seed: $1, trials: trials) }
    }

    private func stops(seed: UInt64, trials: Int) throws -> Int {
        var history = SuggestedHistory(of: experiment, seed: seed)
        var random = RandomSource(seed: seed, stream: 1)
        var rule = try make(experiment)
        var stops = 0
        while history.study.trials.count < trials {
            if history.wantsTrial() {
                try history.start(Suggestion(try experiment.space.sample(using: &random)))
            } else {
                try history.proceed()
            }
            let rebuilt = try history.stored.study()
            for trial in history.study.running {
                stops += try checkVerdict(of: &rule, on: trial, in: history.study, rebuilt)
            }
        }
        return stops
    }

    private func checkVerdict(
        of rule: inout any EarlyStopping, on trial: Trial, in study: Study, _ rebuilt: Study
    ) throws -> Int {
        let verdict = rule.verdict(on: trial, in: study)
        #expect(rule.verdict(on: trial, in: study) == verdict, "asked twice about trial \(trial.number)")
        var fresh = try make(experiment)
        #expect(fresh.verdict(on: rebuilt[trial.number], in: rebuilt) == verdict, "asked after a restart")
        guard verdict == .stop else { return 0 }
        #expect(!trial.observations.isEmpty, "trial \(trial.number) had reported nothing")
        #expect(study.counts.succeeded >= minimumTrials)
        return 1
    }
}
