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
    /// - Returns: how often the rule ended a trial, so that a test can see that it was put to the test.
    @discardableResult
    public func check(seeds: Range<UInt64> = 0..<6, trials: Int = 30) throws -> Int {
        for history in HostileHistory.allCases { try survives(history) }
        return try seeds.reduce(0) { try $0 + stops(seed: $1, trials: trials) }
    }

    private func stops(seed: UInt64, trials: Int) throws -> Int {
        var history = SuggestedHistory(of: experiment, seed: seed)
        var random = RandomSource(seed: seed, stream: 1)
        var rule = try make(experiment)
        var stops = 0
        while history.study.trials.count < trials {
            try step(&history, &random)
            let rebuilt = try history.stored.study()
            for trial in history.study.running {
                stops += try checkVerdict(of: &rule, on: trial, in: history.study, rebuilt)
            }
        }
        return stops
    }

    /// Lets a trial start, go on from its rest, or do something else.
    private func step(_ history: inout SuggestedHistory, _ random: inout RandomSource) throws {
        guard history.wantsTrial() else { return try history.proceed() }
        let levels = experiment.ladder?.levels
        if let levels, let resting = history.study.paused.first, random.uniform() < 0.5,
            let next = levels.first(where: { $0 > resting.suggestion.resource ?? 0 })
        {
            return try history.resume(resting.number, to: next, why: nil)
        }
        try history.start(Suggestion(try experiment.space.sample(using: &random), resource: levels?.first))
    }

    private func checkVerdict(
        of rule: inout any EarlyStopping, on trial: Trial, in study: Study, _ rebuilt: Study
    ) throws -> Int {
        let verdict = rule.verdict(on: trial, in: study)
        #expect(rule.verdict(on: trial, in: study) == verdict, "asked twice about trial \(trial.number)")
        var fresh = try make(experiment)
        #expect(fresh.verdict(on: rebuilt[trial.number], in: rebuilt) == verdict, "asked after a restart")
        #expect(verdict != .pause, "that a trial is to pause follows from its level")
        let grounds = fresh.grounds(for: rebuilt[trial.number], in: rebuilt)
        #expect((grounds != nil) == (verdict == .stop), "says why it stops, and of nothing else")
        #expect(grounds?.sentence.isEmpty != true)
        guard verdict == .stop || verdict == .finish else { return 0 }
        #expect(!trial.observations.isEmpty, "trial \(trial.number) had reported nothing")
        #expect(
            verdict == .stop || trial.hasValues(of: experiment.objective), "nothing is left of trial \(trial.number)")
        #expect(study.counts.succeeded >= minimumTrials)
        return 1
    }

    /// Values that no rule expects, of those who ended and of the one that is judged.
    private func survives(_ hostile: HostileHistory) throws {
        var study = try hostile.study(of: experiment, trials: 12)
        var rule = try make(experiment)
        let number = study.nextNumber
        try study.apply(.started(number, Suggestion(study.trials[0].assignment), at: Samples.noon))
        let values: [Double] = [
            .nan, .infinity, -.infinity, 1e308, -1e308, 0, -0.0, .leastNonzeroMagnitude, .nan, 1, 1, 1, 1,
        ]
        for (step, value) in values.enumerated() {
            let observations = study.objective.metrics.map {
                Observation(metric: $0, value: value, step: step % 9, time: Samples.noon)
            }
            try study.apply(.observed(number, observations))
            let verdict = rule.verdict(on: study[number], in: study)
            var fresh = try make(experiment)
            #expect(fresh.verdict(on: study[number], in: study) == verdict, "\(hostile), report \(step)")
            #expect((fresh.grounds(for: study[number], in: study) != nil) == (verdict == .stop))
        }
    }
}
