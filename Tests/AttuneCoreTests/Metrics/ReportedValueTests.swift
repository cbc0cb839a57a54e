import Foundation
import Testing

@testable import AttuneCore

struct ReportedValueTests {
    @Test(arguments: [
        ("Genotype(a)", "Genotype(a)"), ("  x y\t\r\n", "x y"), ("0x10", "0x10"), ("1,5", "1,5"), ("é 🤷", "é 🤷"),
        ("nano", "nano"), ("1.2.3", "1.2.3"), ("\u{1B}[31m\u{0}", "\u{1B}[31m\u{0}"),
    ])
    func `what spells no number is a text, without the blanks around it`(text: String, kept: String) {
        #expect(ReportedValue(reading: text) == .text(kept))
    }

    @Test(arguments: [("0.5", 0.5), (" -1e3 ", -1000), ("inf", .infinity), ("1e999", .infinity)])
    func `what spells a number is that number`(text: String, value: Double) {
        #expect(ReportedValue(reading: text) == .number(value))
    }

    @Test(arguments: ["", " ", "\t\n", "unavailable", " unavailable "])
    func `what says nothing is no value`(text: String) {
        #expect(ReportedValue(reading: text) == nil)
    }

    @Test(arguments: ["a", "é", "🤷", "e\u{301}"], 0..<4)
    func `a long text is cut at 64 KiB between two characters of Unicode`(piece: String, shift: Int) throws {
        let long = String(repeating: "x", count: shift) + String(repeating: piece, count: 1 << 20)
        guard case .text(let kept)? = ReportedValue(reading: long) else {
            Issue.record("no text")
            return
        }
        #expect(kept.utf8.count <= ReportedValue.longestText && kept.utf8.count > ReportedValue.longestText - 4)
        #expect(long.utf8.starts(with: kept.utf8))
        #expect(ReportedValue(reading: kept) == .text(kept), "what was kept is kept whole")
    }

    @Test(arguments: ["Genotype(x)", "0x10", "\u{0}\u{1F}\u{7F}\u{9B}2J\"\\", "true", "[1]", "null"])
    func `texts come back from JSON`(text: String) throws {
        let value = ReportedValue.text(text)
        #expect(ReportedValue(json: try JSON(parsing: value.json.description)) == value)
    }

    @Test func `numbers come back from JSON, and what is neither is none`() throws {
        for value in [0.1, -0.0, 1e300, .infinity, -.infinity] {
            #expect(
                ReportedValue(json: try JSON(parsing: ReportedValue.number(value).json.description))?.number == value)
        }
        #expect(ReportedValue(json: "nan")?.number?.isNaN == true)
        for json: JSON in [.null, true, [], [:]] { #expect(ReportedValue(json: json) == nil) }
    }

    @Test func `equal texts are equal observations`() {
        let time = Date(timeIntervalSince1970: 0)
        let one = Observation(metric: "m", value: .text("a"), step: 0, time: time)
        #expect(one == Observation(metric: "m", value: .text("a"), step: 0, time: time))
        #expect(one != Observation(metric: "m", value: .text("b"), step: 0, time: time))
        #expect(one != Observation(metric: "m", value: 0, step: 0, time: time))
        #expect(one.value.isNaN && one.text == "a")
    }

    @Test func `of numbers and texts the latest by time counts`() {
        func summary(_ values: [(ReportedValue, Double)]) -> MetricSummary {
            MetricSummary(
                values.map {
                    Observation(metric: "m", value: $0, step: 0, time: Date(timeIntervalSince1970: $1))
                })
        }
        let text = summary([(.number(0.5), 1), (.text("a"), 2)])
        #expect(text.text == "a" && text.latest == nil && text.min == 0.5 && text.max == 0.5 && text.count == 2)
        #expect(text.value(by: .latest) == nil && text.value(by: .max) == 0.5)
        let number = summary([(.text("a"), 1), (.number(0.5), 1)])
        #expect(number.text == nil && number.latest == 0.5)
        let late = summary([(.number(0.5), 2), (.text("a"), 1)])
        #expect(late.text == nil && late.latest == 0.5)
        #expect(summary([(.text("a"), 1)]).value(by: .min) == nil)
    }
}
