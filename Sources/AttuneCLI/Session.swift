import ArgumentParser
import AttuneAlgorithms
import AttuneCore
import AttuneProcess
import AttuneStore
import AttuneYAML
import Foundation

/// Drives one experiment's trials as processes of this machine, with a view of the progress, until it is over or the
/// user lets go.
struct Session {
    let experiment: Experiment
    let store: SQLiteStore
    let runner: ProcessRunner
    let verbosity: Verbosity

    init(_ experiment: Experiment, store: SQLiteStore, options storeOptions: StoreOptions, verbosity: Verbosity) throws
    {
        self.experiment = experiment
        self.store = store
        self.verbosity = verbosity
        runner = try ProcessRunner(
            experiment, resource: try experiment.templateResource(),
            directories: storeOptions.directories(of: experiment.name),
            supervisor: try Supervisor.find(), environment: Session.environment,
            baseDirectory: URL(
                filePath: experiment.metadata.annotations[Session.directoryKey]
                    ?? FileManager.default.currentDirectoryPath),
            now: { Date() })
        guard !verbosity.quiet else { return }
        for notice in runner.notices { Terminal.complain("notice: \(notice)") }
    }

    /// The annotation that says where relative paths of the template begin.
    static let directoryKey = "attune.dev/directory"

    /// What attune was given, with its own directory first on the path, so that trials find `attune report`.
    private static var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment
        let own = (CommandLine.executableDirectory)
        environment["PATH"] = [own, environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"].joined(separator: ":")
        return environment
    }

    private func tuner() throws -> Tuner {
        Tuner(
            experiment, suggester: try AlgorithmCatalogue.standard.suggester(for: experiment),
            stoppingRule: try AlgorithmCatalogue.standard.stoppingRule(for: experiment), store: store)
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
        let driving = Task { try await tuner.run(with: runner) }
        let stopping = Task { try await heedStopRequests(for: tuner) }
        let interrupting = Task {
            await interrupts.first()
            driving.cancel()
        }
        defer { for task in [interrupting] { task.cancel() } }
        let result = await driving.result
        stopping.cancel()
        await viewing.value
        switch result {
        case .success(let study): try finish(study)
        case .failure(let error) where error is CancellationError: try await letGo(interrupts)
        case .failure(let error):
            // The experiment was fine when it started, so what ended it is no bad input.
            Terminal.complain("error: \(error)")
            throw ExitCode.failed
        }
    }

    private func finish(_ study: Study) throws {
        if verbosity.json {
            Terminal.say(study.summaryJSON.pretty)
        } else if !verbosity.quiet {
            Terminal.say(study.closingLines)
        }
        switch study.status {
        case .finished(let finish) where finish.isFailure: throw ExitCode.failed
        case .finished, .running: return
        case .stopped: throw ExitCode.interrupted
        }
    }

    /// Another process may ask for a stop through the store.
    private func heedStopRequests(for tuner: Tuner) async throws {
        while true {
            try await Task.sleep(for: .milliseconds(300))
            if let claim = await tuner.claim, try await store.takeStopRequest(claim) { try await tuner.halt(runner) }
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

    /// Opens a stopped or finished study again.
    func reopen(_ budget: Budget) async throws {
        let tuner = try tuner()
        try await tuner.edit(budget: budget)
        try await tuner.close()
    }

    /// Stops the running trials and the experiment.
    func stop() async throws {
        let tuner = try tuner()
        try await tuner.halt(runner)
        let study = try await tuner.run(with: runner)
        Terminal.complain(
            "stopped \(experiment.name): \(study.counts.ended) trials ended; resume with: attune resume \(experiment.name)"
        )
    }
}

extension Experiment {
    /// The template as a tree, wherever it came from.
    func templateResource() throws -> JSON {
        switch template?.source {
        case .spec(let json): return json
        case .configMap(_, let text?):
            guard let document = try YAML.documents(text).first else {
                throw AttuneError("spec.trialTemplate.configMap: the template is empty")
            }
            return document.json
        case .configMap(let source, nil):
            throw AttuneError(
                "spec.trialTemplate.configMap: \(source.name) is not in the file; add the ConfigMap as another document of it"
            )
        case nil: throw AttuneError("spec.trialTemplate: must be specified; it says how a trial is run")
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
