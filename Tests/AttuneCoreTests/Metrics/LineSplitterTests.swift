import Foundation
import Testing

@testable import AttuneCore

struct LineSplitterTests {
    private func split(_ chunks: [[UInt8]], limit: Int = 1 << 20) -> [String] {
        var splitter = LineSplitter(limit: limit)
        var lines = chunks.flatMap { splitter.lines($0) }
        if let last = splitter.finish() { lines.append(last) }
        return lines
    }

    private func split(_ chunks: String..., limit: Int = 1 << 20) -> [String] {
        split(chunks.map { Array($0.utf8) }, limit: limit)
    }

    @Test func `newlines, returns and both together each end one line`() {
        #expect(split("a\nb\r\nc\rd") == ["a", "b", "c", "d"])
    }

    @Test func `empty lines are lines`() {
        #expect(split("\n\r\n\ra\n\n") == ["", "", "", "a", ""])
    }

    @Test func `a line may come in many chunks`() {
        #expect(split("lo", "ss", "=1\nlo", "", "ss=2") == ["loss=1", "loss=2"])
    }

    @Test func `a return and a newline in two chunks are one ending`() {
        #expect(split("a\r", "\nb\r", "c\n") == ["a", "b", "c"])
    }

    @Test func `a redrawn progress bar gives its line as soon as the return comes`() {
        var splitter = LineSplitter()
        #expect(splitter.lines(Data("\r50%\r".utf8)) == ["", "50%"])
    }

    @Test func `an unfinished line waits for its end`() {
        var splitter = LineSplitter()
        #expect(splitter.lines(Data("loss=0.".utf8)).isEmpty)
        #expect(splitter.lines(Data("5\n".utf8)) == ["loss=0.5"])
        #expect(splitter.finish() == nil)
    }

    @Test func `a character cut by a chunk is whole again`() {
        let bytes = Array("précision=1\n".utf8)
        for cut in bytes.indices {
            #expect(split([Array(bytes[..<cut]), Array(bytes[cut...])]) == ["précision=1"])
        }
    }

    @Test func `invalid UTF-8 is repaired`() {
        #expect(split([[0x61, 0xFF, 0x62, 0x0A, 0xC3]]) == ["a\u{FFFD}b", "\u{FFFD}"])
    }

    @Test func `null bytes are ordinary`() {
        #expect(split("a\0b\n\0") == ["a\0b", "\0"])
    }

    @Test(arguments: [["abcdefgh\nxy\n"], ["abc", "defgh", "ij\nxy\n"], ["abcde", "\nxy\n"], ["abcdefgh\r", "\nxy"]])
    func `a long line is cut and its rest dropped`(chunks: [String]) {
        var splitter = LineSplitter(limit: 4)
        let lines = chunks.flatMap { splitter.lines(Data($0.utf8)) }
        #expect(lines + [splitter.finish()].compactMap(\.self) == ["abcd", "xy"])
        #expect(splitter.cutLines == 1)
    }

    @Test func `a line exactly at the limit is not cut`() {
        #expect(split("abcd\nab", "cd\n", limit: 4) == ["abcd", "abcd"])
    }

    @Test func `how the stream is cut into chunks does not matter`() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            let bytes = Array(random.text(of: ["\n", "\r", "\r\n", "a", "bc", "é", "defghijk"], upTo: 20).utf8)
            var chunks: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 0...4, using: &random)
                chunks.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            #expect(split(chunks, limit: 6) == split([bytes], limit: 6), "bytes \(bytes), chunks \(chunks)")
        }
    }
}
