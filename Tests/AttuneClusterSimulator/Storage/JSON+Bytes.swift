import AttuneCore

extension JSON {
    /// One line of UTF-8.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        write(to: &bytes)
        return bytes
    }

    /// Reads UTF-8 text.
    init(_ bytes: [UInt8]) throws(AttuneError) { self = try JSON(parsing: String(decoding: bytes, as: UTF8.self)) }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += value ? "true".utf8 : "false".utf8
        case .number(let number): bytes += number.utf8
        case .string(let string): JSON.quote(string, into: &bytes)
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                item.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let fields): JSON.write(fields, to: &bytes)
        }
    }

    private static func write(_ fields: Fields, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, value) in fields {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            quote(key, into: &bytes)
            bytes.append(UInt8(ascii: ":"))
            value.write(to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private static func quote(_ string: String, into bytes: inout [UInt8]) {
        var string = string
        let isPlain = string.withUTF8 { text in
            var index = 0
            while index < text.count {
                let byte = text[index]
                if byte < 0x20 || byte == 0x22 || byte == 0x5C { return false }
                index += 1
            }
            bytes.append(0x22)
            bytes.append(contentsOf: text)
            bytes.append(0x22)
            return true
        }
        if !isPlain { bytes += JSON.string(string).description.utf8 }
    }
}

extension JSON {
    /// What is at the end of a path of names.
    subscript(path: [String]) -> JSON? {
        path.reduce(Optional(self)) { value, name in value?[name] }
    }

    /// Whether there is nothing in it: null, or an object or a list without members.
    var isHollow: Bool {
        switch self {
        case .null: true
        case .array(let items): items.isEmpty
        case .object(let fields): fields.isEmpty
        default: false
        }
    }

    /// The same with the fields of equal names in any order.
    func isSame(as other: JSON) -> Bool {
        switch (self, other) {
        case (.object(let mine), .object(let theirs)):
            if self == other { return true }
            return mine.keys.count == theirs.keys.count
                && mine.allSatisfy { key, value in theirs[key].map(value.isSame) ?? false }
        case (.array(let mine), .array(let theirs)):
            return mine.count == theirs.count && zip(mine, theirs).allSatisfy { $0.isSame(as: $1) }
        default: return self == other
        }
    }
}
