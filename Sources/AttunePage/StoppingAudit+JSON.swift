import AttuneAlgorithms
import AttuneCore

extension StoppingAudit {
    /// As `attune audit --json` has it.
    public var json: JSON {
        [
            "experiment": .string(experiment.name), "resource": .number(resource),
            "fullResource": .number(fullResource), "reporting": .number(reporting),
            "front": .page(front), "rules": .array(rows.map { json(of: $0) }), "stopped": stoppedJSON,
            "control": control.map(json) ?? .null,
        ]
    }

    private func json(of row: Row) -> JSON {
        [
            "rule": .string(row.rule.name),
            "settings": row.rule.settingsJSON,
            "inUse": .bool(row.isInUse), "stops": .page(row.stopped), "ends": .page(row.finished),
            "saved": .number(row.saved), "savedUnrecorded": .number(row.savedUnrecorded),
            "savedShare": fullResource == 0
                ? .null : .number(Double(row.saved + row.savedUnrecorded) / Double(fullResource)),
            "frontStopped": .page(row.frontStopped), "best": row.best.map { .number($0) } ?? .null,
            "goesOn": .page(row.wouldGoOn),
        ]
    }

    private var stoppedJSON: JSON {
        [
            "trials": .page(stopped.trials), "used": .number(stopped.used),
            "saved": stopped.saved.map { .number($0) } ?? .null,
            "chanceOfBest": stopped.chanceOfBest.map { .number($0) } ?? .null,
            "unforeseen": .number(stopped.unforeseen),
        ]
    }

    private func json(_ control: Control) -> JSON {
        [
            "trials": .page(control.trials), "stoppable": .page(control.stoppable),
            "better": .page(control.better), "chanceOfEach": control.chanceOfEach.map { .number($0) } ?? .null,
        ]
    }

    /// What was stopped and what that risked, in sentences.
    public var closingLines: [String] {
        var lines = ["\(resource) units of resource were used by \(reporting) trials that reported."]
        if !stopped.trials.isEmpty { lines += stoppedLines }
        if let control { lines += controlLines(control) }
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
}

extension StoppedTrials.Stop {
    /// Why, as a sentence.
    public var sentence: String {
        guard let grounds else { return "The rule does not say why." }
        return grounds.sentence.prefix(1).uppercased() + grounds.sentence.dropFirst() + "."
    }

    public var json: JSON {
        [
            "number": .number(trial), "step": .page(step), "value": .page(value),
            "compared": .object(JSON.Fields((grounds?.compared ?? []).map { ($0.name, .page($0.value)) })),
            "why": .string(sentence), "lastStep": .page(lastStep),
        ]
    }
}

/// The stopping audit as the page shows it.
public struct AuditPage: Sendable {
    /// Beyond, rules are not replayed: that takes minutes.
    public static let mostEvents = 200_000

    public let audit: StoppingAudit
    public let stops: StoppedTrials

    public init(_ stored: StoredExperiment) throws {
        audit = try StoppingAudit(stored)
        stops = try StoppedTrials(stored)
    }

    public var json: JSON {
        let rule = audit.experiment.earlyStopping
        return [
            "rule": rule.map { ["rule": .string($0.name), "settings": $0.settingsJSON] } ?? .null,
            "stopped": .number(audit.stopped.trials.count), "checked": .number(audit.reporting),
            "note": .string(audit.closingLines.joined(separator: " ")),
            "trials": .array(stops.stops.prefix(1_000).map(\.json)),
            "wrong": wrong,
            "audit": audit.json,
        ]
    }

    /// How often a trial that the rule stops would have been the best, where a control group says so.
    private var wrong: JSON {
        guard let control = audit.control, let share = control.chanceOfEach else { return .null }
        return ["share": .page(share), "low": .null, "high": .null, "judged": .number(control.stoppable.count)]
    }
}
