import AttuneCore
import Testing

/// What every suggester keeps, whatever the space. Each law is a function that a suggester's own tests call.
public struct SuggesterLaws {
    private let name: String
    private let experiment: Experiment
    private let make: (Experiment) throws -> any Suggester

    public init(_ algorithm: Algorithm, _ experiment: Experiment) {
        var experiment = experiment
        if experiment.algorithm.name != algorithm.name { experiment.algorithm = AlgorithmSpec(algorithm.name) }
        name = algorithm.name
        self.experiment = experiment
        make = algorithm.suggester
    }

    /// All laws at once, but for hostile histories: what those try depends little on the space.
    public func check(trials: Int = 25) throws {
        try suggestionsLieInTheSpace(trials: trials)
        try freshAgreesWithOld(trials: trials)
        try finiteSpacesAreExhausted()
        try initialTrialsComeFirst()
        try replayGivesTheLog(trials: trials)
    }

    public func suggestionsLieInTheSpace(trials: Int) throws {
        for trial in try history(trials: trials).study.trials {
            #expect(experiment.space.contains(trial.assignment), "\(name) proposed \(trial.assignment)")
        }
    }

    /// A suggester that saw the study grow, a copy of it asked a second time, and one that sees the study for the first
    /// time propose the same.
    public func freshAgreesWithOld(trials: Int) throws {
        _ = try history(trials: trials, seed: 2) { study, proposal, old in
            #expect(try old.proposal(for: study) == proposal, "\(name) was asked twice for trial \(study.nextNumber)")
            var newcomer = try make(experiment)
            #expect(
                try newcomer.proposal(for: study) == proposal, "a fresh \(name) was asked for trial \(study.nextNumber)"
            )
        }
    }

    /// Every feasible point once, then `.exhausted`, not before and ever after. Spaces of more than 300 points pass.
    public func finiteSpacesAreExhausted() throws {
        guard experiment.space.isFinite, experiment.space.cardinality ?? .max <= 300 else { return }
        var history = try history(trials: .max, seed: 3)
        try history.settle()
        var suggester = try make(experiment)
        #expect(try suggester.proposal(for: history.study) == .exhausted)
        let tried = history.study.trials.map(\.assignment)
        #expect(Set(tried).count == tried.count, "\(name) proposed something twice")
        #expect(Set(tried) == Set(experiment.space.enumeration), "\(name) left something out")
    }

    public func initialTrialsComeFirst() throws {
        var random = RandomSource(seed: 99)
        let initial = [try experiment.space.sample(using: &random), try experiment.space.sample(using: &random)]
        var seeded = experiment
        seeded.initialTrials = Array(Set(initial)).sorted { $0.description < $1.description }
        let laws = SuggesterLaws(name: name, seeded, make)
        // How much resource they get is the algorithm's affair.
        let configurations = experiment.space.without(experiment.ladder?.parameter)
        let tried = try laws.history(trials: seeded.initialTrials.count).study.trials.map(\.assignment)
        #expect(
            tried.map(configurations.configuration) == seeded.initialTrials.map(configurations.configuration))
        try laws.freshAgreesWithOld(trials: 8)
        try laws.finiteSpacesAreExhausted()
    }

    /// For algorithms that draw, on spaces of many points.
    public func differentSeedsDiffer() throws {
        var other = experiment
        other.seed = experiment.seed + 1
        let own = try history(trials: 5).study.trials.map(\.assignment)
        let others = try SuggesterLaws(name: name, other, make).history(trials: 5).study.trials.map(\.assignment)
        #expect(own != others, "\(name) pays no heed to the seed")
    }

    public func replayGivesTheLog(trials: Int) throws {
        let history = try history(trials: trials, seed: 4)
        var replay = Replay(history.stored, suggester: try make(experiment))
        var count = 0
        while let step = try replay.next() {
            #expect(step.isSame, "trial \(step.number) of \(name) was \(step.recorded), now \(step.derived)")
            count += 1
        }
        let begun = history.events.count { event in
            switch event {
            case .started, .resumed: true
            default: false
            }
        }
        #expect(count == begun)
    }

    /// After any history, however absurd its values, an algorithm proposes points of the space, and a fresh suggester
    /// the same: it neither throws nor runs into what is not a number.
    ///
    /// - Parameter trials: how many have ended before the first proposal, more than an initial design has.
    public func survivesHostileHistories(trials: Int = 14) throws {
        for history in HostileHistory.allCases {
            var study = try history.study(of: experiment, trials: trials)
            var suggester = try make(experiment)
            for _ in 0..<2 {
                let proposal = try suggester.proposal(for: study)
                var newcomer = try make(experiment)
                #expect(try newcomer.proposal(for: study) == proposal, "a fresh \(name) after \(history)")
                guard case .run(let suggestion) = proposal else { break }
                #expect(experiment.space.contains(suggestion.assignment), "\(name) after \(history): \(suggestion)")
                try study.apply(.started(study.nextNumber, suggestion, at: study.createdAt))
                try history.end(study.trials.count, in: &study)
            }
        }
    }

    private init(name: String, _ experiment: Experiment, _ make: @escaping (Experiment) throws -> any Suggester) {
        self.name = name
        self.experiment = experiment
        self.make = make
    }

    /// A history of so many trials, or as many as there are, whatever happens to them; `look` sees every proposal.
    private func history(
        trials: Int, seed: UInt64 = 1, look: (Study, Proposal, inout any Suggester) throws -> Void = { _, _, _ in }
    ) throws -> SuggestedHistory {
        var history = SuggestedHistory(of: experiment, seed: seed)
        var suggester = try make(experiment)
        while history.study.trials.count < trials {
            guard history.wantsTrial() else {
                try history.proceed()
                continue
            }
            let proposal = try suggester.proposal(for: history.study)
            try look(history.study, proposal, &suggester)
            switch proposal {
            case .run(let suggestion): try history.start(suggestion)
            case .resume(let number, let level, let why): try history.resume(number, to: level, why: why)
            case .wait:
                try #require(history.study.counts.running > 0, "\(name) waits although no trial is running")
                try history.proceed()
            case .exhausted: return history
            }
        }
        return history
    }
}
