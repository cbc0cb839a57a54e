import AttuneKubernetes
import Foundation
import Synchronization

/// What a container wrote, for any number of readers.
final class ContainerLog: Sendable {
    struct Line: Sendable {
        var time: Date
        /// With its end of line, which the last may lack.
        var bytes: [UInt8]
    }

    private struct State {
        var lines: [Line] = []
        var hasEnded = false
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var number = 0
    }
    private let state = Mutex(State())

    /// Adds what was written, line by line; text without an end of line is joined by what comes next.
    func append(_ bytes: [UInt8], at time: Date) {
        wake { state in
            for line in bytes.split(after: UInt8(ascii: "\n")) {
                if let last = state.lines.last, last.bytes.last != UInt8(ascii: "\n") {
                    state.lines[state.lines.count - 1].bytes += line
                } else {
                    state.lines.append(Line(time: time, bytes: Array(line)))
                }
            }
        }
    }

    func end() { wake { $0.hasEnded = true } }

    /// Lets everybody who waits look again.
    func wakeReaders() { wake { _ in } }

    var lines: [Line] { state.withLock { $0.lines } }

    private func wake(_ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume() }
    }

    /// The part after a place, nil at the end of the log, empty when there is none yet.
    func part(after place: Place, in selection: LogSelection) -> (bytes: [UInt8], next: Place)? {
        state.withLock { state in
            var next = place
            var bytes: [UInt8] = []
            while next.line < state.lines.count {
                let line = state.lines[next.line]
                let isWhole = line.bytes.last == UInt8(ascii: "\n") || state.hasEnded
                if selection.timestamps, !isWhole { break }
                if selection.includes(line) {
                    if selection.timestamps, next.byte == 0 {
                        bytes += Array("\(Timestamp.nanoseconds(line.time)) ".utf8)
                    }
                    bytes += line.bytes[next.byte...]
                }
                next.byte = line.bytes.count
                guard line.bytes.last == UInt8(ascii: "\n") else { break }
                next = Place(line: next.line + 1)
            }
            return bytes.isEmpty && state.hasEnded ? nil : (bytes, next)
        }
    }

    /// Waits for more than there was at a place, or for a reason to look again.
    func waitForMore(than place: Place, unless mustLook: @Sendable () -> Bool) async throws {
        let number = state.withLock { state in
            state.number += 1
            return state.number
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    let isBehind =
                        place.line < state.lines.count
                        && place.byte < state.lines[place.line].bytes.count
                    guard !isBehind, !state.hasEnded, !Task.isCancelled, !mustLook() else { return false }
                    state.waiting[number] = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
        }
        try Task.checkCancellation()
    }

    /// A byte of the log.
    struct Place: Sendable {
        var line = 0
        var byte = 0
    }

    /// Where the last lines begin.
    func place(ofLast count: Int?) -> Place {
        guard let count else { return Place() }
        return Place(line: max(0, state.withLock { $0.lines.count } - count))
    }
}

/// Which part of a log is asked for.
struct LogSelection: Sendable {
    var timestamps = false
    var since: Date?
    var tailLines: Int?
    var limitBytes: Int?

    func includes(_ line: ContainerLog.Line) -> Bool { since.map { line.time >= $0 } ?? true }
}

/// A log as it grows, for one reader.
actor LogBody: APIBody.Source, SilenceWatching {
    private let log: ContainerLog
    private let selection: LogSelection
    private var place: ContainerLog.Place
    private var bytesLeft: Int
    private nonisolated let quiet = Mutex(Quiet())

    /// What is known of how long nothing has come.
    private struct Quiet {
        var deliveries = 0
        var failure: TransportError?
    }

    init(_ log: ContainerLog, _ selection: LogSelection) {
        self.log = log
        self.selection = selection
        place = log.place(ofLast: selection.tailLines)
        bytesLeft = selection.limitBytes ?? .max
    }

    func next() async throws -> [UInt8]? {
        while bytesLeft > 0 {
            if let failure = quiet.withLock(\.failure) { throw failure }
            guard let (bytes, after) = log.part(after: place, in: selection) else { return nil }
            place = after
            guard bytes.isEmpty else {
                quiet.withLock { $0.deliveries += 1 }
                defer { bytesLeft -= bytes.count }
                return Array(bytes.prefix(bytesLeft))
            }
            try await log.waitForMore(than: place) { quiet.withLock { $0.failure != nil } }
        }
        return nil
    }

    nonisolated func end(afterSilence silence: Duration, _ clock: SimulatedClock) {
        let count = quiet.withLock(\.deliveries)
        clock.after(silence) { [weak self] in
            guard let self else { return }
            let isQuiet = quiet.withLock { quiet in
                guard quiet.deliveries == count else { return false }
                quiet.failure = TransportError(.timedOut, "nothing came for \(silence)")
                return true
            }
            if isQuiet { log.wakeReaders() } else { end(afterSilence: silence, clock) }
        }
    }
}

extension Array where Element == UInt8 {
    /// Parts that end with the byte, and what is left after the last.
    fileprivate func split(after byte: UInt8) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = startIndex
        while let end = self[start...].firstIndex(of: byte) {
            parts.append(self[start...end])
            start = end + 1
        }
        if start < endIndex { parts.append(self[start...]) }
        return parts
    }
}
