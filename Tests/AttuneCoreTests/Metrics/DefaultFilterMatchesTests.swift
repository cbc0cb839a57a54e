import Foundation
import Testing

@testable import AttuneCore

/// The hand-written matcher against the regular expression it stands for.
struct DefaultFilterMatchesTests {
    private struct Match: Equatable {
        var name: String
        var value: String
    }

    private func matches(_ line: String) -> [Match] {
        line.withBytes { bytes in
            let cursor = ByteCursor(bytes)
            return IteratorSequence(DefaultFilterMatches(bytes)).map {
                Match(name: cursor.text($0.name), value: cursor.text($0.value))
            }
        }
    }

    private func matches(_ line: String, _ expression: NSRegularExpression) -> [Match] {
        let text = line as NSString
        return expression.matches(in: line, range: NSRange(location: 0, length: text.length)).map {
            Match(name: text.substring(with: $0.range(at: 1)), value: text.substring(with: $0.range(at: 2)))
        }
    }

    private let pieces = [
        "=", "=", "=", " ", " ", "\t", "+", "-", ".", "e", "E", "|", "_", "0", "7", "12", "a", "loss", "acc-1", ",",
        ";", "{",
        ":", "\r", "\n", "\u{C}", "\0", "nan", "1.5e-3",
    ]

    @Test func `on ASCII it gives what the expression gives`() throws {
        let expression = try NSRegularExpression(pattern: TextMetricParser.defaultFilter)
        var random = SeededGenerator(seed: 2)
        for _ in 0..<20_000 {
            let line = random.text(of: pieces, upTo: 24)
            #expect(matches(line) == matches(line, expression), "line \(line.debugDescription)")
        }
    }

    @Test func `beyond ASCII it gives what the expression gives in Go, where classes are ASCII`() throws {
        let expression = try NSRegularExpression(pattern: GoPattern.icu(TextMetricParser.defaultFilter))
        let wide = ["é", "精度", "\u{A0}", "٣", "\u{2028}", "🙂", "\u{B}", "\u{85}"]
        var random = SeededGenerator(seed: 3)
        for _ in 0..<10_000 {
            let line = random.text(of: pieces + wide + wide, upTo: 24)
            #expect(matches(line) == matches(line, expression), "line \(line.debugDescription)")
        }
    }

    @Test func `a match begins where the one before it ended`() {
        #expect(matches("a=5b=3") == [Match(name: "a", value: "5"), Match(name: "b", value: "3")])
        #expect(matches("a=-b=3") == [Match(name: "a", value: "-"), Match(name: "b", value: "3")])
        #expect(
            matches("a==b=1e=2") == [
                Match(name: "a", value: ""), Match(name: "b", value: "1"), Match(name: "e", value: "2"),
            ])
    }
}
