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
    public let createdAt: Date
    public private(set) var counts = Counts()
    public private(set) var bestNumber: Trial.Number?
    /// Every assignment that was proposed.
    public private(set) var tried: Set<Assignment> = []
    /// What other experiments found, as it was when this one was created, in the order of `experiment.warmStart`. None
    /// is a trial of this study.
    public private(set) var priorTrials: [PriorTrial] = []
    /// The experiments that prior trials were taken from, those that had none among them.
    public private(set) var sources: Set<Experiment.ID> = []
    private var runningNumbers: Set<Trial.Number> = []

    /// How many trials are in each state.
    public struct Counts: Sendable, Hashable {
        public var running = 0, succeeded = 0, failed = 0, killed = 0, earlyStopped = 0, metricsUnavailable = 0
        public var ended: Int { succeeded + failed + killed + earlyStopped + metricsUnavailable }
        public var total: Int { running + ended }

        public init() {}
    }

    public init(_ experiment: Experiment, createdAt: Date) {
        self.experiment = experiment
        self.createdAt = createdAt
        openedAt = createdAt
    }

    public var objective: Objective { experiment.objective }
    public subscript(number: Trial.Number) -> Trial { trials[number - 1] }
    /// The succeeded trial with the best objective, the earliest to end among equals. A stopped trial is never best.
    public var best: Trial? { bestNumber.map { self[$0] } }
    public var running: [Trial] { runningNumbers.sorted().map { self[$0] } }
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
            for observation in observations { trials[number - 1].observe(observation) }
        case .lost(let number, _, _):
            try requireRunning(number)
            trials[number - 1].startAgain()
        case .ended(let number, let outcome, let time):
            try requireRunning(number)
            end(number, outcome, at: time)
        case .budgetEdited(let budget, let time):
            experiment.budget = budget
            openedAt = time
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
        runningNumbers.insert(number)
        tried.insert(suggestion.assignment)
        counts.running += 1
    }

    private mutating func end(_ number: Trial.Number, _ outcome: Outcome, at time: Date) {
        trials[number - 1].outcome = outcome
        trials[number - 1].endTime = time
        runningNumbers.remove(number)
        ended.append(number)
        counts.running -= 1
        switch outcome {
        case .succeeded:
            counts.succeeded += 1
            considerBest(number)
        case .earlyStopped: counts.earlyStopped += 1
        case .failed: counts.failed += 1
        case .killed: counts.killed += 1
        case .metricsUnavailable: counts.metricsUnavailable += 1
        }
    }

    private mutating func considerBest(_ number: Trial.Number) {
        guard let value = self[number].value(of: objective) else { return }
        guard let best = best?.value(of: objective), !objective.prefers(value, to: best) else {
            bestNumber = number
            return
        }
    }

    /// When `maxRunTime` ends; nil where there is none.
    public var deadline: Date? { experiment.budget.maxRunTime.map { openedAt.addingTimeInterval($0.seconds) } }

    /// Why the study is over by its budget at `time`, if it is. Checked in Katib's order (goal, failures, trials), then
    /// the run time, which Katib lacks.
    public func dueFinish(at time: Date) -> Finish? {
        let budget = experiment.budget
        if let value = best?.value(of: objective), objective.reachesGoal(value) { return .goalReached }
        let failed = counts.failed + counts.metricsUnavailable
        if let limit = budget.maxFailedTrials, failed > 0, failed >= limit {
            return .failed(
                "max failed count has reached: \(failed) trials failed or brought no metrics, maxFailedTrialCount is \(limit)"
            )
        }
        if let limit = budget.maxTrials, counts.ended >= limit { return .maxTrialsReached }
        if let deadline, time >= deadline { return .maxRunTimeReached }
        return nil
    }

    /// Whether one more trial may start now.
    public var wantsTrial: Bool {
        status == .running && counts.running < experiment.budget.parallelTrials
            && counts.total < experiment.budget.maxTrials ?? .max
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
        var lines = ["\(experiment.name): \(state), \(counts.ended) trials ended, \(counts.succeeded) succeeded"]
        if let best, let value = best.value(of: objective) {
            lines.append("best \(objective.metric) = \(value.text) in trial \(best.number): \(best.assignment)")
        }
        if counts.succeeded == 0, let reason = trials.last(where: { $0.outcome?.reason != nil })?.outcome?.reason {
            lines.append("no trial succeeded; the last one: \(reason)")
        }
        return lines.joined(separator: "\n")
    }
}
