import ArgumentParser
import AttuneAlgorithms
import AttuneCore
import AttunePage
import AttuneProcess
import AttuneStore
import Foundation

/// What a reading command prints.
struct FormatOptions: ParsableArguments {
    @Flag(name: .long, help: "Print JSON.")
    var json = false
}

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the experiments of the store.")

    @OptionGroup var recordsOptions: RecordsOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let records = try recordsOptions.open()
        let summaries = try await records.experiments()
        if format.json { return Terminal.say(JSON.array(summaries.map(\.json)).pretty) }
        guard !summaries.isEmpty else { return Terminal.say("no experiments yet; \(records.firstStep)") }
        let rows = summaries.map { summary in
            [
                summary.name, summary.statusText,
                "\(summary.counts.ended)/\(summary.maxTrials.map(String.init) ?? "∞")",
                String(summary.counts.running), summary.best.map { "\(summary.metric)=\($0.value.short)" } ?? "-",
                summary.createdAt.rfc3339,
            ]
        }
        Terminal.say(TextTable(header: ["NAME", "STATUS", "TRIALS", "RUNNING", "BEST", "CREATED"], rows: rows).text)
    }
}

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows where an experiment stands.")

    @Argument(help: "The experiment.") var name: String
    @OptionGroup var recordsOptions: RecordsOptions
    @OptionGroup var format: FormatOptions
    @Flag(help: "Say how much each parameter mattered.") var importance = false

    func run() async throws {
        let store = try recordsOptions.open()
        let summary = try await store.required(name)
        let experiment = try await store.requiredExperiment(name)
        let best = try await store.best(of: name)?.presented(by: experiment)
        let holder = try await store.holder(of: name)
        let table = importance ? ImportanceComparison(try await store.requiredStudy(name).study()) : nil
        if format.json {
            guard case .object(var fields) = summary.json else { return }
            fields["bestTrial"] = best?.json ?? .null
            fields["drivenBy"] = holder.map { .string($0) } ?? .null
            if let table { fields["importance"] = table.json }
            return Terminal.say(JSON.object(fields).pretty)
        }
        Terminal.say(summary.text)
        if let holder { Terminal.say("driven by  \(holder)") }
        if let best { Terminal.say("parameters  " + best.assignmentText(without: experiment.genotypeChoices)) }
        if let why = best?.explanation { Terminal.say("why  " + why.text) }
        if let table { Terminal.say(table.text) }
    }
}

struct TrialsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "trials", abstract: "Lists an experiment's trials.")

    @Argument(help: "The experiment.") var name: String
    @OptionGroup var recordsOptions: RecordsOptions
    @OptionGroup var format: FormatOptions
    @Flag(help: "Print CSV.") var csv = false
    @Flag(help: "Say why each was proposed: what the model expected, and how much of it was exploration.") var why =
        false

    func validate() throws {
        if csv, why { throw ValidationError("--why: a table or, with --json, JSON; CSV has no column for it") }
    }

    func run() async throws {
        let store = try recordsOptions.open()
        let summary = try await store.required(name)
        let experiment = try await store.requiredExperiment(name)
        let trials = try await store.allTrials(of: name).map { $0.presented(by: experiment) }
        if format.json { return Terminal.say(JSON.array(trials.map(why ? \.explainedJSON : \.json)).pretty) }
        if why { return Terminal.say(ExplanationTable(trials: trials, metric: summary.metric).text) }
        let parameters = experiment.presentedNames
        if csv { return TrialTable(trials: trials, parameters: parameters).csvLines.forEach(Terminal.say) }
        let told = experiment.genotypeChoices
        let rows = trials.map { trial in
            [
                String(trial.number), trial.state, trial.reported(of: summary.metric)?.short ?? "-",
                trial.assignmentText(without: told) + (trial.outcome?.reason.map { "   " + $0.brief } ?? ""),
            ]
        }
        Terminal.say(TextTable(header: ["TRIAL", "STATE", summary.metric.uppercased(), "PARAMETERS"], rows: rows).text)
    }
}

struct BestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "best", abstract: "Shows the best trial so far.")

    @Argument(help: "The experiment.") var name: String
    @OptionGroup var recordsOptions: RecordsOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let store = try recordsOptions.open()
        let summary = try await store.required(name)
        guard let found = try await store.best(of: name) else {
            throw AttuneError("no trial of \(name) has succeeded yet")
        }
        let best = found.presented(by: try await store.requiredExperiment(name))
        if format.json { return Terminal.say(best.json.pretty) }
        Terminal.say("trial \(best.number)  \(summary.metric) = \(summary.best?.value.text.onOneLine ?? "-")")
        for (name, value) in best.parameters { Terminal.say("\(name): \(value)") }
    }
}

struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "logs", abstract: "Prints what a trial printed.")

    @Argument(help: "The experiment.") var name: String
    @Argument(help: "The trial's number.") var trial: Int
    @OptionGroup var recordsOptions: RecordsOptions
    @Flag(name: .shortAndLong, help: "Go on printing until the trial ends.") var follow = false

    func run() async throws {
        let store = try recordsOptions.open()
        _ = try await store.required(name)
        guard try await store.trial(trial, of: name) != nil else { throw AttuneError("\(name) has no trial \(trial)") }
        let outputs = try await store.trialDirectories(of: name).map { directories in
            { directories.outputs(of: trial) }
        }
        guard let outputs, !outputs().isEmpty else {
            let place =
                try recordsOptions.remote == nil ? "" : "; it is with the worker that ran it, in its --directory"
            throw AttuneError("trial \(trial) of \(name) has left no output on this machine\(place)")
        }
        var printed = 0
        var file: FileHandle?
        while true {
            let isRunning = try await store.trial(trial, of: name)?.state == "Running"
            let all = outputs()
            // A trial that was lost goes on in the output of its next attempt.
            while true {
                while let data = try file?.read(upToCount: 1 << 16), !data.isEmpty {
                    try FileHandle.standardOutput.write(contentsOf: data)
                }
                guard printed < all.count else { break }
                try file?.close()
                file = try RegularFile.handle(all[printed])
                printed += 1
            }
            guard follow, isRunning else { return }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}

struct ExportCommand: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case json, csv }

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Prints an experiment with everything recorded of it: JSON with every event, or CSV of trials.")

    @Argument(help: "The experiment.") var name: String
    @OptionGroup var recordsOptions: RecordsOptions
    @Option(help: "json or csv.") var format = Format.json

    func run() async throws {
        let store = try recordsOptions.open()
        let stored = try await store.requiredStudy(name)
        switch format {
        case .csv:
            TrialTable(trials: try await store.allTrials(of: name), parameters: stored.experiment.space.names).csvLines
                .forEach(Terminal.say)
        case .json:
            let document: JSON = [
                "experiment": stored.experiment.json, "createdAt": .string(stored.createdAt.rfc3339),
                "trials": .array(try await store.allTrials(of: name).map(\.explainedJSON)),
                "events": .array(stored.events.map(\.json)),
            ]
            Terminal.say(document.pretty)
        }
    }
}

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Derives every suggestion again from the log.")

    @Argument(help: "The experiment.") var name: String
    @OptionGroup var recordsOptions: RecordsOptions
    @Flag(help: "Compare with what was run; exit with 1 at the first difference.") var verify = false

    func run() async throws {
        let stored = try await recordsOptions.open().requiredStudy(name)
        var replay = Replay(stored, suggester: try AlgorithmCatalogue.complete.suggester(for: stored.experiment))
        var count = 0
        while let step = try replay.next() {
            count += 1
            if !verify { Terminal.say("trial \(step.number)  \(step.derived.text)") }
            if verify, !step.isSame {
                Terminal.complain(
                    "trial \(step.number): the log has \(step.recorded.text); the algorithm gives \(step.derived.text)"
                )
                throw ExitCode.failed
            }
        }
        if verify { Terminal.say("\(name): all \(count) suggestions follow from the log") }
    }
}

struct AlgorithmsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "algorithms", abstract: "Lists algorithms and stopping rules, or one with its settings.",
        discussion: "Those of this attune, which needs no store and no server for it.")

    @Argument(help: "An algorithm or stopping rule.") var name: String?
    @OptionGroup var format: FormatOptions

    func run() throws {
        let catalogue = AlgorithmCatalogue.complete
        guard let name else {
            if format.json {
                return Terminal.say(
                    JSON.array(catalogue.algorithms.map(\.json) + catalogue.stoppingRules.map(\.json)).pretty)
            }
            let rows =
                catalogue.algorithms.map { [$0.name, "algorithm", $0.summary] }
                + catalogue.stoppingRules.map { [$0.name, "early stopping", $0.summary] }
            return Terminal.say(TextTable(header: ["NAME", "KIND", "WHAT IT DOES"], rows: rows).text)
        }
        // A rule may have the name of an algorithm.
        let (algorithm, rule) = (catalogue[algorithm: name], catalogue[stoppingRule: name])
        let found = [algorithm?.json, rule?.json].compactMap(\.self)
        switch found.count {
        case 1 where format.json: Terminal.say(found[0].pretty)
        case 2 where format.json: Terminal.say(JSON.array(found).pretty)
        case 1...: Terminal.say([algorithm?.text, rule?.text].compactMap(\.self).joined(separator: "\n\n"))
        default:
            let known = catalogue.algorithms.map(\.name) + catalogue.stoppingRules.map(\.name)
            throw AttuneError("there is no algorithm \(name); known: \(known.joined(separator: ", "))")
        }
    }
}

extension Proposal {
    var text: String {
        switch self {
        case .run(let suggestion): suggestion.assignment.description
        case .resume(let number, let level, _): "trial \(number) goes on to \(level)"
        case .wait: "wait"
        case .exhausted: "space exhausted"
        }
    }
}
