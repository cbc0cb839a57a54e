import Foundation
import Testing

@testable import AttuneCore

/// Bytes of a program that means harm, or of a broken disk. The promise is only that nothing stops the process.
struct HostileMetricInputTests {
    private static let cases = 10_000

    /// Random bytes half of the time, else pieces of the format in a random order, which get further in.
    private func input(_ random: inout SeededGenerator, _ pieces: [String]) -> [UInt8] {
        Bool.random(using: &random) ? random.bytes(upTo: 64) : Array(random.text(of: pieces, upTo: 24).utf8)
    }

    @Test func `no text harms the line splitter or the text parser`() throws {
        let pieces = [
            "loss", "=", "nan", "-", "+", "1", ".", "e", "step=", "\0", "\r", "\n", " ", "2024-01-01T00:00:00", "Z",
            "\u{FFFD}",
        ]
        var random = SeededGenerator(seed: 10)
        var parser = try TextMetricParser(
            metrics: ["loss", "é", ""], filters: [TextMetricParser.defaultFilter, #"([^=]*)=(.*)"#])
        var splitter = LineSplitter(limit: 16)
        for _ in 0..<Self.cases {
            splitter.feed(input(&random, pieces)) { _ = parser.observations(in: $0, time: .arrival) }
        }
        splitter.finish { _ = parser.observations(in: $0, time: .arrival) }
    }

    @Test func `no text harms the JSON parser`() {
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"", "\"loss\"", "\\", "\\ud800", "\\u", "1", "-", "e", "NaN", "true", "\0",
            " ", "é",
        ]
        var random = SeededGenerator(seed: 11)
        var parser = JSONMetricParser(metrics: ["loss", "a.b", ".", ""])
        for _ in 0..<Self.cases {
            _ = parser.observations(in: ([UInt8(ascii: "{")] + input(&random, pieces)).span, time: .arrival)
            _ = parser.observations(in: input(&random, pieces).span, time: .arrival)
        }
    }

    @Test func `no text harms the Prometheus parser`() throws {
        let pieces = [
            "loss", "{", "}", "x", "=", "\"", "\\", ",", " ", "1", "NaN", "+Inf", "\n", "#", "\0", "\t",
            "9223372036854775807",
        ]
        var random = SeededGenerator(seed: 12)
        var parser = try PrometheusParser(metrics: ["loss", #"loss{x="1"}"#])
        for _ in 0..<Self.cases {
            _ = parser.observations(in: (Array("loss".utf8) + input(&random, pieces)).span, time: .arrival)
            _ = PrometheusSeries(String(decoding: input(&random, pieces), as: UTF8.self))
        }
    }

    @Test func `no bytes harm the event reader`() {
        var random = SeededGenerator(seed: 13)
        for _ in 0..<Self.cases {
            var reader = TensorFlowEventReader(metrics: ["loss"], directory: "")
            _ = reader.feed(random.bytes(upTo: 64), time: .arrival)
        }
    }

    /// Random bytes seldom get past the checksums, so these start behind them: an event with one byte changed or added.
    @Test func `no record harms the decoding of events`() {
        let event: [UInt8] =
            [0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0x10, 5, 0x2A, 30, 0x0A, 8, 0x0A, 1, 0x61, 0x15, 0, 0, 0x80, 0x3F]
            + [0x0A, 18, 0x0A, 1, 0x62, 0x42, 13, 0x08, 1, 0x12, 4, 0x12, 2, 0x08, 1, 0x2A, 3, 0, 0, 0]
        var random = SeededGenerator(seed: 14)
        for _ in 0..<Self.cases {
            var bytes = event
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = bytes.indices.randomElement(using: &random)!
                bytes[index] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? TensorFlowEvent(bytes[...])
            _ = try? TensorFlowEvent(random.bytes(upTo: 48)[...])
            _ = try? TensorFlowTensor(random.bytes(upTo: 48)[...])
        }
    }

    @Test func `no pattern harms the translation from Go`() {
        let pieces = [
            "(", ")", "[", "]", "{", "}", "\\", "\\Q", "\\E", "?P<", ">", "[:", ":]", "^", "-", "a", "1", ",", "\\p",
            "\\x", "é", "\0",
        ]
        var random = SeededGenerator(seed: 15)
        for _ in 0..<Self.cases {
            _ = GoPattern.icu(random.text(of: pieces, upTo: 12))
        }
    }
}
