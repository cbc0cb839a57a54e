/// One line of JSON, as far as metrics need it: arrays, booleans and null are read and forgotten.
///
/// Our own reader because Python prints `NaN` and `Infinity`, which are not JSON, just when a model diverges, and
/// because nesting must be bounded: the text is a stranger's.
enum JSONLine {
    case object([String: JSONLine])
    case text(String)
    case number(Double)
    case other

    /// Deeper nesting is refused.
    static let deepest = 64

    /// The value that `line` is, all of it; nil if it is not JSON.
    static func parse(_ line: Bytes) -> JSONLine? {
        var reader = JSONLineReader(cursor: ByteCursor(line))
        guard let value = reader.value(depth: 0) else { return nil }
        reader.cursor.skip { $0.isSpace }
        return reader.cursor.isAtEnd ? value : nil
    }
}

/// A recursive-descent reader (RFC 8259); every function gives nil where the text is not JSON.
private struct JSONLineReader {
    var cursor: ByteCursor

    mutating func value(depth: Int) -> JSONLine? {
        guard depth <= JSONLine.deepest else { return nil }
        cursor.skip { $0.isSpace }
        switch cursor.byte {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return array(depth: depth)
        case UInt8(ascii: "\""): return string().map(JSONLine.text)
        default: return word()
        }
    }

    private mutating func object(depth: Int) -> JSONLine? {
        var members: [String: JSONLine] = [:]
        let isClosed = list(closedBy: UInt8(ascii: "}")) { reader in
            reader.cursor.skip { $0.isSpace }
            guard let name = reader.string() else { return false }
            reader.cursor.skip { $0.isSpace }
            guard reader.cursor.take(UInt8(ascii: ":")), let value = reader.value(depth: depth + 1) else {
                return false
            }
            members[name] = value
            return true
        }
        return isClosed ? .object(members) : nil
    }

    private mutating func array(depth: Int) -> JSONLine? {
        list(closedBy: UInt8(ascii: "]")) { $0.value(depth: depth + 1) != nil } ? .other : nil
    }

    /// Reads an opening byte, elements between commas, and `close`.
    private mutating func list(closedBy close: UInt8, _ element: (inout Self) -> Bool) -> Bool {
        cursor.position += 1
        cursor.skip { $0.isSpace }
        if cursor.take(close) { return true }
        while element(&self) {
            cursor.skip { $0.isSpace }
            if cursor.take(close) { return true }
            guard cursor.take(UInt8(ascii: ",")) else { return false }
        }
        return false
    }

    private mutating func word() -> JSONLine? {
        let word = cursor.take { $0.isWord || $0.isSign || $0 == UInt8(ascii: ".") }
        switch cursor.text(word) {
        case "true", "false", "null": return .other
        default: return MetricNumber.value(of: cursor.bytes.part(word)).map(JSONLine.number)
        }
    }

    private mutating func string() -> String? {
        guard cursor.take(UInt8(ascii: "\"")) else { return nil }
        var text = ""
        while true {
            let plain = cursor.take { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 >= 0x20 }
            text += cursor.text(plain)
            if cursor.take(UInt8(ascii: "\"")) { return text }
            guard cursor.take(UInt8(ascii: "\\")), let scalar = escape() else { return nil }
            text.unicodeScalars.append(scalar)
        }
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard let byte = cursor.byte else { return nil }
        cursor.position += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "u"): return hexadecimalScalar()
        default: return nil
        }
    }

    /// The scalar of `\u…`, or of two such if they are a surrogate pair; half a pair is U+FFFD.
    private mutating func hexadecimalScalar() -> Unicode.Scalar? {
        guard let high = hexadecimal() else { return nil }
        guard 0xD800..<0xDC00 ~= high, cursor.byte == UInt8(ascii: "\\"), cursor.next == UInt8(ascii: "u") else {
            return Unicode.Scalar(high) ?? "\u{FFFD}"
        }
        let afterHigh = cursor.position
        cursor.position += 2
        guard let low = hexadecimal() else { return nil }
        guard 0xDC00..<0xE000 ~= low else {
            cursor.position = afterHigh
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    }

    private mutating func hexadecimal() -> UInt32? {
        let digits = cursor.position..<min(cursor.position + 4, cursor.bytes.count)
        guard digits.count == 4, cursor.bytes[digits].allSatisfy({ $0.isWord }) else { return nil }
        cursor.position += 4
        return UInt32(cursor.text(digits), radix: 16)
    }
}
