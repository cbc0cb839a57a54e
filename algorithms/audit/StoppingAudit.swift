import AttuneCore

/// What early stopping did to the trials of an experiment, and what each rule would have done, by replaying them over what
/// was recorded.
///
/// What a trial that was really stopped would have come to is not recorded. So a rule is compared exactly only where
/// trials ran to their ends; where they did not, what it would have saved or lost beyond is said to be unknown, or
/// estimated from learning curves.
public struct StoppingAudit: Sendable {
    /// What one rule would have done.
    public struct Row: Sendable {
        public let rule: AlgorithmSpec
        /// Whether it is the experiment's own.
        public let isInUse: Bool
        /// Trials that it would have stopped, and those that it would have ended as succeeded, by number.
        public let stopped: [Trial.Number]
        public let finished: [Trial.Number]
        /// Units of resource that were used after it would have ended the trials.
        public let saved: Int
        /// Units that it would have saved beside, of trials that were really stopped: an estimate, as in `Stopped.saved`.
        public let savedUnrecorded: Int
        /// Trials that were really stopped and that it would have let go on: what became of them nobody knows.
        public let wouldGoOn: [Trial.Number]
        /// Of the front, or the best, which it would have stopped.
        public let frontStopped: [Trial.Number]
        /// The best value that would have been left, for one objective; nil where nothing would have been.
        public let best: Double?
    }

    /// What the trials that were really stopped might have come to.
    public struct Stopped: Sendable {
        public let trials: [Trial.Number]
        /// Units of resource that they used.
        public let used: Int
        /// Units that they would have used beside, had each run as long as those usually did that succeeded; nil where none did.
        public let saved: Int?
        /// The probability that at least one of them would have bettered the best there is, by their learning curves as if
        /// they were independent; nil where the curves say nothing.
        public let chanceOfBest: Double?
        /// How many of them the curves say nothing of.
        public let unforeseen: Int
    }

    /// What became of trials that were spared although the rule in use would have stopped them.
    public struct Control: Sendable {
        /// Of the control group those that succeeded.
        public let trials: [Trial.Number]
        /// Of these those that the rule would have stopped.
        public let stoppable: [Trial.Number]
        /// Of these those that ended better than every trial that was not stoppable: joined the front.
        public let better: [Trial.Number]

        /// The chance that a trial the rule stops would have been the best, by Jeffreys' estimate; nil without evidence.
        public var chanceOfEach: Double? {
            stoppable.isEmpty ? nil : (Double(better.count) + 0.5) / (Double(stoppable.count) + 1)
        }
    }

    public let experiment: Experiment
    /// Units of resource that all trials used.
    public let resource: Int
    /// What they would have used had none been stopped: an estimate where some were, as in `Stopped.saved`.
    public var fullResource: Int { resource + (stopped.saved ?? 0) }
    /// How many trials reported something.
    public let reporting: Int
    /// The best trial, or those of the front.
    public let front: [Trial.Number]
    public let rows: [Row]
    public let stopped: Stopped
    /// Nil without a control group.
    public let control: Control?

    /// - Parameters:
    ///   - rules: what to compare beside the experiment's own; nil for every rule of the catalogue with its defaults.
    /// - Throws: `InvalidExperiment` for settings that a rule refuses; `AttuneError` for a log that cannot be.
    /// - Complexity: that of every rule at every report.
    public init(
        _ stored: StoredExperiment, rules: [AlgorithmSpec]? = nil, catalogue: AlgorithmCatalogue = .standard
    ) throws {
        let study = try stored.study()
        let own = stored.experiment.earlyStopping?.withoutControls
        let others = rules ?? catalogue.stoppingRules.map { AlgorithmSpec($0.name) }.filter { $0.name != own?.name }
        var replays: [(spec: AlgorithmSpec, replay: RuleReplay)] = []
        for spec in (own.map { [$0] } ?? []) + others {
            replays.append((spec, try RuleReplay(stored, rule: catalogue.rule(spec, for: stored.experiment))))
        }
        experiment = stored.experiment
        resource = study.trials.reduce(0) { $0 + $1.resourceUsed(reporting: study.objective.metric) }
        reporting = study.trials.count { !$0.observations.isEmpty }
        front = study.front.map(\.number)
        let remainders = StoppingAudit.remainders(of: study)
        rows = replays.enumerated().map { index, entry in
            Row(entry.spec, isInUse: index == 0 && own != nil, entry.replay, of: study, remainders ?? [:])
        }
        stopped = Stopped(of: study, remainders)
        control = ControlGroup(stored.experiment).map { Control($0, replays.first?.replay, of: study) }
    }
}

extension StoppingAudit.Row {
    fileprivate init(
        _ rule: AlgorithmSpec, isInUse: Bool, _ replay: RuleReplay, of study: Study, _ remainders: [Trial.Number: Int]
    ) {
        let cuts = replay.cuts.values.sorted { $0.trial < $1.trial }
        let stopped = Set(cuts.filter { $0.verdict == .stop }.map(\.trial))
        self.rule = rule
        self.isInUse = isInUse
        self.stopped = stopped.sorted()
        finished = cuts.filter { $0.verdict == .finish }.map(\.trial)
        saved = cuts.reduce(0) {
            $0 + max(0, study[$1.trial].resourceUsed(reporting: study.objective.metric) - $1.resource)
        }
        savedUnrecorded = cuts.reduce(0) { $0 + remainders[$1.trial, default: 0] }
        wouldGoOn = study.trials.filter { $0.outcome == .earlyStopped && replay.cuts[$0.number] == nil }.map(\.number)
        frontStopped = study.front.map(\.number).filter(stopped.contains)
        best = replay.study.best?.value(of: study.objective)
    }
}

extension StoppingAudit.Stopped {
    fileprivate init(of study: Study, _ remainders: [Trial.Number: Int]?) {
        let metric = study.objective.metric
        let stopped = study.trials.filter { $0.outcome == .earlyStopped }
        trials = stopped.map(\.number)
        used = stopped.reduce(0) { $0 + $1.resourceUsed(reporting: metric) }
        saved = remainders.map { $0.values.reduce(0, +) }
        let chances = StoppingAudit.chances(of: stopped, in: study)
        let known = chances.compactMap(\.self)
        unforeseen = chances.count - known.count
        chanceOfBest = known.isEmpty ? nil : 1 - known.reduce(1) { $0 * (1 - $1) }
    }
}

extension StoppingAudit.Control {
    /// - Parameter replay: of the rule in use, sparing nobody.
    fileprivate init(_ group: ControlGroup, _ replay: RuleReplay?, of study: Study) {
        let members = study.trials.filter { group.contains($0.number) && $0.outcome == .succeeded }.map(\.number)
        let stoppable = members.filter { replay?.cuts[$0]?.verdict == .stop }
        trials = members
        self.stoppable = stoppable
        let front = Set(study.front.map(\.number))
        better = stoppable.filter(front.contains)
    }
}

extension StoppingAudit {
    /// What each trial that was really stopped would have used beside, had it run to its level or, where it was given none,
    /// as long as those usually did that succeeded; nil where none did.
    fileprivate static func remainders(of study: Study) -> [Trial.Number: Int]? {
        func used(_ trial: Trial) -> Int { trial.resourceUsed(reporting: study.objective.metric) }
        let full = study.trials.filter { $0.outcome == .succeeded }.map(used).sorted()
        guard !full.isEmpty else { return nil }
        return study.trials.filter { $0.outcome == .earlyStopped }.reduce(into: [:]) { remainders, trial in
            remainders[trial.number] = max(0, (trial.suggestion.resource ?? full[full.count / 2]) - used(trial))
        }
    }

    /// For each trial the probability that it would have bettered all of the front; nil where nothing can be said.
    fileprivate static func chances(of trials: [Trial], in study: Study) -> [Double?] {
        var curves = LearningCurves()
        var prospects = Prospects()
        curves.follow(study)
        prospects.follow(study, curves)
        let front = study.front.compactMap(\.standing)
        return trials.map { trial in
            let curve = curves[trial.number]
            guard !front.isEmpty, let standing = curve.latest else { return nil }
            return standing.isFinite ? prospects.ofBetteringAll(front, curve) : 0
        }
    }
}

extension AlgorithmCatalogue {
    /// A rule as if the experiment had asked for it.
    fileprivate func rule(_ spec: AlgorithmSpec, for experiment: Experiment) throws -> any EarlyStopping {
        var asking = experiment
        asking.earlyStopping = spec
        let problems = problems(ofStoppingRule: spec)
        guard problems.isEmpty, let rule = self[stoppingRule: spec.name] else { throw InvalidExperiment(problems) }
        return try rule.rule(asking)
    }
}

extension AlgorithmSpec {
    /// The rule as it judges trials that are not spared.
    fileprivate var withoutControls: AlgorithmSpec {
        AlgorithmSpec(name, settings.filter { $0.name != ControlGroup.setting.name })
    }
}
