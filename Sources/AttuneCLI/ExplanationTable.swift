import AttuneCore
import AttuneStore
import Foundation

/// Why each trial was proposed, beside what came of it.
struct ExplanationTable {
    let trials: [TrialRow]
    /// The objective's.
    let metric: String

    var text: String {
        TextTable(
            header: ["TRIAL", "STATE", metric.uppercased(), "EXPECTED", "ACQUISITION", "EXPLORE", "METHOD"],
            rows: trials.map(cells)
        ).text
    }

    private func cells(of trial: TrialRow) -> [String] {
        let why = trial.explanation
        return [
            String(trial.number), trial.state, trial.reported(of: metric)?.short ?? "-", why?.expected ?? "-",
            why?.acquired ?? "-",
            why?.explored ?? "-", why?.method.onOneLine ?? "-",
        ]
    }
}

extension Explanation {
    /// The model's mean and deviation; nil where there is no model.
    fileprivate var expected: String? {
        mean.map { mean in mean.short + (deviation.map { " ± \($0.short)" } ?? "") }
    }

    /// The acquisition with its value.
    fileprivate var acquired: String? {
        guard let name = acquisition ?? score.map({ _ in "score" }) else { return nil }
        return name + (score.map { " = \($0.short)" } ?? "")
    }

    /// The uncertainty's part of the acquisition.
    fileprivate var explored: String? { exploration.map { String(format: "%.0f %%", $0 * 100) } }

    /// All of it on one line.
    var text: String {
        [method.onOneLine, expected.map { "expected \($0)" }, acquired, explored.map { "\($0) exploration" }]
            .compactMap { $0 }.joined(separator: "; ")
    }
}
