import Foundation
import Testing

@testable import AttuneCore

struct JSONMetricParserTests {
    private func parse(_ lines: String..., metrics: [String] = ["loss", "accuracy"]) -> [Observation] {
        var parser = JSONMetricParser(metrics: metrics)
        return lines.flatMap { parser.observations(in: $0, time: .arrival) }
    }

    @Test func `values are numbers or strings that are numbers, in the order asked for`() {
        let observations = parse(#"{"accuracy": 0.5, "loss": "2e-1", "other": 1}"#)
        #expect(observations.metrics == ["loss", "accuracy"])
        #expect(observations.values == [0.2, 0.5])
    }

    @Test(arguments: [#""NaN""#, "NaN", "nan", #""nan""#])
    func `not a number is a value, quoted or as Python prints it`(text: String) {
        #expect(parse(#"{"loss": \#(text)}"#).first?.value.isNaN == true)
    }

    @Test(arguments: [
        (#""inf""#, Double.infinity), ("Infinity", .infinity), ("-Infinity", -.infinity), ("1e999", .infinity),
    ])
    func `infinities are values`(text: String, value: Double) {
        #expect(parse(#"{"loss": \#(text)}"#).values == [value])
    }

    @Test(arguments: ["true", "null", "[1]", #""high""#, #""""#, #"{"value": 1}"#])
    func `what is no number is skipped`(text: String) {
        #expect(parse(#"{"loss": \#(text), "accuracy": 1}"#).metrics == ["accuracy"])
    }

    @Test(arguments: [
        (#""2024-01-01T00:00:00Z""#, 1_704_067_200), ("1704067200.5", 1_704_067_200.5),
        (#""1704067200.5""#, 1_704_067_200.5),
        (#""yesterday""#, 1_000), ("null", 1_000), ("NaN", 1_000),
    ])
    func `a timestamp is RFC 3339 or seconds, else the line's arrival counts`(text: String, seconds: Double) {
        let observations = parse(#"{"timestamp": \#(text), "loss": 1}"#)
        #expect(observations.first?.time == Date(timeIntervalSince1970: seconds))
    }

    @Test(arguments: [
        (#""step": 7"#, 7), (#""epoch": "3""#, 3), (#""epoch": 2, "step": 40"#, 40), (#""step": 1.5"#, 0),
        (#""step": 1e300"#, 0),
        (#""step": null, "epoch": 4"#, 4),
    ])
    func `an integer step or epoch is the step`(member: String, step: Int) {
        #expect(parse(#"{"loss": 1, \#(member)}"#).steps == [step])
    }

    @Test func `without a step the earlier values are counted`() {
        #expect(parse(#"{"loss": 1}"#, #"{"accuracy": 1}"#, #"{"loss": 1}"#).steps == [0, 0, 1])
    }

    @Test func `a dotted name reaches into objects unless it is there as it stands`() {
        #expect(parse(#"{"a": {"b": {"c": 1}}}"#, metrics: ["a.b.c"]).values == [1])
        #expect(parse(#"{"a.b": {"c": 2}}"#, metrics: ["a.b.c"]).values == [2])
        #expect(parse(#"{"a": {"b.c": 3}, "a.b": 9}"#, metrics: ["a.b.c"]).values == [3])
        #expect(parse(#"{"a": {"b": 1}, "a.b": 4}"#, metrics: ["a.b"]).values == [4])
        #expect(parse(#"{"a": {"b": 1}, "a.b": null}"#, metrics: ["a.b"]).isEmpty)
        #expect(parse(#"{"": 1}"#, metrics: ["."]).isEmpty)
    }

    @Test func `a bad line is counted and the rest is read`() {
        var parser = JSONMetricParser(metrics: ["loss"])
        let lines = [#"{"loss": 1}"#, "Downloading data", "", "  ", #"{"loss": "#, "[1]", #"{"loss": 2}"#]
        #expect(lines.flatMap { parser.observations(in: $0, time: .arrival) }.values == [1, 2])
        #expect(parser.badLines == 3)
        #expect(parser.firstBadLine == "Downloading data")
    }

    @Test func `of a long bad line a kibibyte is kept`() {
        var parser = JSONMetricParser(metrics: ["loss"])
        _ = parser.observations(in: String(repeating: "x", count: 5_000), time: .arrival)
        #expect(parser.firstBadLine?.utf8.count == 1_024)
    }

    @Test func `names and escapes are JSON's`() {
        #expect(parse(#"{"\u006c\"\\\/\n\ud83d\ude42é\ud800": 1}"#, metrics: ["l\"\\/\n🙂é\u{FFFD}"]).values == [1])
    }

    @Test(arguments: [
        #"{"loss": 1} x"#, #"{"loss": 1,}"#, #"{"loss" 1}"#, #"{loss: 1}"#, #"{"loss": 1"#, #"{"lo\x": 1}"#,
        #"{"\u12": 1}"#, "{",
        "\"", #"{"loss": 1}{"loss": 2}"#, #"{"loss": tru}"#, #"{"loss": --1}"#, "{\"a\nb\": 1}", #"{"a": [1,]}"#,
        #"{"\u+123": 1}"#,
    ])
    func `what is no JSON object is a bad line`(line: String) {
        var parser = JSONMetricParser(metrics: ["loss"])
        #expect(parser.observations(in: line, time: .arrival).isEmpty)
        #expect(parser.badLines == 1)
    }

    @Test(arguments: [("[", "]"), (#"{"a":"#, "}")])
    func `deep nesting is refused, not followed`(open: String, close: String) {
        var parser = JSONMetricParser(metrics: ["loss"])
        let depth = 200_000
        let nested = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        #expect(parser.observations(in: #"{"loss": 1, "x": "# + nested + "}", time: .arrival).isEmpty)
        #expect(parser.badLines == 1)
    }

    @Test func `a string is a value where texts are`() throws {
        var parser = JSONMetricParser(metrics: ["found", "loss"], texts: ["found"])
        let found = parser.observations(in: #"{"found": " cells ", "loss": "low", "epoch": 3}"#, time: .arrival)
        #expect(found.map(\.reported) == [.text("cells")] && found.steps == [3])
        #expect(parser.observations(in: #"{"found": "0.5"}"#, time: .arrival).map(\.reported) == [.number(0.5)])
        #expect(parser.observations(in: #"{"found": ""}"#, time: .arrival).isEmpty)
        #expect(parser.observations(in: #"{"found": ["cells"]}"#, time: .arrival).isEmpty)
    }
}
