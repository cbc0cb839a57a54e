import AttuneAlgorithms
import AttuneCore
import AttunePage
import Foundation

extension ImportanceComparison {
    /// For people: a line for each parameter.
    var text: String {
        guard let trials else { return "importance  " + Set(problems.values).sorted().joined(separator: "; ") }
        let header = ["PARAMETER", "PED-ANOVA", "FANOVA", "WITH INTERACTIONS"]
        var lines = ["importance for \(metric)", TextTable(header: header, rows: ranked.map(cells)).text]
        lines += strongest.map { "\($0.first) × \($0.second)  \(percent($0.share)) together, beyond what each does" }
        lines += problems.map { "\($0.key.rawValue)  \($0.value)" }.sorted()
        let others = ended - trials
        lines.append(
            "from \(trials) trials" + (others > 0 ? "; \(others) that failed or ended early are left out" : ""))
        return lines.joined(separator: "\n")
    }

    private func cells(of name: String) -> [String] {
        let shares = [found[.pedAnova]?[name]?.share, found[.fanova]?[name]?.share].map { share in
            share.map { bar($0) + " " + percent($0) } ?? "-"
        }
        return [name] + shares + [(found[.fanova]?[name]?.total).map(percent) ?? "-"]
    }

    private func percent(_ share: Double) -> String { String(format: "%3.0f %%", share * 100) }

    /// Twenty characters wide.
    private func bar(_ share: Double) -> String {
        let full = Int((share * 20).rounded())
        return String(repeating: "█", count: full) + String(repeating: "·", count: 20 - full)
    }

    /// Of the interactions the three greatest that are worth a line.
    private var strongest: [ParameterInteraction] {
        Array((found[.fanova]?.interactions ?? []).filter { $0.share >= 0.05 }.prefix(3))
    }
}
