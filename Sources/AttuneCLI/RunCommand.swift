import ArgumentParser
import AttuneAlgorithms
import AttuneClient
import AttuneCore
import AttuneProcess
import AttuneProto
import AttuneService
import AttuneStore
import AttuneYAML
import Foundation
import SwiftProtobuf

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs an Experiment file, its trials as processes of this machine or resources of a cluster.",
        discussion: "With --server the experiment is the server's, and this machine a worker of it.")

    @Argument(
        help: "The Experiment, YAML or JSON; - for standard input.",
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String
    @OptionGroup var recordsOptions: RecordsOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Another name for the experiment.") var name: String?
    @OptionGroup var budgetOptions: BudgetOptions
    @Option(help: "The seed of every random choice.") var seed: UInt64?
    @Option(help: "Where trials run: machine, as its processes, or kubernetes, as resources of a cluster.")
    var on = TrialPlace.machine
    @OptionGroup(title: "Page") var pageOptions: PageOptions
    @OptionGroup(title: "Cluster") var clusterOptions: ClusterOptions

    func run() async throws {
        if let remote = try recordsOptions.remote {
            guard pageOptions.ui == nil else {
                throw AttuneError("--ui: the server has the page already, at its own address")
            }
            return try await run(with: remote)
        }
        let reading = try ExperimentReader(
            quiet: output.quiet, purpose: on == .machine ? .running : .orchestrating
        ).read(file)
        let experiment = try edited(try ExperimentReader.only(in: reading, of: file))
        try refuse(try await objections(to: experiment), in: reading)
        let store = try recordsOptions.storeOptions.open()
        if let existing = try await store.summary(of: experiment.name) {
            throw AttuneError(
                "\(experiment.name) exists already (\(existing.statusText), \(existing.counts.total) trials): "
                    + "attune resume \(experiment.name) goes on with it, --name gives this one another name, "
                    + "attune delete \(experiment.name) removes it")
        }
        // Checked before anything is stored, so that a refused experiment leaves nothing behind.
        do {
            _ = try await store.imports(for: experiment, at: Date())
        } catch let invalid as InvalidExperiment {
            try refuse(invalid.problems, in: reading)
        }
        let session = try await Session(experiment, store: store, verbosity: output.verbosity)
        try await pageOptions.showing(experiment.name, of: store) { try await session.run() }
    }

    private func objections(to experiment: Experiment) async throws -> [Problem] {
        guard on == .kubernetes else { return Session.objections(to: experiment) }
        do {
            _ = try await clusterOptions.place.runner(for: experiment, isQuiet: output.quiet)
            return []
        } catch let invalid as InvalidExperiment {
            return invalid.problems
        }
    }

    /// Submits the experiment and works on it here.
    private func run(with remote: RemoteRecords) async throws {
        let submission = Submission(
            file: file, name: name, seed: seed, budget: budgetOptions, verbosity: output.verbosity)
        let experiment = try await submission.submit(to: remote)
        try await remote.work(on: experiment, base: directory, output.verbosity)
    }

    /// - Throws: `ExitCode.badInput` when there are any, each told with its place in the file.
    private func refuse(_ problems: [Problem], in reading: ExperimentFile) throws {
        guard !problems.isEmpty else { return }
        for problem in problems { Terminal.complain(reading.diagnostic(of: problem, inExperiment: 0).description) }
        throw ExitCode.badInput
    }

    /// The experiment with what the flags say.
    private func edited(_ experiment: Experiment) throws -> Experiment {
        var experiment = experiment
        if let name { experiment.metadata.name = name }
        if let seed { experiment.seed = seed }
        experiment.budget = budgetOptions.edited(experiment.budget)
        if experiment.metadata.annotations[Session.directoryKey] == nil {
            experiment.metadata.annotations[Session.directoryKey] = directory
        }
        if on == .kubernetes { clusterOptions.place.note(in: &experiment) }
        let own = "\(experiment.name)-\(UUID().uuidString.prefix(8).lowercased())"
        experiment.metadata.annotations[Session.trialsKey] = recordsOptions.storeOptions.trialsRoot.appending(path: own)
            .path(
                percentEncoded: false)
        // A flag may have broken what the file had right: read the result as if it had been written so.
        return try Experiment(json: experiment.json, catalogue: .complete)
    }
}

extension RunCommand {
    /// Where relative paths of the file begin.
    private var directory: String {
        file == "-"
            ? FileManager.default.currentDirectoryPath
            : URL(filePath: file).absoluteURL.deletingLastPathComponent().path
    }
}

/// Whether the web page is served while an experiment runs.
struct PageOptions: ParsableArguments {
    @Option(
        defaultAsFlag: RunningPage.usualAddress,
        help: ArgumentHelp(
            "Serve the web page meanwhile, from this process: it ends with the experiment. Write it behind FILE.",
            valueName: "host:port"))
    var ui: Server.Address?
    @Flag(help: "Go on serving the page after the experiment has ended, until Ctrl-C.") var uiStay = false

    /// Runs `body` with the page beside it, where it is asked for.
    func showing(_ name: String, of store: SQLiteStore, _ body: () async throws -> Void) async throws {
        guard let address = ui ?? (uiStay ? RunningPage.usualAddress : nil) else { return try await body() }
        let page = try await RunningPage.open(at: address, store: store.path)
        Terminal.complain("the page is at \(page.url)experiments/\(name)")
        let outcome = await Result(catching: body)
        if uiStay, !outcome.wasInterrupted {
            let interrupts = Interrupts()
            Terminal.complain("\(name) is over; the page stays at \(page.url) until Ctrl-C")
            await interrupts.first()
        } else if case .success = outcome {
            Terminal.complain("the page has ended; attune serve shows \(name) again, --ui-stay would have kept it")
        }
        await page.close()
        try outcome.get()
    }
}

extension Result where Success == Void, Failure == any Error {
    fileprivate init(catching body: () async throws -> Void) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }

    fileprivate var wasInterrupted: Bool {
        if case .failure(let error) = self { (error as? ExitCode) == .interrupted } else { false }
    }
}

/// How much may be spent, where the user says otherwise than the file or the store.
struct BudgetOptions: ParsableArguments {
    @Option(help: "Trials at once.") var parallel: Int?
    @Option(help: "Trials in all.") var maxTrials: Int?

    func validate() throws {
        for (name, value) in [("--parallel", parallel), ("--max-trials", maxTrials)] {
            if let value, value < 1 { throw ValidationError("\(name): found \(value); must be greater than 0") }
        }
    }

    /// The budget with what was said. Fewer trials than ran at once, or might fail, is no contradiction here.
    func edited(_ budget: Budget) -> Budget {
        var budget = budget
        if let maxTrials { budget.maxTrials = maxTrials }
        if let parallel { budget.parallelTrials = parallel }
        guard maxTrials != nil, let limit = budget.maxTrials else { return budget }
        if parallel == nil { budget.parallelTrials = min(budget.parallelTrials, limit) }
        budget.maxFailedTrials = budget.maxFailedTrials.map { min($0, limit) }
        return budget
    }
}

/// Reads Experiment files and says everything that is wrong with them.
struct ExperimentReader {
    var quiet = false
    var purpose = ReadingPurpose.running

    /// The one experiment of a file.
    ///
    /// - Throws: `ExitCode.badInput` after every error has been written to standard error.
    static func only(in reading: ExperimentFile, of file: String) throws -> Experiment {
        guard reading.experiments.count == 1, let experiment = reading.experiments.first else {
            throw AttuneError("\(file): holds \(reading.experiments.count) experiments; give a file with one")
        }
        return experiment
    }

    /// All experiments of a file.
    func read(_ file: String) throws -> ExperimentFile {
        let reading = ExperimentFile(
            name: file == "-" ? "<stdin>" : file, text: try text(of: file), catalogue: .complete,
            purpose: purpose, seed: { UInt64.random(in: 0...UInt64(Int32.max)) })
        for line in reading.diagnostics where !(quiet && !reading.hasErrors) { Terminal.complain(line) }
        guard !reading.hasErrors else { throw ExitCode.badInput }
        return reading
    }

    /// The file's text, without the mark that some editors begin UTF-8 with.
    func text(of file: String) throws -> String {
        let data = try file == "-" ? FileHandle.standardInput.readToEnd() ?? Data() : bytes(of: file)
        guard let text = String(validating: data, as: UTF8.self) else {
            throw AttuneError("\(file): is not UTF-8 text; save it as UTF-8")
        }
        return text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    }

    private func bytes(of file: String) throws -> Data {
        var isDirectory: ObjCBool = false
        let manager = FileManager.default
        guard manager.fileExists(atPath: file, isDirectory: &isDirectory) else {
            throw AttuneError("\(file): no such file")
        }
        guard !isDirectory.boolValue else {
            throw AttuneError("\(file): is a directory; name an Experiment file in it")
        }
        guard let data = manager.contents(atPath: file) else { throw AttuneError("\(file): cannot be read") }
        return data
    }
}

extension Problem {
    /// A warning: the experiment is valid, but attune run would refuse it here.
    fileprivate var onThisMachine: Problem {
        Problem(field, found: found, "\(remedy) (to run it on this machine)", severity: .warning)
    }
}

struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Checks Experiment files; every error of every file, on standard error.",
        discussion: "With --server, that server checks them, as it would when they are submitted.")

    @Argument(help: "Experiment files.", completion: .file(extensions: ["yaml", "yml", "json"]))
    var files: [String]
    @OptionGroup(title: "Server") var serverOptions: ServerOptions

    func run() async throws {
        let client = try serverOptions.configuration().map(AttuneClient.init)
        var isValid = true
        for file in files {
            do {
                if let client { try await validate(file, by: client) } else { try validate(file) }
            } catch let error as AttuneError {
                Terminal.complain("error: \(error)")
                isValid = false
            } catch is ExitCode {
                isValid = false
            }
        }
        guard isValid else { throw ExitCode.badInput }
    }

    private func validate(_ file: String) throws {
        let reading = try ExperimentReader().read(file)
        for (index, experiment) in reading.experiments.enumerated() {
            for problem in Session.objections(to: experiment) {
                Terminal.complain(reading.diagnostic(of: problem.onThisMachine, inExperiment: index).description)
            }
            Terminal.say("\(file): \(experiment.name) is valid")
        }
    }

    private func validate(_ file: String, by client: AttuneClient) async throws {
        let text = try ExperimentReader().text(of: file)
        let reply = try await client.call(ExperimentsMethod.validate, .with { $0.text = text })
        for problem in reply.problems {
            let place = problem.line > 0 ? "\(problem.line):\(problem.column): " : ""
            let field = problem.field.isEmpty ? "" : "\(problem.field): "
            Terminal.complain("\(file):\(place)\(problem.warning ? "warning" : "error"): \(field)\(problem.message)")
        }
        guard reply.valid else { throw ExitCode.badInput }
        Terminal.say("\(file): is valid")
    }
}

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Goes on with an experiment: adopts trials that still run, collects those that ended meanwhile.",
        discussion: "With --server it opens the experiment again, and workers go on with it.")

    @Argument(help: "The experiment.") var name: String
    @OptionGroup var recordsOptions: RecordsOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var budgetOptions: BudgetOptions

    func run() async throws {
        let study = try await recordsOptions.open().requiredStudy(name).study()
        let budget = try budget(for: study)
        if budget == nil, case .finished(let finish) = study.status { return try alreadyOver(study, finish) }
        if let remote = try recordsOptions.remote { return try await remote.reopen(name, budget, output.verbosity) }
        let store = try recordsOptions.storeOptions.openExisting()
        var experiment = study.experiment
        if let budget { experiment.budget = budget }
        let session = try await Session(experiment, store: store, verbosity: output.verbosity)
        if budget != nil { try await session.reopen() }
        try await session.run()
    }

    /// A script that resumes after every crash finds out in the same way when there is nothing left to do.
    private func alreadyOver(_ study: Study, _ finish: Finish) throws {
        if output.json {
            Terminal.say(study.summaryJSON.pretty)
        } else if !output.quiet {
            Terminal.say(
                "\(study.closingLines)\nto go on: attune resume \(name) --max-trials N, more than \(study.counts.total)"
            )
        }
        if finish.isFailure { throw ExitCode.failed }
    }

    /// The budget to go on with; nil when there is nothing to change.
    private func budget(for study: Study) throws -> Budget? {
        var budget = budgetOptions.edited(study.experiment.budget)
        budget.parallelTrials = min(budget.parallelTrials, budget.maxTrials ?? .max)
        let isEdited = budget != study.experiment.budget
        if let maxTrials = budgetOptions.maxTrials, maxTrials <= study.counts.ended,
            isEdited || study.status != .running
        {
            throw AttuneError(
                "--max-trials: found \(maxTrials); \(name) has \(study.counts.total) trials, give more than that to go on"
            )
        }
        return isEdited || study.status == .stopped ? budget : nil
    }
}

struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stops an experiment and its running trials, wherever it is driven from.")

    @Argument(help: "The experiment.") var name: String
    @OptionGroup var recordsOptions: RecordsOptions

    func run() async throws {
        if let remote = try recordsOptions.remote { return try await remote.suspend(name) }
        let store = try recordsOptions.storeOptions.openExisting()
        let study = try await store.requiredStudy(name).study()
        if let holder = try await store.holder(of: name), try await store.requestStop(name) {
            Terminal.complain("asked \(holder) to stop \(name)")
            try await waitUntilReleased(by: holder, store)
        } else if case .finished(let finish) = study.status, study.running.isEmpty {
            Terminal.complain("\(name) is over: \(finish.message)")
        } else if study.experiment.trialDirectories == nil {
            try await endTrials(of: study, store)
        } else {
            try await Session(study.experiment, store: store, verbosity: Verbosity()).stop()
        }
    }

    /// Waits for longer than a trial may take to end.
    private func waitUntilReleased(by holder: String, _ store: SQLiteStore) async throws {
        for _ in 0..<300 {
            guard try await store.holder(of: name) == holder else { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw AttuneError(
            "\(holder) has not stopped \(name) within 30 seconds; end that process, then stop \(name) again")
    }

    /// Ends in the log what a script of the user's was doing; it died with the script.
    private func endTrials(of study: Study, _ store: SQLiteStore) async throws {
        let tuner = Tuner(
            study.experiment, suggester: try AlgorithmCatalogue.complete.suggester(for: study.experiment), store: store)
        let runner = ClosureRunner { _ in throw CancellationError() }
        try await tuner.halt(runner)
        _ = try await tuner.run(with: runner)
    }
}

struct DeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Removes an experiment with its trials, logs and checkpoints.")

    @Argument(help: "The experiment.") var name: String
    @OptionGroup var recordsOptions: RecordsOptions

    func run() async throws {
        if let remote = try recordsOptions.remote { return try await remote.delete(name) }
        let store = try recordsOptions.storeOptions.openExisting()
        let summary = try await store.required(name)
        let directories = try await store.requiredExperiment(name).trialDirectories
        // Trials of a script died with it; the store refuses to delete what a living process holds.
        guard summary.counts.running == 0 || directories == nil else {
            throw AttuneError("\(name) has \(summary.counts.running) running trials; attune stop \(name) first")
        }
        try await store.delete(name)
        try directories?.remove()
    }
}
