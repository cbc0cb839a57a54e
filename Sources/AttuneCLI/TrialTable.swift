import AttuneCore
import AttuneStore
import Foundation

/// Trials as lines of CSV: one column per parameter and per statistic of a metric.
struct TrialTable {
    let trials: [TrialRow]
    let parameters: [String]

    var csvLines: [String] {
        let metrics = Set(trials.flatMap(\.metrics.keys)).sorted()
        let header =
            ["number", "name", "state"] + parameters
            + metrics.flatMap { ["\($0)_latest", "\($0)_min", "\($0)_max"] } + [
                "startTime", "completionTime", "reason",
            ]
        return [csvLine(header)] + trials.map { csvLine(fields(of: $0, metrics: metrics)) }
    }

    private func fields(of trial: TrialRow, metrics: [String]) -> [String] {
        [String(trial.number), trial.name, trial.state] + parameters.map { trial.assignment[$0]?.scalarText ?? "" }
            + metrics.flatMap { metric in
                let summary = trial.metrics[metric]
                return [summary?.reported?.text ?? "", summary?.min?.text ?? "", summary?.max?.text ?? ""]
            } + [trial.startTime.rfc3339, trial.endTime?.rfc3339 ?? "", trial.outcome?.reason ?? ""]
    }
}

extension TrialRow {
    /// The same with what trials of an architecture search are told in place of the choices that it is made of.
    func presented(by experiment: Experiment) -> TrialRow {
        guard experiment.nas != nil, let choices = experiment.space.assignment(json: assignment) else { return self }
        var row = self
        row.assignment = experiment.presentedJSON(choices)
        return row
    }

    /// Names and values of the active parameters.
    var parameters: [(name: String, value: String)] {
        (assignment.object ?? [:]).map { ($0.key, $0.value.scalarText ?? "") }
    }

    /// On one line.
    ///
    /// - Parameter told: names that are left out, as the genotype tells of them.
    func assignmentText(without told: Set<String>) -> String {
        parameters.filter { !told.contains($0.name) }.map { "\($0.name)=\($0.value)" }.joined(separator: " ").onOneLine
    }

    /// The stable form of `trials --json`.
    var json: JSON {
        [
            "number": .number(number), "name": .string(name), "state": .string(state), "parameters": assignment,
            "metrics": .object(JSON.Fields(metrics.sorted { $0.key < $1.key }.map { ($0.key, $0.value.fullJSON) })),
            "startTime": .string(startTime.rfc3339), "completionTime": endTime.map { .string($0.rfc3339) } ?? .null,
            "reason": outcome?.reason.map { .string($0) } ?? .null,
        ]
    }

    /// The same with why it was proposed.
    var explainedJSON: JSON {
        guard case .object(var fields) = json else { return json }
        fields["why"] = explanation?.json ?? .null
        return .object(fields)
    }
}

extension Experiment {
    /// What a trial is told, as an object.
    func presentedJSON(_ assignment: Assignment) -> JSON {
        guard nas != nil else { return assignment.json }
        return .object(JSON.Fields(presented(assignment).map { ($0.name, .string($0.value)) }))
    }

    /// The same on one line of text.
    func presentedText(_ assignment: Assignment) -> String {
        presented(assignment).map { "\($0.name)=\($0.value)" }.joined(separator: " ").onOneLine
    }
}

extension TrialRow.Metric {
    /// With every statistic, null where there is none.
    var fullJSON: JSON {
        [
            "latest": reported?.json ?? .null, "min": min.map { .number($0) } ?? .null,
            "max": max.map { .number($0) } ?? .null,
        ]
    }
}

extension ExperimentSummary {
    /// Running, Stopped, or Katib's last condition with its reason.
    var statusText: String {
        switch status {
        case .running: "Running"
        case .stopped: "Stopped"
        case .finished(let finish): finish.isFailure ? "Failed" : "Succeeded"
        }
    }

    var reason: String? { if case .finished(let finish) = status { finish.reason } else { nil } }

    var json: JSON {
        [
            "name": .string(name), "status": .string(statusText), "reason": reason.map { .string($0) } ?? .null,
            "createdAt": .string(createdAt.rfc3339), "objective": .string(metric),
            "maxTrialCount": maxTrials.map { .number($0) } ?? .null, "trials": counts.json,
            "priorTrials": .number(priorTrials),
            "best": best.map { ["trial": .number($0.number), "value": $0.value.json] } ?? .null,
        ]
    }

    var text: String {
        var lines = ["\(name)  \(statusText)" + (reason.map { " (\($0))" } ?? "")]
        if case .finished(let finish) = status { lines.append(finish.message) }
        lines.append("trials  \(counts.text)" + (maxTrials.map { " of \($0)" } ?? ""))
        if priorTrials > 0 { lines.append("began with  \(priorTrials) trials of other experiments") }
        if let best { lines.append("best  \(metric) = \(best.value.text.onOneLine) in trial \(best.number)") }
        return lines.joined(separator: "\n")
    }
}

extension Study.Counts {
    var json: JSON {
        [
            "total": .number(total), "running": .number(running), "succeeded": .number(succeeded),
            "failed": .number(failed),
            "killed": .number(killed), "earlyStopped": .number(earlyStopped),
            "metricsUnavailable": .number(metricsUnavailable),
        ]
    }

    var text: String {
        let parts = [
            (succeeded, "succeeded"), (failed, "failed"), (earlyStopped, "stopped early"),
            (metricsUnavailable, "without metrics"),
            (killed, "killed"), (running, "running"),
        ].filter { $0.0 > 0 }
        return parts.isEmpty ? "none" : parts.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}

extension Study {
    var summaryJSON: JSON {
        let state =
            switch status {
            case .running: "Running"
            case .stopped: "Stopped"
            case .finished(let finish): finish.isFailure ? "Failed" : "Succeeded"
            }
        let reason: JSON = if case .finished(let finish) = status { .string(finish.reason) } else { .null }
        let bestJSON: JSON =
            best.map { trial in
                [
                    "trial": .number(trial.number), "value": trial.reported(of: objective)?.json ?? .null,
                    "parameters": experiment.presentedJSON(trial.assignment),
                ]
            } ?? .null
        return [
            "name": .string(experiment.name), "status": .string(state), "reason": reason, "trials": counts.json,
            "best": bestJSON,
        ]
    }

    /// What a person wants to know at the end.
    var closingLines: String {
        var lines: [String] = []
        if case .finished(let finish) = status { lines.append(finish.message) }
        lines.append("\(experiment.name): \(counts.text)")
        if counts.succeeded == 0, let failed = trials.last(where: { $0.outcome?.failure != nil }) {
            let reason = failed.outcome?.failure ?? ""
            lines.append("no trial succeeded; trial \(failed.number): \(reason.brief)")
            lines.append("see: attune trials \(experiment.name), attune logs \(experiment.name) \(failed.number)")
        }
        if let best, let value = best.reported(of: objective) {
            lines.append("best \(objective.metric) = \(value.text.onOneLine) in trial \(best.number)")
            lines += experiment.presented(best.assignment).map { "  \($0.name): \($0.value)" }
        }
        return lines.joined(separator: "\n")
    }
}

extension Algorithm {
    var json: JSON {
        [
            "name": .string(name), "kind": "algorithm", "summary": .string(summary),
            "settings": .array(settings.map(\.json)),
            "honours": .array(honours.map(\.rawValue).sorted().map { .string($0) }),
        ]
    }

    var text: String {
        "\(name): \(summary)\n\n" + settings.text + "\n\nhonours: "
            + honours.map(\.rawValue).sorted().joined(separator: ", ")
    }
}

extension StoppingRule {
    var json: JSON {
        [
            "name": .string(name), "kind": "early stopping", "summary": .string(summary),
            "settings": .array(settings.map(\.json)),
        ]
    }

    var text: String { "\(name): \(summary)\n\n" + settings.text }
}

extension AlgorithmSetting {
    var json: JSON {
        [
            "name": .string(name), "kind": .string(kindDescription),
            "default": defaultValue.map { .string($0) } ?? .null, "summary": .string(summary),
        ]
    }
}

extension [AlgorithmSetting] {
    var text: String {
        isEmpty
            ? "no settings"
            : TextTable(
                header: ["SETTING", "KIND", "DEFAULT", "MEANING"],
                rows: map { [$0.name, $0.kindDescription, $0.defaultValue ?? "-", $0.summary] }
            ).text
    }
}
