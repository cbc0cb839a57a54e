import ArgumentParser
import AttuneAlgorithms
import AttuneCore
import AttuneKubernetes
import AttuneProcess
import AttuneStore
import AttuneYAML
import Foundation

/// Drives one experiment's trials from here, as processes of this machine or as resources of a cluster, with a view of the
/// progress, until it is over or the user lets go.
struct Session {
    let experiment: Experiment
    let store: SQLiteStore
    let runner: SessionRunner
    let verbosity: Verbosity

    /// - Throws: `InvalidExperiment` with what cannot be done there; `AttuneError` when the trials have nowhere to go.
    init(_ experiment: Experiment, store: SQLiteStore, verbosity: Verbosity) async throws {
        self.experiment = experiment
        self.store = store
        self.verbosity = verbosity
        if let place = ClusterPlace(of: experiment) {
            runner = .cluster(try await place.runner(for: experiment, isQuiet: verbosity.quiet))
        } else {
            runner = .machine(try Session.localRunner(for: experiment, verbosity))
        }
    }

    private static func localRunner(for experiment: Experiment, _ verbosity: Verbosity) throws -> ProcessRunner {
        guard let directories = experiment.trialDirectories else {
            throw AttuneError("\(experiment.name) was not started by attune run; the program that did goes on with it")
        }
        let runner = try Session.runner(
            for: experiment, directories, base: experiment.metadata.annotations[Session.directoryKey])
        try directories.create()
        if !verbosity.quiet { for notice in runner.notices { Terminal.complain("notice: \(notice)") } }
        return runner
    }

    /// - Parameter base: where relative paths of the template begin; nil for the present directory.
    static func runner(
        for experiment: Experiment, _ directories: TrialDirectories, base: String?
    ) throws -> ProcessRunner {
        try ProcessRunner(
            experiment, resource: try experiment.templateResource(), directories: directories,
            supervisor: try Supervisor.find(), environment: environment,
            baseDirectory: URL(filePath: base ?? FileManager.default.currentDirectoryPath), now: { Date() })
    }

    /// What keeps this machine from running an experiment that is valid in itself.
    static func objections(to experiment: Experiment) -> [Problem] {
        do {
            _ = try runner(
                for: experiment, TrialDirectories(root: FileManager.default.temporaryDirectory),
                base: experiment.metadata.annotations[directoryKey])
            return []
        } catch let invalid as InvalidExperiment {
            return invalid.problems
        } catch {
            return [Problem("spec.trialTemplate", "\(error)")]
        }
    }

    /// The annotation that says where relative paths of the template begin.
    static let directoryKey = "attune.dev/directory"
    /// The annotation that says where the trials keep their files.
    static let trialsKey = "attune.dev/trials"

    /// What attune was given, with its own directory first on the path, so that trials find `attune report`, and without
    /// its token.
    private static var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment
        environment["ATTUNE_TOKEN"] = nil
        let own = CommandLine.executableDirectory
        environment["PATH"] = [own, environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"].joined(separator: ":")
        return environment
    }

    private func tuner() throws -> Tuner {
        Tuner(
            experiment, suggester: try AlgorithmCatalogue.complete.suggester(for: experiment),
            stoppingRule: try AlgorithmCatalogue.complete.stoppingRule(for: experiment), store: store)
    }

    /// Runs to the end.
    ///
    /// - Throws: `ExitCode.interrupted` when the user lets go, `ExitCode.failed` when the experiment has failed.
    func run() async throws {
        let interrupts = Interrupts()
        let tuner = try tuner()
        try await tuner.open()
        let view = ProgressView(experiment, verbosity, already: await tuner.study)
        let events = await tuner.events()
        let viewing = Task { await view.follow(events) }
        let tidying = try await tidy(after: tuner)
        let driving = Task { try await tuner.run(with: runner) }
        let stopping = Task { await heedStopRequests(for: tuner) }
        let interrupting = Task {
            await interrupts.first()
            driving.cancel()
        }
        defer { interrupting.cancel() }
        let result = await driving.result
        stopping.cancel()
        await viewing.value
        await tidying?.value
        switch result {
        case .success(let study):
            try await runner.clusterRunner?.sweep(study)
            try study.conclude(verbosity)
        case .failure(let error) where error is CancellationError: try await letGo(interrupts)
        case .failure(let error):
            // The experiment was fine when it started, so what ended it is no bad input.
            Terminal.complain("error: \(error)")
            throw ExitCode.failed
        }
    }

    /// Removes the resources of trials that have ended, from now on; nothing where trials are no resources.
    private func tidy(after tuner: Tuner) async throws -> Task<Void, Never>? {
        guard let clusterRunner = runner.clusterRunner else { return nil }
        try await clusterRunner.sweep(await tuner.study)
        let events = await tuner.events()
        return Task {
            for await event in events {
                // Once the tuner has closed, what is left is swept away.
                guard case .ended(let number, _, _) = event, let trial = await tuner.study.trial(number) else {
                    continue
                }
                do {
                    try await clusterRunner.discard(trial)
                } catch {
                    Terminal.complain("\(trial.name) is left in the cluster: \(error)")
                }
            }
        }
    }

    /// Another process may ask for a stop through the store.
    private func heedStopRequests(for tuner: Tuner) async {
        while (try? await Task.sleep(for: .milliseconds(300))) != nil {
            do {
                if let claim = await tuner.claim, try await store.takeStopRequest(claim) {
                    try await tuner.halt(runner)
                }
            } catch {
                Terminal.complain("cannot look for requests to stop, and tries again: \(error)")
            }
        }
    }

    /// Says how to go on, and gives the user a moment to say that the trials are to stop as well.
    private func letGo(_ interrupts: Interrupts) async throws {
        let running = try await store.required(experiment.name).counts.running
        Terminal.complain(
            "let go of \(experiment.name): \(running) trials go on running; resume with: attune resume \(experiment.name)"
        )
        guard running > 0 else { throw ExitCode.interrupted }
        Terminal.complain("press Ctrl-C again within 2 seconds to stop them")
        guard await interrupts.second(within: .seconds(2)) else { throw ExitCode.interrupted }
        try await stop()
        throw ExitCode.interrupted
    }

    /// Opens a stopped or finished study again, with the experiment's budget.
    func reopen() async throws {
        let tuner = try tuner()
        try await tuner.open()
        if await tuner.study.status != .running { try await tuner.edit(budget: experiment.budget) }
        try await tuner.close()
    }

    /// Stops the running trials and the experiment.
    func stop() async throws {
        let tuner = try tuner()
        try await tuner.halt(runner)
        let study = try await tuner.run(with: runner)
        try await runner.clusterRunner?.sweep(study)
        Terminal.complain(
            "stopped \(experiment.name): \(study.counts.ended) trials ended; resume with: attune resume \(experiment.name)"
        )
    }
}

extension Experiment {
    /// Where the trials of a run keep their files; nil for an experiment that attune run did not start.
    var trialDirectories: TrialDirectories? {
        metadata.annotations[Session.trialsKey].map {
            TrialDirectories(root: URL(filePath: $0, directoryHint: .isDirectory))
        }
    }
}

extension CommandLine {
    /// The directory of the running executable.
    static var executableDirectory: String {
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? arguments[0]
        return (path as NSString).deletingLastPathComponent
    }
}

extension Study {
    /// Says how the experiment ended.
    ///
    /// - Throws: `ExitCode` where it has failed or was stopped.
    func conclude(_ verbosity: Verbosity) throws {
        if verbosity.json {
            Terminal.say(summaryJSON.pretty)
        } else if !verbosity.quiet {
            Terminal.say(closingLines)
        }
        switch status {
        case .finished(let finish) where finish.isFailure: throw ExitCode.failed
        case .finished, .running: return
        case .stopped: throw ExitCode.interrupted
        }
    }
}

/// How much of a run is shown.
struct Verbosity {
    var json = false
    var quiet = false
}

/// How results are shown.
struct OutputOptions: ParsableArguments {
    @Flag(name: .long, help: "Print the result as JSON; progress is not shown.")
    var json = false

    @Flag(name: .long, help: "Print nothing but errors.")
    var quiet = false

    var verbosity: Verbosity { Verbosity(json: json, quiet: quiet) }
}
