import AttuneClient
import AttuneCore
import AttuneProcess
import AttuneProto
import AttuneStore
import Foundation
import SwiftProtobuf

/// What commands change on a server.
extension RemoteRecords {
    /// Starts no further trials; workers stop those that run.
    func suspend(_ name: String) async throws {
        let summary = try await required(name)
        if case .finished(let finish) = summary.status {
            return Terminal.complain("\(name) is over: \(finish.message)")
        }
        let now = try await client.call(ExperimentsMethod.suspend, .with { $0.experiment = name })
        Terminal.complain(
            "stopped \(name): \(now.counts.running) trials are ended by their workers; resume with: attune resume \(name)"
        )
    }

    /// Opens an experiment again, with a budget where one is given.
    func reopen(_ name: String, _ budget: Budget?, _ verbosity: Verbosity) async throws {
        if let budget {
            _ = try await client.call(
                ExperimentsMethod.editBudget,
                .with {
                    $0.experiment = name
                    $0.budget.parallelTrials = Int32(clamping: budget.parallelTrials)
                    if let limit = budget.maxTrials { $0.budget.maxTrials = Int32(clamping: limit) }
                    if let limit = budget.maxFailedTrials { $0.budget.maxFailedTrials = Int32(clamping: limit) }
                })
        }
        let summary = try await required(name)
        if verbosity.json { return Terminal.say(summary.json.pretty) }
        if !verbosity.quiet { Terminal.say("\(name) is open to workers: attune worker \(name)") }
    }

    /// Removes the experiment from the server, and what its trials left with this machine's worker.
    func delete(_ name: String) async throws {
        let summary = try await required(name)
        guard summary.counts.running == 0 || summary.status == .stopped else {
            throw AttuneError("\(name) has \(summary.counts.running) running trials; attune stop \(name) first")
        }
        let directories = try await trialDirectories(of: name)
        _ = try await client.call(ExperimentsMethod.delete, .with { $0.experiment = name })
        try directories?.remove()
    }

    /// Carries an experiment's trials out on this machine until it is over, and shows what came of it.
    func work(on experiment: Experiment, base: String, _ verbosity: Verbosity) async throws {
        var configuration = Worker.Configuration(
            client: client.configuration, experiments: [experiment.name],
            parallel: experiment.budget.parallelTrials, directory: .usual, baseDirectory: base)
        configuration.isQuiet = verbosity.quiet || verbosity.json
        try await Worker(configuration).runUntilInterrupted()
        try await requiredStudy(experiment.name).study().conclude(verbosity)
    }
}
