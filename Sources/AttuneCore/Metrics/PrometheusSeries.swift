/// A name with labels, as a line of the text format begins and as a user asks for one: `loss`, `loss{stage="test"}`.
struct PrometheusSeries: Sendable, Hashable {
    var name: String
    var labels: [String: String]

    /// The series that `text` is, all of it; nil if it is none.
    init?(_ text: String) {
        let series: PrometheusSeries? = text.withBytes { bytes in
            var cursor = ByteCursor(bytes)
            let series = PrometheusSeries(&cursor)
            return cursor.isAtEnd ? series : nil
        }
        guard let series else { return nil }
        self = series
    }

    /// Reads a series and the blanks after it; nil where the text is none.
    init?(_ cursor: inout ByteCursor) {
        name = cursor.text(Self.takeName(&cursor))
        labels = [:]
        guard !name.isEmpty else { return nil }
        cursor.skip { $0.isBlank }
        guard cursor.take(UInt8(ascii: "{")) else { return }
        guard readLabels(&cursor) else { return nil }
        cursor.skip { $0.isBlank }
    }

    /// Whether every label asked for is there with its value; others may be too.
    func selects(_ series: PrometheusSeries) -> Bool {
        name == series.name && labels.allSatisfy { series.labels[$0.key] == $0.value }
    }

    private static func takeName(_ cursor: inout ByteCursor) -> Range<Int> {
        guard let first = cursor.byte, !first.isDigit else { return cursor.position..<cursor.position }
        return cursor.take { $0.isWord || $0 == UInt8(ascii: ":") }
    }

    /// Reads `label="value",…}`; a comma before the brace is allowed.
    private mutating func readLabels(_ cursor: inout ByteCursor) -> Bool {
        while true {
            cursor.skip { $0.isBlank }
            if cursor.take(UInt8(ascii: "}")) { return true }
            let label = cursor.text(Self.takeName(&cursor))
            cursor.skip { $0.isBlank }
            guard !label.isEmpty, cursor.take(UInt8(ascii: "=")) else { return false }
            cursor.skip { $0.isBlank }
            guard let value = Self.quoted(&cursor) else { return false }
            labels[label] = value
            cursor.skip { $0.isBlank }
            guard cursor.take(UInt8(ascii: ",")) || cursor.byte == UInt8(ascii: "}") else { return false }
        }
    }

    /// A quoted value, in which `\\`, `\"` and `\n` are escapes and any other backslash is itself.
    private static func quoted(_ cursor: inout ByteCursor) -> String? {
        guard cursor.take(UInt8(ascii: "\"")) else { return nil }
        var value: [UInt8] = []
        while let byte = cursor.byte, byte != UInt8(ascii: "\"") {
            cursor.position += 1
            guard byte == UInt8(ascii: "\\"), let escaped = cursor.byte.flatMap(unescape) else {
                value.append(byte)
                continue
            }
            cursor.position += 1
            value.append(escaped)
        }
        return cursor.take(UInt8(ascii: "\"")) ? String(decoding: value, as: UTF8.self) : nil
    }

    private static func unescape(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "n"): UInt8(ascii: "\n")
        case UInt8(ascii: "\\"), UInt8(ascii: "\""): byte
        default: nil
        }
    }
}
