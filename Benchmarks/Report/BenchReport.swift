import AttuneCore
import Foundation

/// What a folder of bench results says, to read and to choose by.
///
/// Reads `results.csv` and `problems.json`, and where they exist `skipped.csv` (problem,algorithm,reason) and `settings.json`
/// (an object; its `command` says how to reproduce, the rest is shown as it is). The same folder always gives the same report.
public struct BenchReport: Sendable {
    private let comparison: Comparison

    /// - Throws: `AttuneError`, with file and line for what is malformed.
    public init(folder: URL) throws {
        comparison = Comparison(try Results(folder: folder))
    }

    init(_ results: Results) { comparison = Comparison(results) }

    /// One self-contained page, without scripts: curves, tables and what to beware of.
    public var html: String { page(comparison).source }

    /// A short leaderboard for the terminal, its last line ended.
    public var text: String { leaderboardText(comparison) }
}
