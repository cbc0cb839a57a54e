import Foundation

extension JSON: CustomStringConvertible {
    /// One line of JSON, keys in order.
    public var description: String {
        var text = ""
        write(to: &text, indent: nil, depth: 0)
        return text
    }

    /// JSON over several lines, indented by two spaces.
    public var pretty: String {
        var text = ""
        write(to: &text, indent: 2, depth: 0)
        return text
    }

    private func write(to text: inout String, indent: Int?, depth: Int) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let number): text += number
        case .string(let string): JSON.quote(string, into: &text)
        case .array(let items):
            JSON.write(items, between: ("[", "]"), to: &text, indent: indent, depth: depth) { item, text in
                item.write(to: &text, indent: indent, depth: depth + 1)
            }
        case .object(let fields):
            JSON.write(Array(fields), between: ("{", "}"), to: &text, indent: indent, depth: depth) { member, text in
                JSON.quote(member.key, into: &text)
                text += indent == nil ? ":" : ": "
                member.value.write(to: &text, indent: indent, depth: depth + 1)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], between brackets: (String, String), to text: inout String, indent: Int?, depth: Int,
        each: (Item, inout String) -> Void
    ) {
        text += brackets.0
        let lineBreak = indent.map { "\n" + String(repeating: " ", count: $0 * (depth + 1)) } ?? ""
        for (index, item) in items.enumerated() {
            if index > 0 { text += "," }
            text += lineBreak
            each(item, &text)
        }
        if let indent, !items.isEmpty { text += "\n" + String(repeating: " ", count: indent * depth) }
        text += brackets.1
    }

    private static func quote(_ string: String, into text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20: text += String(format: "\\u%04x", scalar.value)
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }

    /// Reads one JSON value (RFC 8259).
    ///
    /// - Throws: `AttuneError` naming the byte at which the text stops being JSON. Nesting deeper than 500 is refused.
    public init(parsing text: String) throws(AttuneError) { self = try JSON(parsing: Array(text.utf8)) }

    /// Reads one JSON value from UTF-8.
    public init(parsing bytes: [UInt8]) throws(AttuneError) {
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }
}

/// A recursive-descent reader of RFC 8259 text.
private struct JSONParser {
    let bytes: [UInt8]
    var index = 0

    mutating func document() throws(AttuneError) -> JSON {
        let value = try value(depth: 0)
        skipSpace()
        guard index == bytes.count else { throw problem("nothing more") }
        return value
    }

    private func problem(_ expected: String) -> AttuneError {
        AttuneError("JSON, byte \(index): expected \(expected)")
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard next == byte else { return false }
        index += 1
        return true
    }

    private mutating func value(depth: Int) throws(AttuneError) -> JSON {
        guard depth < 500 else { throw problem("at most 500 levels") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ text: String, _ value: JSON) throws(AttuneError) -> JSON {
        guard bytes[index...].starts(with: text.utf8) else { throw problem("a value") }
        index += text.utf8.count
        return value
    }

    private mutating func number() throws(AttuneError) -> JSON {
        let start = index
        if next == UInt8(ascii: "-") { index += 1 }
        // A leading zero stands alone.
        if next == UInt8(ascii: "0") { index += 1 } else { try digits() }
        if next == UInt8(ascii: ".") {
            index += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            index += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { index += 1 }
            try digits()
        }
        return .number(String(decoding: bytes[start..<index], as: UTF8.self))
    }

    /// Skips one digit or more.
    private mutating func digits() throws(AttuneError) {
        let start = index
        while let byte = next, (0x30...0x39).contains(byte) { index += 1 }
        guard index > start else {
            throw problem(start == 0 || !bytes[start - 1].isPartOfNumber ? "a value" : "a digit")
        }
    }

    private mutating func array(depth: Int) throws(AttuneError) -> JSON {
        index += 1
        var items: [JSON] = []
        if take(UInt8(ascii: "]")) { return .array(items) }
        repeat { items.append(try value(depth: depth + 1)) } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw problem("',' or ']'") }
        return .array(items)
    }

    private mutating func object(depth: Int) throws(AttuneError) -> JSON {
        index += 1
        var fields = JSON.Fields()
        if take(UInt8(ascii: "}")) { return .object(fields) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw problem("a name in double quotes") }
            let name = try string()
            guard take(UInt8(ascii: ":")) else { throw problem("':'") }
            fields[name] = try value(depth: depth + 1)
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw problem("',' or '}'") }
        return .object(fields)
    }

    private mutating func string() throws(AttuneError) -> String {
        index += 1
        var text: [UInt8] = []
        while let byte = next {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text.append(contentsOf: try escape().utf8)
            case 0..<0x20: throw problem("no control character in a string")
            default: text.append(byte)
            }
        }
        throw problem("a closing '\"'")
    }

    private mutating func escape() throws(AttuneError) -> String {
        guard let byte = next else { throw problem("an escape") }
        index += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return String(UnicodeScalar(byte))
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw problem("an escape")
        }
    }

    private mutating func unicodeEscape() throws(AttuneError) -> String {
        let high = try hexQuad()
        guard (0xD800..<0xDC00).contains(high), bytes[index...].starts(with: "\\u".utf8) else {
            return String(UnicodeScalar(high) ?? "\u{FFFD}")
        }
        let afterHigh = index
        index += 2
        let low = try hexQuad()
        guard (0xDC00..<0xE000).contains(low) else {
            // The high half stands alone; what follows it is read for itself.
            index = afterHigh
            return "\u{FFFD}"
        }
        return String(UnicodeScalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}")
    }

    private mutating func hexQuad() throws(AttuneError) -> UInt32 {
        let digits = bytes[index...].prefix(4)
        // The initialiser would also take a sign.
        guard digits.count == 4, digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-"),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw problem("four hexadecimal digits") }
        index += 4
        return value
    }
}

extension UInt8 {
    /// Whether a number goes on after it.
    fileprivate var isPartOfNumber: Bool { "-+.eE0123456789".utf8.contains(self) }
}
