import ArgumentParser
import AttuneAlgorithms
import AttuneCore
import AttunePage
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
        return ([table.text, ""] + closingLines + columnNote).joined(separator: "\n")
    }

    /// What the table's last column means, where it says something.
    private var columnNote: [String] {
        guard rows.contains(where: { !$0.wouldGoOn.isEmpty }) else { return [] }
        return [
            "GOES ON counts trials that were really stopped and that the rule would have let run: what they would have"
                + " come to was never recorded."
        ]
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

    private static func percent(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "-" : "\(Int((Double(part) / Double(whole) * 100).rounded())) %"
    }
}
