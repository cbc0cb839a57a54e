/// Status and headers of an answer.
struct ResponseHead: Sendable, Hashable {
    var status = 0
    /// By lower-case name; several of one name are joined with commas.
    var headers: [String: String] = [:]

    /// Reads a head line by line. Those of interim answers (100 Continue) are passed over, trailers not looked at.
    struct Reader: Sendable {
        private(set) var head = ResponseHead()
        private(set) var isComplete = false

        /// - Parameter line: its end included; the last one is empty.
        mutating func read(_ line: UnsafeRawBufferPointer, status: Int) {
            if isComplete { return }
            let line = line.last == UInt8(ascii: "\n") ? UnsafeRawBufferPointer(rebasing: line.dropLast()) : line
            let text = String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line[...], as: UTF8.self)
            if text.isEmpty {
                finish(status)
            } else if text.hasPrefix("HTTP/") {
                head = ResponseHead()
            } else if let colon = text.firstIndex(of: ":") {
                add(text[..<colon].lowercased(), String(text[text.index(after: colon)...].trimmed))
            }
        }

        private mutating func add(_ name: String, _ value: String) {
            head.headers[name] = head.headers[name].map { "\($0), \(value)" } ?? value
        }

        private mutating func finish(_ status: Int) {
            guard status >= 200 else { return }
            isComplete = true
            head.status = status
            // libcurl has undone it.
            if head.headers["content-encoding"]?.lowercased() == "gzip" {
                head.headers["content-encoding"] = nil
                head.headers["content-length"] = nil
            }
        }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let start = drop { $0.isWhitespace }
        return start.lastIndex { !$0.isWhitespace }.map { start[...$0] } ?? ""
    }
}
