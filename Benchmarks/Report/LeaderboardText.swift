import AttuneBench
import Foundation

/// The ranking as a table of text, best first.
func leaderboardText(_ comparison: Comparison) -> String {
    let results = comparison.results
    guard comparison.isPossible else {
        return "Nothing to compare: that takes two algorithms that ran on the same problems.\n"
    }
    let ranks = comparison.meanRanks(after: results.budget)
    let header = ["algorithm", "mean rank"] + comparison.budgets.map { "after \($0)" }
    let rows = comparison.ranked.enumerated().map { place, algorithm in
        [printable(results.algorithms[algorithm]), ranks[place].fixed(decimals: 2)]
            + comparison.budgets.map { comparison.regret(of: algorithm, after: $0).median.rounded(toDigits: 3) }
    }
    let difference = CriticalDifference(ranks, blocks: comparison.shared.count).difference
    let title = """
        Median normalised regret over \(comparison.shared.count) of \(results.problems.count) problems, \
        \(results.seeds.count) seeds
        """
    let notes = ["Mean ranks differ if \(difference.rounded(toDigits: 3)) apart (Nemenyi, 5 %)."]
    return ([title] + aligned([header] + rows) + notes).joined(separator: "\n") + "\n"
}

/// Columns side by side, the first flush left and the others flush right.
private func aligned(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
        row.enumerated().map { column, cell in
            let room = String(repeating: " ", count: widths[column] - cell.count)
            return column == 0 ? cell + room : room + cell
        }.joined(separator: "  ")
    }
}

/// The text without control characters, which a terminal would obey.
private func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control }))
}
