import AttuneProto
import Foundation
import SwiftProtobuf
import Synchronization

/// Reads server-sent events out of a body as it comes.
final class EventReader: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var error: ClientError?
    }

    private let state = Mutex(State())
    private let handler: @Sendable (Attune_V1_Event) -> Void

    init(_ handler: @escaping @Sendable (Attune_V1_Event) -> Void) { self.handler = handler }

    /// What the server said was wrong, in the stream.
    var error: ClientError? { state.withLock { $0.error } }

    func take(_ part: [UInt8]) {
        let events = state.withLock { state in
            state.bytes += part
            return EventReader.blocks(&state.bytes)
        }
        for event in events { read(event) }
    }

    /// Whole events, each without the empty line that ends it.
    private static func blocks(_ bytes: inout [UInt8]) -> [[UInt8]] {
        var blocks: [[UInt8]] = []
        var start = 0
        var index = 0
        while index + 1 < bytes.count {
            if bytes[index] == UInt8(ascii: "\n"), bytes[index + 1] == UInt8(ascii: "\n") {
                blocks.append(Array(bytes[start..<index]))
                start = index + 2
                index = start
            } else {
                index += 1
            }
        }
        bytes.removeFirst(start)
        return blocks
    }

    private func read(_ block: [UInt8]) {
        var kind = ""
        var data: [UInt8] = []
        for line in block.split(separator: UInt8(ascii: "\n")) {
            if let value = EventReader.value(of: "event", line) { kind = String(decoding: value, as: UTF8.self) }
            if let value = EventReader.value(of: "data", line) { data += value }
        }
        guard !data.isEmpty else { return }
        if kind == "error" {
            state.withLock { $0.error = ClientError(status: 200, body: Data(data)) }
        } else if let event = try? Attune_V1_Event(jsonUTF8Bytes: data, options: EventReader.options) {
            handler(event)
        } else {
            state.withLock { $0.error = ClientError(.unknown, "the server sent an event that is none") }
        }
    }

    private static let options: JSONDecodingOptions = {
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        return options
    }()

    private static func value(of field: String, _ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard line.starts(with: Array("\(field):".utf8)) else { return nil }
        let value = line.dropFirst(field.utf8.count + 1)
        return value.first == UInt8(ascii: " ") ? value.dropFirst() : value
    }
}

/// The number of the last event that came.
final class LastSequence: Sendable {
    private let number: Mutex<Int64>

    init(_ number: Int64) { self.number = Mutex(number) }

    var value: Int64 {
        get { number.withLock { $0 } }
        set { number.withLock { $0 = newValue } }
    }
}
