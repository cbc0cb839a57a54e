import Foundation

/// Drives one study, and is its only writer.
///
/// A turn decides, appends, applies, and then acts: what a turn decided is in the study before anything else can look,
/// and nothing outside happens before it is durable.
public actor Tuner {
    public nonisolated let experiment: Experiment
    private let store: any TrialStore
    private let clock: TunerClock
    /// As they were given, having seen nothing: every opening begins with them.
    private let freshSuggester: any Suggester
    private let freshRule: (any EarlyStopping)?
    private var suggester: any Suggester
    private var stoppingRule: (any EarlyStopping)?
    private var opened: Opened?
    private var opening: Task<Void, any Error>?
    private var isDriving = false
    /// Why nothing more is taken: an event in the study may be missing in the store.
    private var failure: (any Error)?
    /// Events that the turn under way has applied and not yet appended.
    private var applied: [Event] = []
    /// Trials whose runner was told to stop, and what will become of them.
    private var stopping: [Trial.Number: Fate] = [:]
    private var journal = Journal()
    /// Wakes the run under way when there may be room for more trials.
    private var reviews: AsyncStream<Void>.Continuation?

    private enum Fate: Equatable {
        case end(Outcome)
        case rest

        /// Nil where the trial goes on.
        init?(_ verdict: Verdict) {
            switch verdict {
            case .proceed: return nil
            case .pause: self = .rest
            case .stop: self = .end(.earlyStopped)
            case .finish: self = .end(.succeeded)
            }
        }

        var verdict: Verdict {
            switch self {
            case .rest: .pause
            case .end(.succeeded): .finish
            case .end: .stop
            }
        }
    }

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
        self.freshSuggester = suggester
        self.suggester = suggester
        self.freshRule = stoppingRule
        self.stoppingRule = stoppingRule
        self.store = store
        self.clock = clock
    }

    /// The study so far; empty before the tuner has opened.
    public var study: Study { opened?.study ?? Study(experiment, createdAt: clock.now()) }

    /// Whether a write has failed, so that nothing more is taken before the tuner is closed and opened again.
    public var isBroken: Bool { failure != nil }

    /// The right to write the study; nil while the tuner is not open.
    public var claim: Claim? { opened?.claim }

    /// Every event applied from now on, in order, after it is durable. Ends when the tuner closes.
    public func events() -> AsyncStream<Event> { journal.stream() }

    /// Claims the study and reads what the store has of it. Done by every other call where it was not done yet.
    ///
    /// - Throws: `HeldElsewhere`; `AttuneError` when a different experiment of that name is stored.
    public func open() async throws {
        guard opened == nil else { return }
        let task = opening ?? Task { try await claimAndRead() }
        opening = task
        defer { if opening == task { opening = nil } }
        try await task.value
    }

    private func claimAndRead() async throws {
        let imports = try await createWhereMissing()
        let claim = try await store.claim(experiment.id, at: clock.now())
        do {
            guard let stored = try await store.load(experiment.id) else { throw Fenced(experiment: experiment.id) }
            guard stored.experiment.isSameQuestion(as: experiment) else {
                throw AttuneError(
                    "a different experiment named \(experiment.name) is stored already; choose another name or delete it"
                )
            }
            opened = Opened(study: try stored.study(), claim: claim)
            suggester = freshSuggester
            stoppingRule = freshRule
            try await take(imports)
            // The same question with another budget: the caller edits it, as a script does that is run again with more trials.
            if study.experiment.budget != experiment.budget {
                try await turn { try apply(.budgetEdited(experiment.budget, at: clock.now())) }
            }
        } catch let refusal {
            try await store.release(claim)
            throw refusal
        }
    }

    /// Creates the experiment unless it is stored.
    ///
    /// - Returns: the imports that it still lacks. One that cannot be had is refused before anything is stored.
    private func createWhereMissing() async throws -> [Event] {
        let stored = try await store.load(experiment.id)
        let study = experiment.warmStart.isEmpty ? nil : try stored?.study()
        let imports = try await store.imports(for: experiment, into: study, at: clock.now())
        if stored == nil { try await store.create(experiment, at: clock.now()) }
        return imports
    }

    /// Begins the study with imports, all in one commit, unless another process has done so meanwhile.
    private func take(_ imports: [Event]) async throws {
        guard study.trials.isEmpty, study.sources.isEmpty, !imports.isEmpty else { return }
        try await turn { for event in imports { try apply(event) } }
    }

    /// Gives the study up, so that another may drive it. Running trials go on.
    ///
    /// Also the way on after a write has failed: the next opening reads what the store has kept.
    public func close() async throws {
        journal.end()
        failure = nil
        stopping = [:]
        guard let claim = opened?.claim else { return }
        opened = nil
        // A task of its own: one that was cancelled must give its claim back too.
        try await Task { [store] in try await store.release(claim) }.value
    }

    // MARK: Driving trials through a runner

    /// Carries trials out until the experiment is over, and gives the study.
    ///
    /// Trials that an earlier run left running are adopted. Cancelling lets go of running trials and leaves the study
    /// resumable.
    ///
    /// - Throws: what the suggester, the store or the runner throws, `CancellationError`; trials are then let go.
    public func run(with runner: some TrialRunner) async throws -> Study {
        guard !isDriving else { throw AttuneError("\(experiment.name) is being run by this tuner already") }
        isDriving = true
        defer { isDriving = false }
        try await open()
        do {
            try await drive(with: runner)
        } catch let failure {
            // The claim must not outlive a run that failed; what failed first is what the caller needs to hear of.
            do { try await close() } catch { throw failure }
            throw failure
        }
        let result = study
        try await close()
        return result
    }

    private func drive(with runner: some TrialRunner) async throws {
        try await withThrowingTaskGroup(of: Step.self) { group in
            defer { group.cancelAll() }
            var following = 0
            func follow(_ trials: [Trial]) {
                following += trials.count
                for trial in trials {
                    group.addTask { .trialEnded(starting: try await self.follow(trial, with: runner)) }
                }
            }
            follow(try await resume(runner))
            group.addTask {
                try await self.watchRunTime(runner)
                return .watchEnded
            }
            let (edits, reviews) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            self.reviews = reviews
            defer { self.reviews = nil }
            func review() { group.addTask { .reviewed(starting: try await self.review(after: edits, runner)) } }
            review()
            while following > 0, let step = try await group.next() {
                switch step {
                case .trialEnded(let next):
                    following -= 1
                    follow(next)
                case .reviewed(let next):
                    follow(next)
                    if !Task.isCancelled { review() }
                case .watchEnded: break
                }
            }
        }
        // The last trial may have ended just as the caller let go, with nothing started in its place.
        if study.status == .running { try Task.checkCancellation() }
    }

    private enum Step: Sendable {
        case trialEnded(starting: [Trial])
        case reviewed(starting: [Trial])
        case watchEnded
    }

    /// The trials to follow: those that an earlier run left, and the first new ones.
    ///
    /// That run may have ended between a decision to stop a trial and the stopping, so the decision is made again.
    private func resume(_ runner: some TrialRunner) async throws -> [Trial] {
        let adopted = study.running
        var isOver = false
        let started = try await turn { isOver = try decide() }
        for trial in adopted where judge(trial.number) != .proceed { try await runner.stop(trial) }
        if isOver { try await stopRunning(runner) }
        return adopted + started
    }

    /// Waits until the budget is edited, and gives the trials that it lets start.
    private func review(after edits: AsyncStream<Void>, _ runner: some TrialRunner) async throws -> [Trial] {
        var edit = edits.makeAsyncIterator()
        guard await edit.next() != nil else { return [] }
        var isOver = false
        let started = try await turn { isOver = try decide() }
        if isOver { try await stopRunning(runner) }
        return started
    }

    private func watchRunTime(_ runner: some TrialRunner) async throws {
        while study.status == .running, let deadline = study.deadline {
            do {
                try await clock.sleep(until: deadline)
            } catch is CancellationError {
                return
            }
            var isOver = false
            try await turn { isOver = try decide(atMost: 0) }
            if isOver { try await stopRunning(runner) }
        }
    }

    /// Follows a trial through all its attempts, and gives the trials that its end lets start.
    private func follow(_ trial: Trial, with runner: some TrialRunner) async throws -> [Trial] {
        let end = try await runner.run(trial) { observations in
            if try await self.observe(trial.number, observations) != .proceed { try await runner.stop(trial) }
        }
        if case .lost(let reason) = end.kind, trial.losses < experiment.retries, stopping[trial.number] == nil {
            try await turn { try apply(.lost(trial.number, reason: reason, at: clock.now())) }
            return try await follow(study[trial.number], with: runner)
        }
        var isOver = false
        let started = try await turn {
            try applyEnd(of: trial.number, end)
            isOver = try decide(atMost: Task.isCancelled ? 0 : .max)
        }
        if isOver { try await stopRunning(runner) }
        return started
    }

    /// Tells what is still running to stop, once, as the experiment is over.
    private func stopRunning(_ runner: some TrialRunner) async throws {
        for trial in study.running where stopping[trial.number] == nil {
            stopping[trial.number] = .end(.killed(overMessage))
            try await runner.stop(trial)
        }
    }

    private var overMessage: String {
        if case .finished(let finish) = study.status { finish.message } else { "the experiment was stopped" }
    }

    /// Stops the experiment and its running trials; a run under way then ends. It can be resumed.
    public func halt(_ runner: some TrialRunner) async throws {
        try await open()
        try await turn { if study.status == .running { try apply(.stopped(at: clock.now())) } }
        try await stopRunning(runner)
    }

    /// Changes the budget, and opens a stopped or finished study again. A run under way heeds it at once.
    public func edit(budget: Budget) async throws {
        try await open()
        try await turn { try reopen(budget) }
        reviews?.yield()
    }

    // MARK: Trials that the caller carries out

    /// The next trial to try, started and durable; nil when the experiment is over, or nothing can start before a running
    /// trial is told.
    ///
    /// It may be one that rested and goes on: `trial.suggestion.resource` says up to where.
    public func ask() async throws -> Trial? {
        try await open()
        return try await turn { try decide(atMost: 1) }.first
    }

    /// Records intermediate values of a running trial, and says whether it is worth going on.
    ///
    /// A trial judged hopeless is to be ended with `tell(_:_:)` or `.stopped`; it then counts as early stopped. So is one
    /// that is to pause; it then rests, and may be given again by `ask()`. One that is to finish then counts as succeeded.
    public func report(_ trial: Trial, _ values: [String: Double], step: Int) async throws -> Verdict {
        try await open()
        return try await observe(trial.number, Observation.all(values, step: step, at: clock.now()))
    }

    /// Ends a trial with the value of the objective.
    public func tell(_ trial: Trial, _ value: Double) async throws {
        try await tell(trial, [study.objective.metric: value])
    }

    /// Ends a trial with values of the objective and additional metrics.
    public func tell(_ trial: Trial, _ values: [String: Double]) async throws {
        try await open()
        let current = study.running.first { $0.number == trial.number } ?? trial
        try await end(trial, current.completed(with: values, at: clock.now()))
    }

    /// Ends a trial otherwise: failed, lost, stopped.
    ///
    /// - Throws: `AttuneError` when the trial is not running.
    public func end(_ trial: Trial, _ end: WorkEnd) async throws {
        try await open()
        try await turn {
            guard study.running.contains(where: { $0.name == trial.name }) else {
                throw AttuneError("trial \(trial.number) of \(experiment.name) is not running")
            }
            try finish(trial.number, end)
        }
    }

    // MARK: Turns

    /// Does one turn: what `decide` applies is in the study and on its way to the store before anything else can look.
    ///
    /// What it had applied before it threw is appended too, so that the log never lacks an event that the study has.
    ///
    /// - Returns: the trials it started, when all is durable.
    @discardableResult
    private func turn(_ decide: () throws -> Void) async throws -> [Trial] {
        var started: [Trial] = []
        try await turn(keeping: nil) {
            try decide()
            started = begun
        }
        return started
    }

    /// Does several things in one turn, by the methods below.
    ///
    /// - Parameter body: gives the value, and the receipt that is to be kept with what was changed. It is not kept where
    ///   nothing was.
    /// - Returns: the value, when all is durable.
    public func turn<Value: Sendable>(
        _ body: @Sendable (isolated Tuner) throws -> (value: Value, receipt: Receipt?)
    ) async throws -> Value {
        try await open()
        var value: Value?
        var receipt: Receipt?
        try await turn(keeping: { receipt }) { (value, receipt) = try body(self) }
        guard let value else { preconditionFailure("a turn that did not throw has a value") }
        return value
    }

    private func turn(keeping receipt: (() -> Receipt?)?, _ decide: () throws -> Void) async throws {
        if let failure { throw failure }
        guard let claim = opened?.claim else { throw AttuneError("\(experiment.name) was closed") }
        let decision = Result { try decide() }
        let events = applied
        applied = []
        if !events.isEmpty { try await keep(events, receipt?(), under: claim) }
        try decision.get()
    }

    /// The trials that the turn under way has begun, or sent on, as they stand now.
    private var begun: [Trial] {
        applied.compactMap { event in
            switch event {
            case .started(let number, _, _), .resumed(let number, _, _, _), .lost(let number, _, _): study[number]
            default: nil
            }
        }
    }

    private func keep(_ events: [Event], _ receipt: Receipt?, under claim: Claim) async throws {
        let entry = journal.enter(events)
        do {
            try await store.append(events, receipt: receipt, under: claim).wait()
        } catch {
            failure = failure ?? error
            throw error
        }
        if failure == nil { journal.publish(through: entry) }
    }

    // MARK: Within a turn

    /// Whether the turn under way has changed anything.
    public var hasChanged: Bool { !applied.isEmpty }

    /// Begins as many trials as the budget allows, `limit` at most.
    public func begin(atMost limit: Int) throws -> [Trial] {
        let earlier = begun.count
        try decide(atMost: limit)
        return Array(begun.dropFirst(earlier))
    }

    /// Takes in what a running trial reports, and says whether it is worth going on.
    public func take(_ number: Trial.Number, _ observations: [Observation]) throws -> Verdict {
        try apply(.observed(number, observations))
        return judge(number)
    }

    /// Whether a running trial is to go on: as it was told last, or as the experiment's end has it.
    public func standing(of number: Trial.Number) -> Verdict {
        if study.status != .running, stopping[number] == nil { stopping[number] = .end(.killed(overMessage)) }
        return stopping[number]?.verdict ?? .proceed
    }

    /// Whether a running trial that the infrastructure loses is worth another attempt.
    public func mayTryAgain(_ number: Trial.Number) -> Bool {
        standing(of: number) == .proceed && study[number].losses < experiment.retries
    }

    /// Ends the work on a running trial.
    ///
    /// - Throws: `AttuneError` when it is not running.
    public func finish(_ number: Trial.Number, _ end: WorkEnd) throws {
        try applyEnd(of: number, end)
        try decide(atMost: 0)
    }

    /// Begins a running trial's attempt again, which the infrastructure lost.
    public func lose(_ number: Trial.Number, _ reason: String) throws {
        try apply(.lost(number, reason: reason, at: clock.now()))
    }

    /// Takes a trial in that was carried out elsewhere.
    public func add(_ suggestion: Suggestion, _ observations: [Observation], _ end: WorkEnd.Kind) throws -> Trial.Number
    {
        let number = study.nextNumber
        try apply(.started(number, suggestion, at: clock.now()))
        try applyEnd(of: number, WorkEnd(end, observations: observations))
        try decide(atMost: 0)
        return number
    }

    /// Stops the experiment: nothing more begins, and what runs is told to stop when it next reports.
    public func suspend() throws {
        guard study.status == .running else { return }
        try apply(.stopped(at: clock.now()))
        for trial in study.running { _ = standing(of: trial.number) }
    }

    /// Changes the budget, and opens a stopped or finished study again.
    public func reopen(_ budget: Budget) throws {
        try apply(.budgetEdited(budget, at: clock.now()))
    }

    private func apply(_ event: Event) throws {
        try opened?.study.apply(event)
        applied.append(event)
    }

    private func observe(_ number: Trial.Number, _ observations: [Observation]) async throws -> Verdict {
        var verdict = Verdict.proceed
        try await turn { verdict = try take(number, observations) }
        return verdict
    }

    /// Whether a running trial is to stop or to rest: it was told to already, its level is reached, or the rule says so
    /// now.
    private func judge(_ number: Trial.Number) -> Verdict {
        let told = standing(of: number)
        guard told == .proceed else { return told }
        let verdict = verdict(on: study[number])
        stopping[number] = Fate(verdict)
        return verdict
    }

    private func verdict(on trial: Trial) -> Verdict {
        guard !trial.observations.isEmpty else { return .proceed }
        if let verdict = stoppingRule?.verdict(on: trial, in: study), verdict != .proceed { return verdict }
        return study.isDueToRest(trial) ? .pause : .proceed
    }

    private func applyEnd(of number: Trial.Number, _ end: WorkEnd) throws {
        if !end.observations.isEmpty { try apply(.observed(number, end.observations)) }
        let trial = study[number]
        if rests(trial, after: end) {
            try apply(.paused(number, at: clock.now()))
        } else {
            try apply(.ended(number, outcome(of: trial, end), at: clock.now()))
        }
        stopping[number] = nil
    }

    /// Whether it has come to the level it was given, below the ladder's top.
    private func rests(_ trial: Trial, after end: WorkEnd) -> Bool {
        guard study.rests(trial) else { return false }
        return switch end.kind {
        case .completed: stopping[trial.number] != .end(.earlyStopped)
        case .stopped: stopping[trial.number] == .rest
        case .failed, .lost: false
        }
    }

    private func outcome(of trial: Trial, _ end: WorkEnd) -> Outcome {
        let hasValue = trial.hasValues(of: study.objective)
        var told: Outcome? = if case .end(let outcome)? = stopping[trial.number] { outcome } else { nil }
        // What it reported last may have undone what it was ended for.
        if told == .succeeded, !hasValue { told = .metricsUnavailable(missingMetricReason(of: trial, end)) }
        return switch end.kind {
        // It was not fast enough to be spared by a rule, but fast enough to finish before the experiment's end did.
        case .completed where hasValue && told != .earlyStopped: .succeeded
        case .completed: told ?? .metricsUnavailable(missingMetricReason(of: trial, end))
        case .failed(let reason), .lost(let reason):
            told ?? .failed(end.lastOutput.isEmpty ? reason : "\(reason); its last lines were:\n\(end.lastOutput)")
        case .stopped: told ?? .killed("stopped")
        }
    }

    private func missingMetricReason(of trial: Trial, _ end: WorkEnd) -> String {
        let others = trial.metrics.keys.filter { $0 != study.objective.metric }.sorted()
        let hint = others.isEmpty ? "" : " (reported: \(others.joined(separator: ", ")))"
        let output = end.lastOutput.isEmpty ? "it printed nothing" : "its last lines were:\n\(end.lastOutput)"
        return "\(trial.reasonForNoValue(of: study.objective))\(hint); \(output)"
    }

    /// Applies what is to happen now: the end of the experiment, or as many beginnings as the budget allows.
    ///
    /// Each is applied before the next is proposed, as the log will replay them.
    /// - Returns: whether the experiment is over.
    @discardableResult
    private func decide(atMost limit: Int = .max) throws -> Bool {
        if study.status == .running, let finish = study.dueFinish(at: clock.now()) {
            try apply(.finished(finish, at: clock.now()))
        }
        var begun = 0
        while begun < limit, study.wantsProposal, try begin() { begun += 1 }
        if limit > 0, study.status == .running, study.counts.running == 0, study.counts.total > 0, begun == 0,
            !study.mayStartTrial, study.hasFreeSlot
        {
            try apply(.finished(.maxTrialsReached, at: clock.now()))
        }
        return study.status != .running
    }

    /// Begins what the algorithm proposes.
    ///
    /// - Returns: whether there was anything.
    private func begin() throws -> Bool {
        switch try suggester.proposal(for: study) {
        case .run(let suggestion):
            guard study.mayStartTrial else { return false }
            try apply(.started(study.nextNumber, suggestion, at: clock.now()))
        case .resume(let number, let level, let why):
            try apply(.resumed(number, to: level, why: why, at: clock.now()))
        case .wait:
            guard study.counts.running > 0 || !study.mayStartTrial else {
                throw AttuneError("\(experiment.algorithm.name) waits although no trial is running")
            }
            return false
        case .exhausted:
            if study.counts.running == 0, study.mayStartTrial {
                try apply(.finished(.spaceExhausted, at: clock.now()))
            }
            return false
        }
        return true
    }
}
