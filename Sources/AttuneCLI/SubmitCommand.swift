import ArgumentParser
import AttuneAlgorithms
import AttuneClient
import AttuneCore
import AttuneProto
import AttuneService
import AttuneStore
import AttuneYAML
import Foundation
import SwiftProtobuf

struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Starts an experiment on a server; workers carry its trials out.")

    @Argument(
        help: "The Experiment, YAML or JSON; - for standard input.",
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String
    @OptionGroup(title: "Server") var serverOptions: ServerOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Another name for the experiment.") var name: String?
    @OptionGroup var budgetOptions: BudgetOptions
    @Option(help: "The seed of every random choice.") var seed: UInt64?
    @Flag(help: "Show its progress until it is over. Interrupting that leaves it as it is.") var follow = false

    func run() async throws {
        let submission = Submission(
            file: file, name: name, seed: seed, budget: budgetOptions, verbosity: output.verbosity)
        let records = RemoteRecords(AttuneClient(try serverOptions.required()))
        let experiment = try await submission.submit(to: records)
        if follow { return try await records.follow(experiment.name, output.verbosity) }
        if output.json { return Terminal.say(try await records.required(experiment.name).json.pretty) }
        guard !output.quiet else { return }
        Terminal.say("\(experiment.name) is open to workers: attune worker \(experiment.name)")
    }
}

/// An experiment's file with what flags say, for a server.
struct Submission {
    var file: String
    var name: String?
    var seed: UInt64?
    var budget: BudgetOptions
    var verbosity: Verbosity

    /// - Throws: `ExitCode.badInput` after every error has been written to standard error.
    func submit(to records: RemoteRecords) async throws -> Experiment {
        let reading = try ExperimentReader(quiet: verbosity.quiet, purpose: .serving).read(file)
        var experiment = try ExperimentReader.only(in: reading, of: file)
        if let name { experiment.metadata.name = name }
        if let seed { experiment.seed = seed }
        experiment.budget = budget.edited(experiment.budget)
        let text = try Experiment(json: experiment.json, catalogue: .complete).json.description
        let created = try await records.client.call(ExperimentsMethod.create, .with { $0.text = text })
        return try Experiment(created)
    }
}

extension RemoteRecords {
    /// Shows an experiment's progress until it is over.
    ///
    /// - Throws: `ExitCode` as `attune run`.
    func follow(_ name: String, _ verbosity: Verbosity) async throws {
        let stored = try await requiredStudy(name)
        let study = try stored.study()
        if study.status == .running {
            let (events, continuation) = AsyncStream.makeStream(of: Event.self)
            let view = ProgressView(stored.experiment, verbosity, already: study)
            let viewing = Task { await view.follow(events) }
            defer { continuation.finish() }
            for try await message in client.watch(name, after: Int64(stored.events.count)) {
                let event = try Event(json: JSON(message.body), space: stored.experiment.space)
                continuation.yield(event)
                if event.isLast { break }
            }
            continuation.finish()
            await viewing.value
        }
        try await requiredStudy(name).study().conclude(verbosity)
    }
}

extension Event {
    /// Whether an experiment rests after it.
    fileprivate var isLast: Bool {
        switch self {
        case .finished, .stopped: true
        default: false
        }
    }
}
