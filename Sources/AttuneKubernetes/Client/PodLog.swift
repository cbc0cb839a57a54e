import AttuneCore
import Foundation

/// What a container prints, line by line with the time of each, from its beginning.
///
/// A stream that breaks off is opened again and goes on behind the last line that came, so that each line comes once.
struct PodLog: Sendable {
    struct Line: Sendable, Hashable {
        /// As the kubelet wrote it, to the nanosecond.
        var time: String
        var text: [UInt8]
    }

    let client: KubernetesClient
    let pod: String
    let container: String
    let namespace: String

    /// Where the reading has come to.
    struct Place: Sendable {
        /// The time of the last line that came, and how many lines of just that time have come.
        fileprivate var time = ""
        fileprivate var count = 0
    }

    /// Reads on from a place until the stream ends, as it does with the container.
    ///
    /// - Parameter take: takes the lines as they come, in groups.
    /// - Returns: the last line, where nothing ends it: it counts when the container has ended, and comes again otherwise.
    /// - Throws: `APIError`: `.badRequest` where the container has not begun, `.notFound` where the pod is gone;
    ///   `TransportError` where the stream broke off.
    func read(from place: inout Place, _ take: ([Line]) async throws -> Void) async throws -> Line? {
        let body = try await client.log(pod, container, in: namespace, since: place.time.isEmpty ? nil : place.time)
        var splitter = LineSplitter(splitsAtReturns: false)
        var skip = place.time.isEmpty ? nil : Skip(time: place.time, left: place.count)
        for try await part in body {
            var lines: [Line] = []
            splitter.feedLines(part) { lines.append($0) }
            try await give(lines, &skip, &place, take)
        }
        var last: Line?
        splitter.finish { last = Line($0) }
        return last.flatMap { skip?.skips($0) == true ? nil : $0 }
    }

    /// Lines that came already, before the stream was opened again.
    private struct Skip {
        let time: String
        var left: Int

        mutating func skips(_ line: Line) -> Bool {
            if line.isBefore(time) { return true }
            guard line.time == time, left > 0 else { return false }
            left -= 1
            return true
        }
    }

    private func give(
        _ lines: [Line], _ skip: inout Skip?, _ place: inout Place, _ take: ([Line]) async throws -> Void
    ) async throws {
        var new: [Line] = []
        for line in lines {
            if skip?.skips(line) == true { continue }
            new.append(line)
        }
        guard let last = new.last else { return }
        try await take(new)
        let before = place.time == last.time ? place.count : 0
        place.count = before + new.reversed().prefix { $0.time == last.time }.count
        place.time = last.time
    }
}

extension PodLog.Line {
    /// - Parameter bytes: the time, a blank, and what was printed.
    init?(_ bytes: Span<UInt8>) {
        let all = bytes.withUnsafeBufferPointer { Array($0) }
        guard let blank = all.firstIndex(of: UInt8(ascii: " ")) else {
            // A line may be empty.
            guard !all.isEmpty else { return nil }
            self.init(time: String(decoding: all, as: UTF8.self), text: [])
            return
        }
        self.init(time: String(decoding: all[..<blank], as: UTF8.self), text: Array(all[(blank + 1)...]))
    }
}

extension PodLog.Line {
    /// Whether it was printed before that time, both in UTC.
    fileprivate func isBefore(_ other: String) -> Bool {
        PodLog.Line.sortable(time) < PodLog.Line.sortable(other)
    }

    /// The time with nine digits of the second's fraction, however many were written.
    private static func sortable(_ time: String) -> String {
        let parts = time.dropLast().split(separator: ".", maxSplits: 1)
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        return "\(parts.first ?? "").\(fraction)\(String(repeating: "0", count: max(0, 9 - fraction.count)))"
    }
}

extension LineSplitter {
    fileprivate mutating func feedLines(_ part: [UInt8], _ take: (PodLog.Line) -> Void) {
        feed(part) { line in
            if let line = PodLog.Line(line) { take(line) }
        }
    }
}
