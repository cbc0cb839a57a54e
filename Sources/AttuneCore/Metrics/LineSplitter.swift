import Foundation

/// Cuts a stream of bytes into lines, however the stream was cut into chunks.
///
/// `\n`, `\r\n` and a lone `\r` end a line, so every redraw of a progress bar is a line of its own. A line that lies
/// within one chunk is passed on without a copy. Lines longer than `limit` are cut there and their rest is dropped, so
/// memory stays bounded by `limit` whatever a program prints.
///
///     var splitter = LineSplitter()
///     splitter.feed(chunk) { line in … }
///     splitter.finish { line in … }
public struct LineSplitter: Sendable {
    /// The most bytes of a line that are kept.
    public let limit: Int
    /// How many lines were longer than `limit`.
    public private(set) var cutLines = 0

    private let splitsAtReturns: Bool
    private var partial: [UInt8] = []
    private var isDroppingRest = false
    private var endedWithReturn = false

    /// - Parameters:
    ///   - limit: at least 1 byte; 1 MiB by default.
    ///   - splitsAtReturns: whether a `\r` ends a line too; else only `\n` does, and all else is kept.
    public init(limit: Int = 1 << 20, splitsAtReturns: Bool = true) {
        precondition(limit > 0, "A line limit must leave room for a byte.")
        self.limit = limit
        self.splitsAtReturns = splitsAtReturns
    }

    /// Passes every line that `chunk` completes to `line`, without its ending. The bytes may be invalid UTF-8.
    public mutating func feed(_ chunk: some ContiguousBytes, _ line: (Span<UInt8>) -> Void) {
        chunk.withUnsafeBytes { raw in
            raw.withMemoryRebound(to: UInt8.self) { split($0, line) }
        }
    }

    /// The lines that `chunk` completes, invalid UTF-8 repaired with U+FFFD.
    public mutating func lines(_ chunk: some ContiguousBytes) -> [String] {
        var lines: [String] = []
        feed(chunk) { lines.append(Self.text($0)) }
        return lines
    }

    /// Passes on the last line if the stream ended without ending it; the splitter is then as new.
    public mutating func finish(_ line: (Span<UInt8>) -> Void) {
        if !partial.isEmpty { line(partial.span) }
        partial = []
        isDroppingRest = false
        endedWithReturn = false
    }

    /// The last line, if the stream ended without ending it.
    public mutating func finish() -> String? {
        var last: String?
        finish { last = Self.text($0) }
        return last
    }

    private static func text(_ line: Span<UInt8>) -> String {
        line.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    private mutating func split(_ bytes: Bytes, _ line: (Span<UInt8>) -> Void) {
        guard let first = bytes.first else { return }
        var start = endedWithReturn && first == UInt8(ascii: "\n") ? 1 : 0
        endedWithReturn = false
        while start < bytes.count {
            let newline = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start) ?? bytes.count
            splitAtReturns(bytes.part(start..<newline), endsAtNewline: newline < bytes.count, line)
            start = newline + 1
        }
    }

    /// Cuts bytes without a newline at their carriage returns.
    private mutating func splitAtReturns(_ bytes: Bytes, endsAtNewline: Bool, _ line: (Span<UInt8>) -> Void) {
        var start = 0
        while splitsAtReturns, let end = bytes.firstIndex(of: UInt8(ascii: "\r"), from: start) {
            endLine(bytes.part(start..<end), line)
            start = end + 1
            if start == bytes.count {
                // This return and the newline after it, here or at the start of the next chunk, are one ending.
                endedWithReturn = !endsAtNewline
                return
            }
        }
        let rest = bytes.part(start..<bytes.count)
        if endsAtNewline { endLine(rest, line) } else { keep(rest, line) }
    }

    private mutating func endLine(_ bytes: Bytes, _ line: (Span<UInt8>) -> Void) {
        if partial.isEmpty, !isDroppingRest, bytes.count <= limit { return line(bytes.span) }
        keep(bytes, line)
        if !isDroppingRest { line(partial.span) }
        partial.removeAll(keepingCapacity: true)
        isDroppingRest = false
    }

    /// Adds to the unfinished line. A line that grows over the limit is passed on at once.
    private mutating func keep(_ bytes: Bytes, _ line: (Span<UInt8>) -> Void) {
        guard !isDroppingRest else { return }
        partial.append(contentsOf: bytes.prefix(limit - partial.count + 1))
        guard partial.count > limit else { return }
        partial.removeLast()
        line(partial.span)
        partial.removeAll(keepingCapacity: true)
        isDroppingRest = true
        cutLines += 1
    }
}
