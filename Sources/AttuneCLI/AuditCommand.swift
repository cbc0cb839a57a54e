import ArgumentParser
import AttuneAlgorithms
import AttuneCore
import AttuneStore

struct AuditCommand: AsyncParsableCommand {
    enum Output: String, ExpressibleByArgument, CaseIterable { case table, json }

    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Says what early stopping saved and risked, and what other rules would have done.",
        discussion: "Replays rules over the recorded learning curves; docs/early-stopping.md explains the table.")

    @Argument(help: "The experiment.") var name: String
    @OptionGroup var recordsOptions: RecordsOptions
    @OptionGroup var format: FormatOptions
    @Option(help: "table or json.") var output = Output.table
    @Option(
        help: "A rule to compare with, with settings: 'asha eta=2 r_min=3'; may be given often (default: every rule).")
    var rule: [String] = []

    func run() async throws {
        let stored = try await recordsOptions.open().requiredStudy(name)
        let audit = try StoppingAudit(stored, rules: rule.isEmpty ? nil : try rule.map(AuditCommand.spec))
        Terminal.say(format.json || output == .json ? audit.json.pretty : audit.text)
    }

    private static func spec(_ text: String) throws -> AlgorithmSpec {
        let words = text.split(separator: " ").map(String.init)
        guard let name = words.first else { throw AttuneError("--rule: found \"\"; name a rule, such as medianstop") }
        let settings = try words.dropFirst().map { word -> AlgorithmSpec.Setting in
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                throw AttuneError("--rule: found \"\(word)\"; settings are written name=value, as in 'asha eta=2'")
            }
            return .init(parts[0], parts[1])
        }
        return AlgorithmSpec(name, settings)
    }
}

extension StoppingAudit {
    /// For people: a line for each rule, and what is known of the trials that were really stopped.
    var text: String {
        guard reporting > 0 else { return "\(experiment.name): no trial has reported anything yet" }
        let header = [
            "RULE", "STOPS", "ENDS", "SAVES", "OF ALL", several ? "OF THE FRONT" : "THE BEST", "LEAVES", "GOES ON",
        ]
        let table = TextTable(header: header, rows: rows.map(cells))
        return ([table.text, ""] + closingLines).joined(separator: "\n")
    }

    private var several: Bool { experiment.objective.hasSeveralTargets }

    private func cells(_ row: Row) -> [String] {
        let settings = row.rule.settings.map { " \($0.name)=\($0.value)" }.joined()
        let fate =
            several
            ? (front.isEmpty ? "-" : "stops \(row.frontStopped.count) of \(front.count)")
            : (front.isEmpty ? "-" : row.frontStopped.isEmpty ? "kept" : "stopped")
        return [
            row.rule.name + settings + (row.isInUse ? " (in use)" : ""), String(row.stopped.count),
            String(row.finished.count), (row.savedUnrecorded > 0 ? "~" : "") + String(row.saved + row.savedUnrecorded),
            StoppingAudit.percent(row.saved + row.savedUnrecorded, of: fullResource), fate,
            row.best?.short ?? "-", String(row.wouldGoOn.count),
        ]
    }

    private var closingLines: [String] {
        var lines = ["\(resource) units of resource were used by \(reporting) trials that reported."]
        if !stopped.trials.isEmpty { lines += stoppedLines }
        if let control { lines += controlLines(control) }
        if rows.contains(where: { !$0.wouldGoOn.isEmpty }) {
            lines.append(
                "GOES ON counts trials that were really stopped and that the rule would have let run: what they would have"
                    + " come to was never recorded."
            )
        }
        return lines
    }

    private var stoppedLines: [String] {
        let saved = stopped.saved.map {
            "; that saved about \($0) units, as long as they had run as long as those usually did that succeeded"
        }
        var lines = ["\(stopped.trials.count) trials were stopped after \(stopped.used) units\(saved ?? "")."]
        if let chance = stopped.chanceOfBest {
            let rest = stopped.unforeseen > 0 ? " (nothing can be said of \(stopped.unforeseen))" : ""
            lines.append(
                "By their learning curves, the probability that one of them would have bettered the best is about"
                    + " \(chance.short)\(rest).")
        } else {
            lines.append("Too few trials have ended to say whether one of them would have bettered the best.")
        }
        return lines
    }

    private func controlLines(_ control: Control) -> [String] {
        let found =
            "Control group: \(control.trials.count) trials that nothing could stop; the rule in use would have stopped"
            + " \(control.stoppable.count), and \(control.better.count) of these came to be the best."
        guard let chance = control.chanceOfEach else { return [found] }
        return [found, "So a trial that the rule stops would be the best with a probability of about \(chance.short)."]
    }

    private static func percent(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "-" : "\(Int((Double(part) / Double(whole) * 100).rounded())) %"
    }
}

extension StoppingAudit {
    var json: JSON {
        [
            "experiment": .string(experiment.name), "resource": .number(resource),
            "fullResource": .number(fullResource), "reporting": .number(reporting),
            "front": .numbers(front), "rules": .array(rows.map { json(of: $0) }), "stopped": stoppedJSON,
            "control": control.map(json) ?? .null,
        ]
    }

    private func json(of row: Row) -> JSON {
        [
            "rule": .string(row.rule.name),
            "settings": .object(JSON.Fields(row.rule.settings.map { ($0.name, .string($0.value)) })),
            "inUse": .bool(row.isInUse), "stops": .numbers(row.stopped), "ends": .numbers(row.finished),
            "saved": .number(row.saved), "savedUnrecorded": .number(row.savedUnrecorded),
            "savedShare": fullResource == 0
                ? .null : .number(Double(row.saved + row.savedUnrecorded) / Double(fullResource)),
            "frontStopped": .numbers(row.frontStopped), "best": row.best.map { .number($0) } ?? .null,
            "goesOn": .numbers(row.wouldGoOn),
        ]
    }

    private var stoppedJSON: JSON {
        [
            "trials": .numbers(stopped.trials), "used": .number(stopped.used),
            "saved": stopped.saved.map { .number($0) } ?? .null,
            "chanceOfBest": stopped.chanceOfBest.map { .number($0) } ?? .null,
            "unforeseen": .number(stopped.unforeseen),
        ]
    }

    private func json(_ control: Control) -> JSON {
        [
            "trials": .numbers(control.trials), "stoppable": .numbers(control.stoppable),
            "better": .numbers(control.better), "chanceOfEach": control.chanceOfEach.map { .number($0) } ?? .null,
        ]
    }
}

extension JSON {
    fileprivate static func numbers(_ numbers: [Int]) -> JSON { .array(numbers.map { .number($0) }) }
}
