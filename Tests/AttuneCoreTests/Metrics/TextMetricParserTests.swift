import Foundation
import Testing

@testable import AttuneCore

struct TextMetricParserTests {
    private func parse(_ lines: String..., metrics: [String] = ["loss", "accuracy"], filters: [String] = []) throws
        -> [Observation]
    {
        var parser = try TextMetricParser(metrics: metrics, filters: filters)
        return lines.flatMap { parser.observations(in: $0, time: .arrival) }
    }

    @Test func `every match on a line counts, in order`() throws {
        let observations = try parse("accuracy=0.5, loss = 2e-1 other=3 loss=+.25")
        #expect(observations.metrics == ["accuracy", "loss", "loss"])
        #expect(observations.values == [0.5, 0.2, 0.25])
    }

    @Test func `a name must match exactly`() throws {
        #expect(try parse("val_loss=1 loss-2=1 Loss=1 loss|=1 losses=1").isEmpty)
    }

    @Test func `without a stated step the earlier values are counted, by metric`() throws {
        let observations = try parse("loss=3", "accuracy=0.1", "loss=2 loss=1", "accuracy=0.2")
        #expect(observations.steps == [0, 0, 1, 2, 1])
    }

    @Test(arguments: [
        ("epoch=4 loss=1", 4), ("loss=1 step = 120", 120), ("Epoch=1 Iteration=7 loss=1", 7),
        ("epoch=2 step=9 loss=1", 9), ("step=9 epoch=2 loss=1", 9), ("step=3 loss=1 step=5", 3),
        ("epoch=3/10 loss=1", 3), ("step=x epoch=6 loss=1", 6), ("step=1.5 loss=1", 0), ("step= loss=1", 0),
        ("step=99999999999999999999 loss=1", 0), ("epochs=3 loss=1", 0), ("epoch: 3 loss=1", 0),
    ])
    func `a step stated on the line is the step, the finest first`(line: String, step: Int) throws {
        #expect(try parse(line).steps == [step])
    }

    @Test func `an epoch may be a metric and the step at once`() throws {
        let observations = try parse("epoch=3 loss=1", metrics: ["loss", "epoch"])
        #expect(observations.metrics == ["epoch", "loss"])
        #expect(observations.steps == [3, 3])
    }

    @Test(arguments: [
        ("nan", Double.nan), ("NaN", .nan), ("-nan", .nan), ("inf", .infinity), ("+Inf", .infinity),
        ("-inf", -.infinity),
        ("Infinity", .infinity), ("-INFINITY", -.infinity), ("nan,", .nan), ("inf;x", .infinity), ("1e999", .infinity),
    ])
    func `a diverged value is a value`(text: String, value: Double) throws {
        let values = try parse("loss=\(text)").values
        #expect(values.count == 1)
        #expect(values.first == value || values.first?.isNaN == true && value.isNaN)
    }

    @Test(arguments: [
        "", "-", "+ 1", "e5", "info", "nano", "nan_", "infinite", "none", "x1", "\"1\"", "inf1", "-.", "- inf",
    ])
    func `what is no number is skipped`(text: String) throws {
        #expect(try parse("loss=\(text)").isEmpty)
    }

    @Test func `a time at the start of a line is the time`() throws {
        let observations = try parse("2024-02-29T12:00:00.5+01:00 loss=1", "loss=1", "2024-02-30T12:00:00Z loss=1")
        #expect(observations.map(\.time) == [Date(timeIntervalSince1970: 1_709_204_400.5), .arrival, .arrival])
    }

    @Test func `invalid UTF-8 and null bytes around a metric do not hide it`() throws {
        var parser = try TextMetricParser(metrics: ["loss"])
        let line: [UInt8] = [0xFF, 0x00] + Array("loss=1".utf8) + [0xC3]
        #expect(parser.observations(in: line.span, time: .arrival).values == [1])
        var filtered = try TextMetricParser(metrics: ["loss"], filters: [#"(\w+)=(\d)"#])
        #expect(filtered.observations(in: line.span, time: .arrival).values == [1])
    }

    // MARK: Texts

    /// As Katib's darts containers print it, and as others do.
    @Test(arguments: [
        (
            "Best-Genotype=Genotype(normal=[[('max_pooling_3x3',0)]],normal_concat=range(2,3))",
            "Genotype(normal=[[('max_pooling_3x3',0)]],normal_concat=range(2,3))"
        ),
        (
            "2026-06-22T08:15:00Z INFO     Best-Genotype=Genotype(normal=[('skip connect', 1)], reduce=[])  ",
            "Genotype(normal=[('skip connect', 1)], reduce=[])"
        ),
    ])
    func `Katib's line of a genotype is a text`(line: String, text: String) throws {
        var parser = try TextMetricParser(
            metrics: ["Best-Genotype"], filters: [#"([\w-]+)=(Genotype.*)"#], texts: ["Best-Genotype"])
        let found = parser.observations(in: line, time: .arrival)
        #expect(found.map(\.text) == [text] && found.map(\.step) == [0])
        #expect(found.allSatisfy { $0.value.isNaN })
        var numbers = try TextMetricParser(metrics: ["Best-Genotype"], filters: [#"([\w-]+)=(Genotype.*)"#])
        #expect(numbers.observations(in: line, time: .arrival).isEmpty, "a metric of numbers has no texts")
    }

    @Test func `where texts are values, numbers are still numbers, and others' texts are none`() throws {
        var parser = try TextMetricParser(
            metrics: ["found", "loss"], filters: [#"(\w+)=(\S*)"#], texts: ["found"])
        let found = parser.observations(
            in: "found=0.5 found=cells loss=low loss=2 found= found=unavailable", time: .arrival)
        #expect(found.map(\.reported) == [.number(0.5), .text("cells"), .number(2)])
        #expect(found.steps == [0, 1, 0])
    }

    @Test func `the default filter finds no texts`() throws {
        var parser = try TextMetricParser(metrics: ["found"], texts: ["found"])
        #expect(parser.observations(in: "found=cells found=0.5x", time: .arrival).compactMap(\.text).isEmpty)
    }

    @Test func `a text of a megabyte is cut where lines are`() throws {
        var parser = try TextMetricParser(
            metrics: ["found"], filters: [#"([\w-]+)=(.*)"#], texts: ["found"])
        let found = parser.observations(in: "found=" + String(repeating: "ü", count: 1 << 19), time: .arrival)
        #expect(found.count == 1)
        #expect((found.first?.text?.utf8.count).map { $0 > 60 << 10 && $0 <= ReportedValue.longestText } == true)
    }

    // MARK: Filters of the user

    @Test func `a filter with a space in the name finds it`() throws {
        let filter = #"(\w+\s\w+)\s:\s([+-]?\d*(\.\d+)?([Ee][+-]?\d+)?)"#
        let observations = try parse("[10]\tvalid_1 auc : 0.75", metrics: ["valid_1 auc"], filters: [filter])
        #expect(observations.values == [0.75])
    }

    @Test func `Katib's example filter with bare braces works`() throws {
        let filter = #"{metricName: ([\w|-]+), metricValue: ((-?\d+)(\.\d+)?)}"#
        let line = "{metricName: accuracy, metricValue: 0.5};{metricName: loss, metricValue: -2}"
        #expect(try parse(line, filters: [filter]).values == [0.5, -2])
    }

    @Test func `a semicolon in a filter is a semicolon`() throws {
        #expect(try parse("loss;3;", filters: [#"(\w+);(\d+);"#]).values == [3])
    }

    @Test func `each of several filters sees the whole line`() throws {
        let observations = try parse("loss: 1 accuracy=2 loss: 3", filters: [#"(\w+)=(\d+)"#, #"(\w+): (\d+)"#])
        #expect(observations.values == [2, 1, 3])
        #expect(observations.steps == [0, 0, 1])
    }

    @Test func `a user's filter takes no step from the line`() throws {
        #expect(try parse("step=9 loss=1", filters: [#"(\w+)=(\d+)"#]).steps == [0])
    }

    @Test func `the default filter written out is the default filter`() throws {
        #expect(try parse("step=9 loss=nan", filters: [TextMetricParser.defaultFilter]).steps == [9])
    }

    @Test func `a filter may find nan, and what is empty or no number is skipped`() throws {
        let values = try parse("loss:nan loss: loss:1_0 loss:0x10 loss:7", filters: [#"(\w+):(\S*)"#]).values
        #expect(values.count == 2 && values[0].isNaN && values[1] == 7)
    }

    @Test func `a group that took no part is skipped`() throws {
        #expect(try parse("loss accuracy=1", filters: [#"(\w+)(?:=(\d))?()"#]).values == [1])
    }

    @Test(arguments: [
        (#"\w+=\d+"#, #"filter[1]: `\w+=\d+` does not have them; two groups (name) and (value) are required"#),
        (#"(\w+)"#, #"filter[1]: `(\w+)` does not have them; two groups (name) and (value) are required"#),
        (#"((\w+)=)"#, #"filter[1]: `((\w+)=)` does not have them; two groups (name) and (value) are required"#),
        (#"(\w+)=(?:\d+)"#, #"filter[1]: `(\w+)=(?:\d+)` has 1; two groups (name) and (value) are required"#),
        (
            #"(\w+=(\d+)()"#,
            #"filter[1]: `(\w+=(\d+)()` is not a regular expression; two groups (name) and (value) are required"#
        ),
    ])
    func `a filter without two groups is refused by its place and reason`(filter: String, message: String) {
        let error = #expect(throws: MetricFilterError.self) {
            _ = try TextMetricParser(metrics: ["loss"], filters: [#"(\w+)=(\d+)"#, filter])
        }
        #expect(error?.description == message)
    }

    @Test func `a filter sees 64 KiB of a line and no more`() throws {
        let padding = String(repeating: " ", count: TextMetricParser.longestFilteredLine)
        #expect(try parse("loss=1" + padding + "loss=2", filters: [#"(\w+)=(\d+)"#]).values == [1])
    }

    @Test func `a filter that goes exponential is stopped and counted`() throws {
        var parser = try TextMetricParser(metrics: ["loss"], filters: [#"(loss)((a+)+)b"#])
        let line = "loss" + String(repeating: "a", count: 40)
        #expect(parser.observations(in: line, time: .arrival).isEmpty)
        #expect(parser.abandonedLines == 1)
        #expect(parser.observations(in: "loss1aab lossab", time: .arrival).isEmpty)
        #expect(parser.abandonedLines == 1)
    }
}
