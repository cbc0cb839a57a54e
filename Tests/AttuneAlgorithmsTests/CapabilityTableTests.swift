import AttuneAlgorithms
import AttuneCore
import Foundation
import Testing

/// The README's table of what each algorithm honours is what the catalogue says, and the laws prove the catalogue.
@Suite struct CapabilityTableTests {
    private let readme = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "README.md")

    private var table: String {
        let features = Algorithm.Feature.allCases
        let header = "| algorithm | " + features.map(\.rawValue).joined(separator: " | ") + " |"
        let rule = "|---|" + features.map { _ in "---|" }.joined()
        let rows = AlgorithmCatalogue.standard.algorithms.map { algorithm in
            "| \(algorithm.name) | "
                + features.map { algorithm.honours.contains($0) ? "yes" : "no" }.joined(separator: " | ") + " |"
        }
        return ([header, rule] + rows).joined(separator: "\n")
    }

    @Test func `the README shows what the catalogue says`() throws {
        let text = try String(contentsOf: readme, encoding: .utf8)
        let start = try #require(text.firstRange(of: "<!-- capabilities -->\n"))
        let end = try #require(text.firstRange(of: "\n<!-- /capabilities -->"))
        #expect(text[start.upperBound..<end.lowerBound] == table, "put this table into README.md:\n\(table)")
    }
}
