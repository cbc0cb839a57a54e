import AttuneCore
import AttuneStore
import Foundation

/// Trials as a spreadsheet's CSV.
public struct TrialSheet: Sendable {
    private let experiment: Experiment
    private let metrics: [String]

    public init(_ view: ExperimentView) {
        experiment = view.experiment
        metrics = view.metricNames
    }

    public var header: String {
        let fields =
            ["number", "name", "state", "value"] + experiment.presentedNames + metrics
            + ["start", "end", "attempt", "reason"]
        return TrialSheet.line(fields)
    }

    public func line(of trial: TrialRow) -> String {
        let told = trial.presentedAssignment(by: experiment)
        var fields = [
            String(trial.number), trial.name, trial.state, trial.reported(of: experiment.objective.metric)?.text ?? "",
        ]
        fields += experiment.presentedNames.map { told[$0]?.scalarText ?? "" }
        fields += metrics.map { trial.metrics[$0]?.reported?.text ?? "" }
        fields += [
            trial.startTime.rfc3339, trial.endTime?.rfc3339 ?? "", String(trial.attempt), trial.outcome?.reason ?? "",
        ]
        return TrialSheet.line(fields)
    }

    private static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\r\n" }

    /// Quoted where CSV asks for it. What a spreadsheet would take for a formula gets an apostrophe, unless it is a number.
    static func quoted(_ field: String) -> String {
        let isFormula = field.first.map { "=+-@\t\r".contains($0) } ?? false && Double(field) == nil
        let text = isFormula ? "'" + field : field
        guard text.contains(where: { ",\"\n\r".contains($0) || $0 == "\r\n" }) || isFormula else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
