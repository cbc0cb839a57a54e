import AttuneCore

extension YAMLEvent.Scalar {
    /// What the scalar stands for: by its tag where it has one, else by its looks unless it is quoted.
    var content: SourceNode.Content {
        switch tag {
        case nil: isPlain ? PlainScalar.content(of: text) : .string(text)
        case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null":
            PlainScalar.content(of: text)
        default: .string(text)
        }
    }
}

/// The core schema of YAML 1.2: https://yaml.org/spec/1.2.2/#1032-tag-resolution.
enum PlainScalar {
    static func content(of text: String) -> SourceNode.Content {
        switch text {
        case "", "~", "null", "Null", "NULL": .null
        case "true", "True", "TRUE": .bool(true)
        case "false", "False", "FALSE": .bool(false)
        default: isNumber(text) ? .number(text) : .string(text)
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        if let digits = radixDigits(of: rest) { return digits }
        let whole = dropDigits(&rest)
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = dropDigits(&rest)
        }
        guard whole + fraction > 0 else { return false }
        return rest.isEmpty || isExponent(rest)
    }

    /// Whether what follows `0x` or `0o` are digits; nil when nothing of the kind stands there.
    private static func radixDigits(of text: Substring.UTF8View) -> Bool? {
        guard text.first == UInt8(ascii: "0"), let letter = text.dropFirst().first else { return nil }
        let digits = text.dropFirst(2)
        switch letter {
        case UInt8(ascii: "x"): return !digits.isEmpty && digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
        case UInt8(ascii: "o"): return !digits.isEmpty && digits.allSatisfy { (0x30...0x37).contains($0) }
        default: return nil
        }
    }

    private static func isExponent(_ text: Substring.UTF8View) -> Bool {
        guard text.first == UInt8(ascii: "e") || text.first == UInt8(ascii: "E") else { return false }
        var rest = text.dropFirst()
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        return dropDigits(&rest) > 0 && rest.isEmpty
    }

    /// Steps over leading digits and says how many there were.
    private static func dropDigits(_ text: inout Substring.UTF8View) -> Int {
        let digits = text.prefix { (0x30...0x39).contains($0) }.count
        text = text.dropFirst(digits)
        return digits
    }
}
