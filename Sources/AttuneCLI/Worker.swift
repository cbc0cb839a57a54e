import AttuneClient
import AttuneCore
import AttuneProcess
import AttuneProto
import AttuneService
import Foundation
import SwiftProtobuf

/// Carries out trials of a server's experiments as processes of this machine.
///
/// What it holds stands in its directory, so that a worker that was killed, or let go, finds it again: trials that still
/// run are adopted, those that ended meanwhile are collected, and those that became another's are ended.
actor Worker {
    struct Configuration: Sendable {
        var client: AttuneClient.Configuration
        /// Nil serves every running experiment of the namespace that this machine can.
        var experiments: [String]?
        var parallel: Int
        var directory: WorkerDirectory
        /// Where relative paths of templates begin.
        var baseDirectory: String
        var lease = Duration.seconds(60)
        var isQuiet = false
    }

    /// A trial of this worker's, followed to its end by `task`.
    private struct Work {
        let trial: Trial
        let place: Place
        let held: WorkerDirectory.Held
        var task: Task<Void, Never>?
    }

    /// An experiment, and how its trials are run here.
    private struct Place: Sendable {
        let experiment: Experiment
        let runner: ProcessRunner
        let trials: TrialDirectories
    }

    private let configuration: Configuration
    /// Gives up soon, for calls that are made again by themselves.
    private let client: AttuneClient
    /// Goes on trying: what a trial has come to is not to be lost because a server is away.
    private let patientClient: AttuneClient
    private var places: [String: Place] = [:]
    private var unfit: Set<String> = []
    private var works: [WorkerDirectory.Held: Work] = [:]
    private var waiters: [CheckedContinuation<Void, Never>] = []
    /// Reports on their way.
    private var sending: [WorkerDirectory.Held: Task<Attune_V1_ReportReply, any Error>] = [:]
    private var isLettingGo = false
    private var isAway = false

    init(_ configuration: Configuration) {
        self.configuration = configuration
        client = AttuneClient(configuration.client)
        var patient = configuration.client
        patient.patience = .seconds(86_400)
        patientClient = AttuneClient(patient)
    }

    // MARK: Running

    /// Works until the named experiments are over, or it is told to let go.
    func run() async throws {
        try configuration.directory.claim()
        try await adopt()
        let beating = Task { await beat() }
        defer { beating.cancel() }
        while !isLettingGo {
            guard works.count < configuration.parallel else {
                await somethingEnds()
                continue
            }
            switch try await askAround() {
            case .began: continue
            case .over where works.isEmpty: return
            case .over: await somethingEnds()
            case .nothing: await pause(.milliseconds(500))
            }
        }
    }

    /// Stops following trials, which go on; returns when none is followed any more.
    func letGo() async -> Int {
        isLettingGo = true
        wake()
        let tasks = works.values.compactMap(\.task)
        for task in tasks { task.cancel() }
        for report in sending.values { report.cancel() }
        for task in tasks { await task.value }
        return works.count
    }

    /// Ends the trials that were let go, and gives them back.
    func stopAll() async throws {
        for work in works.values {
            try await work.place.runner.stop(work.trial)
            let end = try await work.place.runner.run(work.trial) { _ in }
            try await fail(work, "it was stopped on \(configuration.directory.host)", isLost: true, end.lastOutput)
            configuration.directory.forget(work.held)
        }
    }

    private func somethingEnds() async {
        guard !isLettingGo else { return }
        await withCheckedContinuation { waiters.append($0) }
    }

    private func pause(_ duration: Duration) async {
        let waking = Task {
            try? await Task.sleep(for: duration)
            wake()
        }
        await somethingEnds()
        waking.cancel()
    }

    private func wake() {
        for waiter in waiters { waiter.resume() }
        waiters = []
    }

    // MARK: Asking

    private enum Gain { case began, nothing, over }

    private func askAround() async throws -> Gain {
        do {
            let names = if let names = configuration.experiments { names } else { try await running() }
            var isOver = configuration.experiments != nil
            for name in names {
                let reply = try await ask(name, isOnly: names.count == 1)
                if reply?.trials.isEmpty == false { return .began }
                if let reply, reply.state != .askOver { isOver = false }
            }
            isAway = false
            return isOver ? .over : .nothing
        } catch let error as ClientError where error.code == .unreachable || error.code == .unavailable {
            if !isAway { Terminal.complain("\(error); trying again") }
            isAway = true
            return .nothing
        }
    }

    private func running() async throws -> [String] {
        try await RemoteRecords(client).messages().filter { $0.state == .experimentRunning }.map(\.name)
    }

    /// Asks for as many trials as there is room for. Nil where this machine cannot carry them out.
    private func ask(_ name: String, isOnly: Bool) async throws -> Attune_V1_AskReply? {
        guard let place = try await place(of: name) else { return nil }
        let room = Int32(clamping: min(100, configuration.parallel - works.count))
        let (client, seconds) = (client, configuration.lease.seconds)
        let host = configuration.directory.host
        // An answer that is on its way is waited for also when letting go: its trials are this worker's.
        let reply = try await Task {
            try await client.call(
                TrialsMethod.ask,
                .with {
                    $0.experiment = name
                    $0.worker = host
                    $0.leaseSeconds = seconds
                    $0.count = room
                    $0.waitSeconds = isOnly ? 2 : 0
                })
        }.value
        for message in reply.trials { try begin(message, place) }
        return reply
    }

    /// The experiment as it stands on the server now, and how it is run here.
    private func place(of name: String) async throws -> Place? {
        if let place = places[name] { return place }
        guard let message = try await RemoteRecords(client).message(of: name) else {
            guard configuration.experiments == nil else {
                throw AttuneError("there is no experiment named \(name) on the server")
            }
            return nil
        }
        return try place(for: message)
    }

    /// - Throws: `InvalidExperiment` where a named experiment cannot be run here; one of many is left to others.
    private func place(for message: Attune_V1_Experiment) throws -> Place? {
        guard !unfit.contains(message.name) else { return nil }
        do {
            let experiment = try Experiment(message)
            let trials = configuration.directory.trials(of: message)
            let runner = try Session.runner(for: experiment, trials, base: configuration.baseDirectory)
            try trials.create()
            let place = Place(experiment: experiment, runner: runner, trials: trials)
            places[message.name] = place
            if !configuration.isQuiet { for notice in runner.notices { Terminal.complain("notice: \(notice)") } }
            return place
        } catch let error as InvalidExperiment where configuration.experiments == nil {
            unfit.insert(message.name)
            if message.manifest.fields["spec"]?.structValue.fields["trialTemplate"] != nil {
                Terminal.complain("\(message.name) is left to others: \(error)")
            }
            return nil
        }
    }

    private func begin(_ message: Attune_V1_Trial, _ place: Place) throws {
        guard let suggestion = Suggestion(message, space: place.experiment.space) else {
            throw AttuneError("the server gives trial \(message.name) an assignment that is none of its space")
        }
        let trial = Trial(
            number: Int(message.number), name: message.name, suggestion: suggestion,
            startTime: message.startTime.date, attempt: Int(message.attempt))
        let held = WorkerDirectory.Held(
            experiment: place.experiment.name, number: trial.number, attempt: trial.attempt,
            trials: place.trials.root.path(percentEncoded: false))
        try configuration.directory.keep(held)
        follow(Work(trial: trial, place: place, held: held))
    }

    private func follow(_ work: Work) {
        works[work.held] = work
        guard !isLettingGo else { return }
        works[work.held]?.task = Task { await carryOut(work) }
    }

    // MARK: Carrying out

    private func carryOut(_ work: Work) async {
        do {
            let end = try await work.place.runner.run(work.trial) { observations in
                try await self.report(work, observations)
            }
            try await conclude(work, end)
            drop(work)
        } catch is CancellationError {
            // Let go: it goes on, and the next worker here adopts it.
        } catch let error as ClientError where error.meansNotOurs {
            await disown(work, because: error)
            drop(work)
        } catch {
            Terminal.complain("\(work.trial.name) goes on by itself: \(error); the next worker here takes it up")
            works[work.held] = nil
            wake()
        }
    }

    private func drop(_ work: Work) {
        works[work.held] = nil
        configuration.directory.forget(work.held)
        wake()
    }

    /// Ends what is another's by now, or over.
    private func disown(_ work: Work, because error: ClientError) async {
        if !configuration.isQuiet { Terminal.complain("\(work.trial.name) is no longer this worker's: \(error)") }
        do {
            try await work.place.runner.stop(work.trial)
        } catch {
            Terminal.complain("\(work.trial.name) could not be stopped: \(error)")
        }
    }

    /// A report that is on its way when its trial ends arrives all the same: only letting go cuts it short.
    private func report(_ work: Work, _ observations: [Observation]) async throws {
        let client = patientClient
        let report = Task {
            try await client.call(
                TrialsMethod.report,
                .with {
                    $0.experiment = work.held.experiment
                    $0.trial = Int32(work.held.number)
                    $0.attempt = Int32(work.held.attempt)
                    $0.observations = observations.map(Attune_V1_Observation.init)
                })
        }
        if isLettingGo { report.cancel() }
        sending[work.held] = report
        defer { sending[work.held] = nil }
        let reply = try await report.value
        if reply.verdict.endsWork { try await work.place.runner.stop(work.trial) }
    }

    /// Tells the server what the trial came to.
    private func conclude(_ work: Work, _ end: WorkEnd) async throws {
        // Said once more: what a trial is told may have come to it while its last words were on the way.
        if !end.observations.isEmpty || end.kind == .stopped { try await report(work, end.observations) }
        switch end.kind {
        case .completed, .stopped:
            let reply = try await patientClient.call(
                TrialsMethod.complete,
                .with {
                    $0.experiment = work.held.experiment
                    $0.trial = Int32(work.held.number)
                    $0.attempt = Int32(work.held.attempt)
                    $0.lastOutput = end.lastOutput
                })
            say("\(work.trial.name)  \(reply.state)" + (reply.reason.isEmpty ? "" : "  \(reply.reason.brief)"))
        case .failed(let reason): try await fail(work, reason, isLost: false, end.lastOutput)
        case .lost(let reason): try await fail(work, reason, isLost: true, end.lastOutput)
        }
    }

    private func fail(_ work: Work, _ reason: String, isLost: Bool, _ output: String) async throws {
        let reply = try await patientClient.call(
            TrialsMethod.fail,
            .with {
                $0.experiment = work.held.experiment
                $0.trial = Int32(work.held.number)
                $0.attempt = Int32(work.held.attempt)
                $0.reason = reason
                $0.lost = isLost
                $0.lastOutput = output
            })
        say("\(work.trial.name)  \(isLost ? "given back" : reply.state)  \(reason.brief)")
    }

    private func say(_ line: String) {
        if !configuration.isQuiet { Terminal.say(line) }
    }

    // MARK: Signs of life

    private func beat() async {
        while (try? await Task.sleep(for: configuration.lease / 3)) != nil {
            for (name, works) in Dictionary(grouping: works.values, by: \.held.experiment) {
                do {
                    try await beat(for: works, of: name)
                } catch let error as ClientError where error.code == .notFound {
                    for work in works { await disown(work, because: error) }
                } catch {
                    // The next sign may get through; whether the server is there is said by those who ask.
                }
            }
        }
    }

    private func beat(for works: [Work], of name: String) async throws {
        let reply = try await client.call(
            TrialsMethod.heartbeat,
            .with {
                $0.experiment = name
                $0.leaseSeconds = configuration.lease.seconds
                $0.leases = works.map { work in
                    .with {
                        $0.trial = Int32(work.held.number)
                        $0.attempt = Int32(work.held.attempt)
                    }
                }
            })
        for (work, state) in zip(works, reply.leases) where !state.held || state.verdict.endsWork {
            // What follows its end learns whose it is.
            try await work.place.runner.stop(work.trial)
        }
    }

    // MARK: Adopting

    /// Takes up what an earlier worker here held and is still to be done.
    private func adopt() async throws {
        for held in try configuration.directory.held() {
            if let work = try await stillOurs(held) {
                say("\(work.trial.name)  taken up again")
                follow(work)
            } else {
                try AttemptDirectory(
                    TrialDirectories(root: URL(filePath: held.trials)).trial(held.number)
                        .appending(path: "attempt-\(held.attempt)")
                ).stop()
                configuration.directory.forget(held)
            }
        }
    }

    /// The trial with all it has reported, unless it is over, another's, or of an experiment that is gone.
    private func stillOurs(_ held: WorkerDirectory.Held) async throws -> Work? {
        let records = RemoteRecords(patientClient)
        guard let message = try await records.message(of: held.experiment),
            case let trials = configuration.directory.trials(of: message),
            trials.root.path(percentEncoded: false) == held.trials,
            let study = try await records.load(held.experiment)?.study(),
            study.trials.indices.contains(held.number - 1),
            case let trial = study[held.number], trial.isRunning, trial.attempt == held.attempt,
            let place = try places[held.experiment] ?? place(for: message)
        else { return nil }
        return Work(trial: trial, place: place, held: held)
    }
}

extension ClientError {
    /// Whether the trial it is about is over, another's, or gone.
    fileprivate var meansNotOurs: Bool { [.aborted, .failedPrecondition, .notFound].contains(code) && status != 0 }
}

extension Attune_V1_Verdict {
    /// Whether the trial is to end its work.
    fileprivate var endsWork: Bool { [.pause, .stop, .finish].contains(self) }
}

extension Attune_V1_Observation {
    fileprivate init(_ observation: Observation) {
        self.init()
        metric = observation.metric
        if let text = observation.text { self.text = text } else { value = observation.value }
        step = Int64(observation.step)
        time = Google_Protobuf_Timestamp(date: observation.time)
    }
}

extension Duration {
    fileprivate var seconds: Double { self / .seconds(1) }
}
