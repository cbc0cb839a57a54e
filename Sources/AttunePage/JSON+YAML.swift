import AttuneCore

extension JSON {
    /// The value as YAML in blocks, as people write it.
    var yaml: String {
        var text = ""
        writeBlock(to: &text, indent: 0)
        return text
    }

    private func writeBlock(to text: inout String, indent: Int) {
        switch self {
        case .object(let fields) where !fields.isEmpty:
            for (key, value) in fields {
                text += JSON.spaces(indent) + JSON.scalar(key) + ":"
                value.writeMember(to: &text, indent: indent)
            }
        case .array(let items) where !items.isEmpty:
            for item in items { item.writeItem(to: &text, indent: indent) }
        default: text += JSON.spaces(indent) + flow + "\n"
        }
    }

    /// What follows `key:`.
    private func writeMember(to text: inout String, indent: Int) {
        switch self {
        case .object(let fields) where !fields.isEmpty:
            text += "\n"
            writeBlock(to: &text, indent: indent + 2)
        case .array(let items) where items.contains(where: \.isContainer):
            text += "\n"
            writeBlock(to: &text, indent: indent + 2)
        case .string(let string) where string.isWritableAsBlock: writeLines(string, to: &text, indent: indent + 2)
        default: text += " " + flow + "\n"
        }
    }

    private func writeItem(to text: inout String, indent: Int) {
        guard isContainer else {
            text += JSON.spaces(indent) + "- " + flow + "\n"
            return
        }
        var block = ""
        writeBlock(to: &block, indent: indent + 2)
        text += JSON.spaces(indent) + "- " + block.dropFirst(indent + 2)
    }

    private func writeLines(_ string: String, to text: inout String, indent: Int) {
        text += string.hasSuffix("\n") ? " |\n" : " |-\n"
        for line in (string.hasSuffix("\n") ? String(string.dropLast()) : string).split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            text += line.isEmpty ? "\n" : JSON.spaces(indent) + line + "\n"
        }
    }

    /// Whether it has members of its own.
    private var isContainer: Bool {
        switch self {
        case .object(let fields): !fields.isEmpty
        case .array(let items): !items.isEmpty
        default: false
        }
    }

    /// On one line.
    private var flow: String {
        switch self {
        case .string(let string): JSON.scalar(string)
        case .array(let items): "[" + items.map(\.flow).joined(separator: ", ") + "]"
        default: description
        }
    }

    /// Plain where no reader can take it for anything else, else in double quotes as JSON writes it.
    private static func scalar(_ string: String) -> String {
        let isPlain = string.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_.\/-]*/) != nil
        let words: Set = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"]
        if isPlain, !words.contains(string.lowercased()) { return string }
        // What a reader may take for the end of a line, beside those that JSON escapes.
        return ["\u{85}", "\u{2028}", "\u{2029}", "\u{FEFF}"].reduce(JSON.string(string).description) { text, end in
            let code = String(end.unicodeScalars.first?.value ?? 0, radix: 16)
            return text.replacing(end, with: "\\u" + String(repeating: "0", count: 4 - code.count) + code)
        }
    }

    private static func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}

extension String {
    private static let lineEnds: Set<UInt32> = [0x2028, 0x2029]

    /// Whether a literal block keeps it as it is: several printable lines, the first not indented.
    fileprivate var isWritableAsBlock: Bool {
        contains("\n") && !hasSuffix("\n\n") && !hasPrefix(" ") && !hasPrefix("\n") && self != "\n"
            && unicodeScalars.allSatisfy {
                $0 == "\n" || (0x20...0x7E).contains($0.value)
                    || (0xA0...0xD7FF).contains($0.value) && !String.lineEnds.contains($0.value)
            }
    }
}
