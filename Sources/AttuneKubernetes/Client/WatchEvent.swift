import AttuneCore

/// One line of a watch.
enum WatchEvent: Sendable {
    case changed(JSON)
    case deleted(JSON)
    /// Nothing has changed up to that version.
    case bookmark(version: String)
    case failed(APIError)

    /// - Throws: `APIError` where the line is none.
    init(_ line: [UInt8]) throws {
        guard let event = try? JSON(parsing: line), let object = event["object"] else {
            throw APIError(status: 200, reason: .internalError, message: "a line of the watch is no event")
        }
        switch event["type"]?.string {
        case "ADDED", "MODIFIED": self = .changed(object)
        case "DELETED": self = .deleted(object)
        case "BOOKMARK": self = .bookmark(version: object.resourceVersion)
        case "ERROR": self = .failed(APIError(object))
        case let other:
            throw APIError(
                status: 200, reason: .internalError, message: "the watch has an event of type \(other ?? "none")")
        }
    }
}

/// The events of a watch's body, in order.
struct WatchEvents: AsyncSequence {
    let body: APIBody

    struct Iterator: AsyncIteratorProtocol {
        var parts: APIBody.Iterator
        /// Room for the largest object that etcd may hold, and its escapes.
        var splitter = LineSplitter(limit: 32 << 20)
        var events: [WatchEvent] = []

        mutating func next() async throws -> WatchEvent? {
            while events.isEmpty {
                guard let part = try await parts.next() else { return nil }
                var lines: [[UInt8]] = []
                splitter.feed(part) { line in lines.append(line.withUnsafeBufferPointer { Array($0) }) }
                events = try lines.filter { !$0.isEmpty }.map { try WatchEvent($0) }.reversed()
            }
            return events.popLast()
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(parts: body.makeAsyncIterator()) }
}
