import Foundation

/// Drives one study, and is its only writer.
///
/// A turn decides, appends, applies, and then acts: what a turn decided is in the study before anything else can look,
/// and nothing outside happens before it is durable.
public actor Tuner {
    public let experiment: Experiment
    private let store: any TrialStore
    private let clock: TunerClock
    private let stoppingRule: (any EarlyStopping)?
    private var suggester: any Suggester
    private var opened: Opened?
    /// Trials whose runner was told to stop, with the outcome they will end in.
    private var stopping: [Trial.Number: Outcome] = [:]
    private var listeners: [AsyncStream<Event>.Continuation] = []

    private struct Opened {
        var study: Study
        let claim: Claim
    }

    /// - Parameters:
    ///   - experiment: created in the store when the tuner opens, unless one of its name is there: then that goes on.
    ///   - suggester: a fresh one; it learns the past from the study.
    public init(
        _ experiment: Experiment, suggester: any Suggester, stoppingRule: (any EarlyStopping)? = nil,
        store: any TrialStore = MemoryStore(), clock: TunerClock = .system
    ) {
        self.experiment = experiment
        self.suggester = suggester
        self.stoppingRule = stoppingRule
        self.store = store
        self.clock = clock
    }

    /// The study so far; empty before the tuner has opened.
    public var study: Study { opened?.study ?? Study(experiment, createdAt: clock.now()) }

    /// The right to write the study; nil while the tuner is not open.
    public var claim: Claim? { opened?.claim }

    /// Every event applied from now on, after it is durable. Ends when the tuner closes.
    public func events() -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
        listeners.append(continuation)
        return stream
    }

    /// Claims the study and reads what the store has of it. Done by every other call where it was not done yet.
    ///
    /// - Throws: `HeldElsewhere`; `AttuneError` when a different experiment of that name is stored.
    public func open() async throws {
        guard opened == nil else { return }
        if try await store.load(experiment.id) == nil { try await store.create(experiment, at: clock.now()) }
        let claim = try await store.claim(experiment.id, at: clock.now())
        do {
            guard let stored = try await store.load(experiment.id) else { throw Fenced(experiment: experiment.id) }
            guard stored.experiment.isSameQuestion(as: experiment) else {
                throw AttuneError("a different experiment named \(experiment.name) is stored already; choose another name or delete it")
            }
            opened = Opened(study: try stored.study(), claim: claim)
        } catch {
            try await store.release(claim)
            throw error
        }
    }

    /// Gives the study up, so that another may drive it. Running trials go on.
    public func close() async throws {
        for listener in listeners { listener.finish() }
        listeners = []
        guard let claim = opened?.claim else { return }
        opened = nil
        try await store.release(claim)
    }

    // MARK: Driving trials through a runner

    /// Carries trials out until the experiment is over, and gives the study.
    ///
    /// Trials that an earlier run left running are adopted. Cancelling lets go of running trials and leaves the study
    /// resumable.
    ///
    /// - Throws: what the suggester, the store or the runner throws; trials are then let go.
    public func run(with runner: some TrialRunner) async throws -> Study {
        try await open()
        do {
            try await drive(with: runner)
        } catch {
            // The claim must not outlive a run that failed; the failure is what the caller needs to hear of.
            do { try await close() } catch { throw error }
            throw error
        }
        let result = study
        try await close()
        return result
    }

    private func drive(with runner: some TrialRunner) async throws {
        try await withThrowingTaskGroup(of: Step.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await self.watchRunTime(runner) }
            var following = 0
            func follow(_ trials: [Trial]) {
                following += trials.count
                for trial in trials { group.addTask { try await self.follow(trial, with: runner) } }
            }
            follow(study.running)
            follow(try await commit(applied: decide()))
            while following > 0, case let step? = try await group.next() {
                guard case .trialEnded(let next) = step else { continue }
                following -= 1
                follow(next)
            }
        }
    }

    private enum Step: Sendable {
        /// A trial is over, and these are to start.
        case trialEnded([Trial])
        case watchEnded
    }

    private func watchRunTime(_ runner: some TrialRunner) async throws -> Step {
        guard let limit = study.experiment.budget.maxRunTime, study.status == .running else { return .watchEnded }
        do {
            try await clock.sleep(until: study.openedAt.addingTimeInterval(limit.seconds))
        } catch is CancellationError {
            return .watchEnded
        }
        guard study.status == .running else { return .watchEnded }
        try await commit([.finished(.maxRunTimeReached, at: clock.now())])
        try await stopRunning(runner, because: Finish.maxRunTimeReached.message)
        return .watchEnded
    }

    private func follow(_ trial: Trial, with runner: some TrialRunner) async throws -> Step {
        let end = try await runner.run(trial) { observations in
            if try await self.observe(trial.number, observations) == .stop { try await runner.stop(trial) }
        }
        if case .lost(let reason) = end.kind, study[trial.number].attempt <= experiment.retries, stopping[trial.number] == nil {
            try await commit([.lost(trial.number, reason: reason, at: clock.now())])
            return try await follow(study[trial.number], with: runner)
        }
        let wasOver = study.status != .running
        let started = try await finish(trial.number, end)
        if !wasOver, study.status != .running { try await stopRunning(runner, because: overMessage) }
        return .trialEnded(started)
    }

    private var overMessage: String {
        if case .finished(let finish) = study.status { finish.message } else { "the experiment was stopped" }
    }

    /// Ends what is still running when the experiment is over.
    private func stopRunning(_ runner: some TrialRunner, because reason: String) async throws {
        for trial in study.running {
            if stopping[trial.number] == nil { stopping[trial.number] = .killed(reason) }
            try await runner.stop(trial)
        }
    }

    /// Stops the experiment and its running trials; a run under way then ends. It can be resumed.
    public func halt(_ runner: some TrialRunner) async throws {
        try await open()
        if study.status == .running { try await commit([.stopped(at: clock.now())]) }
        try await stopRunning(runner, because: "the experiment was stopped")
    }

    /// Changes the budget, and opens a stopped or finished study again.
    public func edit(budget: Budget) async throws {
        try await open()
        try await commit([.budgetEdited(budget, at: clock.now())])
    }

    // MARK: Trials that the caller carries out

    /// The next trial to try, started and durable; nil when the experiment is over, or nothing can start before a running
    /// trial is told.
    public func ask() async throws -> Trial? {
        try await open()
        if study.status == .running, study.counts.running >= study.experiment.budget.parallelTrials { return nil }
        return try await commit(applied: decide(atMost: 1)).first
    }

    /// Records intermediate values of a running trial, and says whether it is worth going on.
    ///
    /// A trial judged hopeless is to be ended with `tell(_:_:)` or `.stopped`; it then counts as early stopped.
    public func report(_ trial: Trial, _ values: [String: Double], step: Int) async throws -> Verdict {
        try await observe(trial.number, observations(of: values, step: step))
    }

    /// Ends a trial with the value of the objective.
    public func tell(_ trial: Trial, _ value: Double) async throws {
        try await tell(trial, [study.objective.metric: value])
    }

    /// Ends a trial with values of the objective and additional metrics.
    public func tell(_ trial: Trial, _ values: [String: Double]) async throws {
        let step = study[trial.number].observations.last.map { $0.step + 1 } ?? 0
        try await end(trial, WorkEnd(.completed, observations: observations(of: values, step: step)))
    }

    /// Ends a trial otherwise: failed, lost, stopped.
    public func end(_ trial: Trial, _ end: WorkEnd) async throws {
        try await open()
        guard study.trials.indices.contains(trial.number - 1), study[trial.number].isRunning else {
            throw AttuneError("trial \(trial.number) of \(experiment.name) is not running")
        }
        try await commit(applied: ending(trial.number, end) + decide(atMost: 0))
    }

    private func observations(of values: [String: Double], step: Int) -> [Observation] {
        values.sorted { $0.key < $1.key }.map { Observation(metric: $0.key, value: $0.value, step: step, time: clock.now()) }
    }

    // MARK: Turns

    private func observe(_ number: Trial.Number, _ observations: [Observation]) async throws -> Verdict {
        try await commit([.observed(number, observations)])
        guard let stoppingRule, stopping[number] == nil, study[number].isRunning,
            stoppingRule.verdict(on: study[number], in: study) == .stop
        else { return .proceed }
        stopping[number] = .earlyStopped
        return .stop
    }

    /// Ends the trial and decides what starts in its place, all in one turn.
    private func finish(_ number: Trial.Number, _ end: WorkEnd) async throws -> [Trial] {
        try await commit(applied: ending(number, end) + decide())
    }

    private func ending(_ number: Trial.Number, _ end: WorkEnd) throws -> [Event] {
        let observed: [Event] = end.observations.isEmpty ? [] : [.observed(number, end.observations)]
        try apply(observed)
        let ended = Event.ended(number, outcome(of: study[number], end), at: clock.now())
        stopping[number] = nil
        try apply([ended])
        return observed + [ended]
    }

    private func outcome(of trial: Trial, _ end: WorkEnd) -> Outcome {
        let hasValue = trial.value(of: study.objective) != nil
        switch end.kind {
        case .completed where hasValue: return .succeeded
        case .completed: return .metricsUnavailable(missingMetricReason(of: trial, end))
        case .failed(let reason), .lost(let reason): return stopping[trial.number] ?? .failed(reason)
        case .stopped: return stopping[trial.number] ?? .killed("stopped")
        }
    }

    private func missingMetricReason(of trial: Trial, _ end: WorkEnd) -> String {
        let metric = study.objective.metric
        let found = trial.metrics[metric] == nil ? "never reported" : "never reported a finite value of"
        let others = trial.metrics.keys.filter { $0 != metric }.sorted()
        let hint = others.isEmpty ? "" : " (reported: \(others.joined(separator: ", ")))"
        let output = end.lastOutput.isEmpty ? "it printed nothing" : "its last lines were:\n\(end.lastOutput)"
        return "\(found) \(metric)\(hint); \(output)"
    }

    /// What is to happen now: the end of the experiment, or as many trials as the budget allows.
    ///
    /// Each start is applied before the next is proposed, as the log will replay them.
    private func decide(atMost limit: Int = .max) throws -> [Event] {
        let first = study.nextNumber
        var events: [Event] = []
        func add(_ event: Event) throws {
            try apply([event])
            events.append(event)
        }
        if study.status == .running, let finish = study.dueFinish { try add(.finished(finish, at: clock.now())) }
        while study.wantsTrial, study.nextNumber - first < limit {
            switch try suggester.proposal(for: study) {
            case .run(let suggestion): try add(.started(study.nextNumber, suggestion, at: clock.now()))
            case .wait where study.counts.running > 0: return events
            case .wait: throw AttuneError("\(experiment.algorithm.name) waits although no trial is running")
            case .exhausted:
                if study.counts.running == 0 { try add(.finished(.spaceExhausted, at: clock.now())) }
                return events
            }
        }
        return events
    }

    private func apply(_ events: [Event]) throws {
        for event in events { try opened?.study.apply(event) }
    }

    @discardableResult
    private func commit(_ events: [Event]) async throws -> [Trial] {
        try apply(events)
        return try await commit(applied: events)
    }

    /// Makes events that the study has already taken in durable, and gives the trials they start.
    @discardableResult
    private func commit(applied events: [Event]) async throws -> [Trial] {
        guard let claim = opened?.claim else { throw Fenced(experiment: experiment.id) }
        guard !events.isEmpty else { return [] }
        try await store.append(events, under: claim).wait()
        for listener in listeners { for event in events { listener.yield(event) } }
        return events.compactMap { if case .started(let number, _, _) = $0 { study[number] } else { nil } }
    }
}
