import Foundation

/// The answer so far: an experiment and the fold of its events.
///
/// The same events in the same order give the same study, so that a restart is a replay.
public struct Study: Sendable {
    public enum Status: Sendable, Hashable {
        case running
        case stopped
        case finished(Finish)
    }

    public private(set) var experiment: Experiment
    /// By number: trial n stands at n − 1.
    public private(set) var trials: [Trial] = []
    /// Numbers of ended trials, in the order in which they ended: floating-point folds depend on it.
    public private(set) var ended: [Trial.Number] = []
    public private(set) var status: Status = .running
    /// Creation, or the last reopening: where `maxRunTime` counts from.
    public private(set) var openedAt: Date
    /// How many trials had ended and started by then.
    private(set) var endedAtOpening = 0
    private(set) var startedAtOpening = 0
    public let createdAt: Date
    public private(set) var counts = Counts()
    /// The feasible trials that no other dominates, as each stands.
    private var paretoFront = ParetoFront<Trial.Number>()
    /// The last trial to succeed with a text, where the objective takes one.
    private var lastWithText: Trial.Number?
    /// What the experiment says of resource; nil where trials use as much as they like.
    public let ladder: ResourceLadder?
    /// The rungs that trials reached, in the order of the log; empty without a ladder.
    public private(set) var milestones: [Milestone] = []
    /// Every assignment that was proposed.
    public private(set) var tried: Set<Assignment> = []
    /// What other experiments found, as it was when this one was created, in the order of `experiment.warmStart`. None
    /// is a trial of this study.
    public private(set) var priorTrials: [PriorTrial] = []
    /// The experiments that prior trials were taken from, those that had none among them.
    public private(set) var sources: Set<Experiment.ID> = []
    private var runningNumbers: Set<Trial.Number> = []
    private var pausedNumbers: Set<Trial.Number> = []
    /// Units of resource that attempts have used which are over.
    private var resourceOfPast = 0
    /// By running trial, the next rung that its reports may reach.
    private var nextRungs: [Trial.Number: Int] = [:]

    /// How many trials are in each state.
    public struct Counts: Sendable, Hashable {
        public var running = 0, paused = 0
        public var succeeded = 0, failed = 0, killed = 0, earlyStopped = 0, metricsUnavailable = 0
        public var ended: Int { succeeded + failed + killed + earlyStopped + metricsUnavailable }
        public var total: Int { running + paused + ended }

        public init() {}

        /// One more trial that ended so.
        public mutating func add(_ outcome: Outcome) {
            switch outcome {
            case .succeeded: succeeded += 1
            case .earlyStopped: earlyStopped += 1
            case .failed: failed += 1
            case .killed: killed += 1
            case .metricsUnavailable: metricsUnavailable += 1
            }
        }
    }

    public init(_ experiment: Experiment, createdAt: Date) {
        self.experiment = experiment
        self.createdAt = createdAt
        openedAt = createdAt
        ladder = experiment.ladder
    }

    public var objective: Objective { experiment.objective }
    public subscript(number: Trial.Number) -> Trial { trials[number - 1] }
    /// The trial of that number; nil where there is none.
    public func trial(_ number: Trial.Number) -> Trial? {
        trials.indices.contains(number - 1) ? trials[number - 1] : nil
    }
    /// Of one target, the feasible trial with the best value, the earliest among equals; nil where there are several.
    ///
    /// It succeeded, or completed a level and rests there. A trial that a rule stopped is never best. Of trials that brought
    /// texts, which cannot be compared, the last to succeed is best, as long as no other brought a number (Katib).
    public var best: Trial? { bestNumber.map { self[$0] } }
    public var bestNumber: Trial.Number? {
        objective.hasSeveralTargets ? nil : paretoFront.members.first?.element ?? lastWithText
    }
    /// The numbers of the trials on the front, in the order of their losses; of one target the best alone, unless it brought a
    /// text.
    public var frontNumbers: [Trial.Number] { paretoFront.elements }
    /// The feasible trials that no other betters in every target, by number.
    public var front: [Trial] { frontNumbers.sorted().map { self[$0] } }
    public var running: [Trial] { runningNumbers.sorted().map { self[$0] } }
    /// Those that rest at their level.
    public var paused: [Trial] { pausedNumbers.sorted().map { self[$0] } }
    public var nextNumber: Trial.Number { trials.count + 1 }

    /// Takes the next event in.
    ///
    /// - Throws: `AttuneError` when the event cannot follow: a number out of turn, a trial that ended already, a start or
    ///   another end after the experiment's, an import after a start or a second time. The study is then unchanged.
    public mutating func apply(_ event: Event) throws(AttuneError) {
        switch event {
        case .started(let number, let suggestion, let time): try start(number, suggestion, at: time)
        case .observed(let number, let observations):
            try requireRunning(number)
            for observation in observations { observe(number, observation) }
        case .lost(let number, _, _):
            try requireRunning(number)
            lose(number)
        case .ended(let number, let outcome, let time):
            try requireRunning(number)
            end(number, outcome, at: time)
        case .paused(let number, let time):
            try requireRunning(number)
            pause(number, at: time)
        case .resumed(let number, let level, _, _): try resume(number, to: level)
        case .budgetEdited(let budget, let time):
            experiment.budget = budget
            openedAt = time
            (endedAtOpening, startedAtOpening) = (ended.count, trials.count)
            status = .running
        case .stopped:
            try requireOpen()
            status = .stopped
        case .finished(let finish, _):
            try requireOpen()
            status = .finished(finish)
        case .imported(let trials, let source, _): try take(trials, from: source)
        }
    }

    private mutating func take(_ trials: [PriorTrial], from source: Experiment.ID) throws(AttuneError) {
        guard self.trials.isEmpty, !sources.contains(source) else {
            throw AttuneError("trials of \(source) are imported once, and before \(experiment.name) starts its first")
        }
        sources.insert(source)
        priorTrials += trials
    }

    private func requireOpen() throws(AttuneError) {
        guard status == .running else {
            throw AttuneError("\(experiment.name) is over; edit its budget to open it again")
        }
    }

    private func requireRunning(_ number: Trial.Number) throws(AttuneError) {
        guard runningNumbers.contains(number) else {
            throw AttuneError(
                trials.indices.contains(number - 1)
                    ? "trial \(number) of \(experiment.name) has ended already"
                    : "\(experiment.name) has no trial \(number)")
        }
    }

    private mutating func start(_ number: Trial.Number, _ suggestion: Suggestion, at time: Date) throws(AttuneError) {
        try requireOpen()
        guard number == nextNumber else {
            throw AttuneError("trial \(number) of \(experiment.name) cannot start: the next is \(nextNumber)")
        }
        let name = "\(experiment.name)-\(number)"
        trials.append(Trial(number: number, name: name, suggestion: suggestion, startTime: time))
        tried.insert(suggestion.assignment)
        beginAttempt(number)
    }

    private mutating func beginAttempt(_ number: Trial.Number) {
        runningNumbers.insert(number)
        counts.running += 1
        guard let ladder else { return }
        let trial = self[number]
        // What its parent reached is not reached again.
        let parent = trial.suggestion.parent.flatMap {
            trials.indices.contains($0 - 1) ? self[$0].suggestion.resource : nil
        }
        let reached = max(trial.earlierResource, parent ?? 0)
        nextRungs[number] = ladder.levels.firstIndex { $0 > reached } ?? ladder.levels.count
    }

    private mutating func leaveAttempt(_ number: Trial.Number) {
        resourceOfPast += self[number].resourceUsed(reporting: objective.metric) - self[number].earlierResource
        runningNumbers.remove(number)
        nextRungs[number] = nil
        counts.running -= 1
    }

    private mutating func lose(_ number: Trial.Number) {
        leaveAttempt(number)
        trials[number - 1].startAgain()
        beginAttempt(number)
    }

    private mutating func end(_ number: Trial.Number, _ outcome: Outcome, at time: Date) {
        leaveAttempt(number)
        trials[number - 1].outcome = outcome
        trials[number - 1].endTime = time
        ended.append(number)
        counts.add(outcome)
        reachLevel(number, outcome)
        stand(number)
        let trial = self[number]
        if outcome == .succeeded, trial.isFeasible(for: objective), trial.text(of: objective) != nil {
            lastWithText = number
        }
    }

    private mutating func pause(_ number: Trial.Number, at time: Date) {
        leaveAttempt(number)
        trials[number - 1].restTime = time
        pausedNumbers.insert(number)
        counts.paused += 1
        reachLevel(number, .succeeded)
        stand(number)
    }

    private mutating func resume(_ number: Trial.Number, to level: Int) throws(AttuneError) {
        try requireOpen()
        guard pausedNumbers.contains(number), level > self[number].suggestion.resource ?? 0 else {
            throw AttuneError("trial \(number) of \(experiment.name) does not rest below \(level)")
        }
        pausedNumbers.remove(number)
        counts.paused -= 1
        let assignment = experiment.space.assignment(self[number].assignment, with: ladder?.parameter, at: level)
        trials[number - 1].goOn(assignment, to: level)
        tried.insert(assignment)
        beginAttempt(number)
    }

    // MARK: Rungs

    private mutating func observe(_ number: Trial.Number, _ observation: Observation) {
        if observation.metric == objective.metric { passRungs(number) }
        trials[number - 1].observe(observation)
    }

    /// Notes the rungs below its level that a trial had reached by its latest report, now that it reports again: of a trial
    /// that reports once, at its end, nobody knows what it had reached before.
    private mutating func passRungs(_ number: Trial.Number) {
        guard let ladder, let next = nextRungs[number], next < ladder.levels.count else { return }
        let trial = self[number]
        guard trial.attemptObservations.contains(where: { $0.metric == objective.metric }) else { return }
        let used = trial.resourceUsed(reporting: objective.metric)
        let level = trial.suggestion.resource ?? ladder.maximum
        var rung = next
        while rung < ladder.levels.count, ladder.levels[rung] <= used, ladder.levels[rung] < level {
            passed(trial, rung)
            rung += 1
        }
        nextRungs[number] = rung
    }

    /// Takes in that an attempt is over, at its level or by failing before.
    private mutating func reachLevel(_ number: Trial.Number, _ outcome: Outcome) {
        guard let ladder else { return }
        let trial = self[number]
        let rung = ladder.rung(of: trial.suggestion.resource ?? ladder.maximum)
        switch outcome {
        case .succeeded: passed(trial, rung)
        case .failed, .metricsUnavailable: milestones.append(Milestone(trial: number, rung: rung, losses: nil))
        case .earlyStopped, .killed: break
        }
    }

    private mutating func passed(_ trial: Trial, _ rung: Int) {
        milestones.append(
            Milestone(
                trial: trial.number, rung: rung, losses: trial.losses(of: objective),
                violation: trial.violations(of: objective)?.reduce(0, +) ?? .infinity))
    }

    // MARK: The front

    /// Takes in what a trial has come to, and how that changes the front.
    private mutating func stand(_ number: Trial.Number) {
        let trial = self[number]
        let counts = trial.isPaused || trial.outcome == .succeeded
        let standing = counts && trial.isFeasible(for: objective) ? trial.losses(of: objective) : nil
        let had = trial.standing
        trials[number - 1].standing = standing
        if had != nil, frontNumbers.contains(number) {
            // Others may have been left out because of what it was.
            paretoFront = ParetoFront()
            for other in trials { admit(other) }
        } else {
            admit(self[number])
        }
    }

    private mutating func admit(_ trial: Trial) {
        if let losses = trial.standing { paretoFront.insert(trial.number, at: losses) }
    }

    // MARK: The budget

    /// Units of resource used so far, running trials included as far as they have reported.
    public var resourceUsed: Int {
        runningNumbers.reduce(resourceOfPast) { sum, number in
            sum + self[number].resourceUsed(reporting: objective.metric) - self[number].earlierResource
        }
    }

    /// Whether something is left of `maxResource` when all that runs uses what it may.
    private var hasResourceLeft: Bool {
        guard let maximum = experiment.budget.maxResource else { return true }
        let promised = runningNumbers.reduce(0) { sum, number in
            sum + (self[number].suggestion.resource ?? 0) - self[number].earlierResource
        }
        return resourceOfPast + promised < maximum
    }

    /// When `maxRunTime` ends; nil where there is none.
    public var deadline: Date? { experiment.budget.maxRunTime.map { openedAt.addingTimeInterval($0.seconds) } }

    /// Why the study is over by its budget at `time`, if it is. Checked in Katib's order (goal, failures, trials), then
    /// what Katib lacks: run time, resource, and that nothing more is to be had.
    public func dueFinish(at time: Date) -> Finish? {
        let budget = experiment.budget
        if frontNumbers.contains(where: { self[$0].reachesGoals(of: objective) }) { return .goalReached }
        let failed = counts.failed + counts.metricsUnavailable
        if let limit = budget.maxFailedTrials, failed > 0, failed >= limit {
            return .failed(
                "max failed count has reached: \(failed) trials failed or brought no metrics, maxFailedTrialCount is \(limit)"
            )
        }
        if let limit = budget.maxTrials, counts.ended >= limit { return .maxTrialsReached }
        if let deadline, time >= deadline { return .maxRunTimeReached }
        if counts.running == 0, !hasResourceLeft { return .maxResourceReached }
        if let plateau = budget.stopWhen.plateau, hasReached(plateau) { return .plateauReached }
        if let limit = budget.stopWhen.expectedImprovement, hasReached(limit) { return .expectedImprovementReached }
        return nil
    }

    /// Whether one more trial could be carried out now, a new one or one that goes on.
    public var hasFreeSlot: Bool {
        status == .running && counts.running < experiment.budget.parallelTrials && hasResourceLeft
    }

    /// Whether `maxTrials` lets another trial begin.
    public var mayStartTrial: Bool { counts.total < experiment.budget.maxTrials ?? .max }

    /// Whether the algorithm is to be asked for something now.
    public var wantsProposal: Bool { hasFreeSlot && (mayStartTrial || counts.paused > 0) }
}

extension Study {
    /// Whether a trial that has completed the level it was given, with all its values, rests there rather than ends.
    public func rests(_ trial: Trial) -> Bool {
        guard let ladder, let level = trial.suggestion.resource else { return false }
        return ladder.rests(at: level) && trial.hasValues(of: objective)
    }

    /// Whether a running trial is to be told to rest, as it has reported all of its level and no parameter told it where
    /// to end.
    public func isDueToRest(_ trial: Trial) -> Bool {
        guard let ladder, ladder.parameter == nil, let level = trial.suggestion.resource else { return false }
        return rests(trial) && trial.resourceUsed(reporting: objective.metric) >= level
    }
}

/// That a trial reached a rung of the ladder.
public struct Milestone: Sendable, Hashable {
    public var trial: Trial.Number
    /// By position in the ladder's levels.
    public var rung: Int
    /// What it had reached by then, by target; nil where it failed on the way, or had brought no value.
    public var losses: [Double]?
    /// By how much it then broke the constraints, all together; infinite where that is not known, 0 where it kept them.
    public var violation: Double

    public init(trial: Trial.Number, rung: Int, losses: [Double]?, violation: Double = 0) {
        self.trial = trial
        self.rung = rung
        self.losses = losses
        self.violation = violation
    }
}

extension Study: CustomStringConvertible {
    /// A few lines for a person: state, counts, the best trial.
    public var description: String {
        let state =
            switch status {
            case .running: "running"
            case .stopped: "stopped"
            case .finished(let finish): finish.reason
            }
        let resting = counts.paused > 0 ? ", \(counts.paused) paused" : ""
        var lines = [
            "\(experiment.name): \(state), \(counts.ended) trials ended, \(counts.succeeded) succeeded\(resting)"
        ]
        if let best, let value = best.reported(of: objective) {
            lines.append("best \(objective.metric) = \(value) in trial \(best.number): \(best.assignment)")
        }
        if objective.hasSeveralTargets { lines += front.map { "on the front: \(line(of: $0))" } }
        if counts.succeeded == 0, let reason = trials.last(where: { $0.outcome?.reason != nil })?.outcome?.reason {
            lines.append("no trial succeeded; the last one: \(reason)")
        }
        return lines.joined(separator: "\n")
    }

    private func line(of trial: Trial) -> String {
        let values = objective.targets.map { target in
            "\(target.metric) = \(trial.value(of: target.metric, for: objective)?.text ?? "?")"
        }
        return "\(values.joined(separator: ", ")) in trial \(trial.number): \(trial.assignment)"
    }
}
