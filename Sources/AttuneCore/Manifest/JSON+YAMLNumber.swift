extension JSON {
    /// The number that `text` is in YAML, as Kubernetes reads it: `0644`, `0o644` and `0x1A4` are 420.
    ///
    /// A number that JSON could write too stays as it is, `1e-3` and `0.10` included; what is too large becomes a string.
    init(numberOfYAML text: String) {
        if JSON.isNumber(text) {
            self = .number(text)
            return
        }
        let isNegative = text.hasPrefix("-")
        let digits = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
        if let value = JSON.integer(digits) {
            self = .number((isNegative && value > 0 ? "-" : "") + String(value))
        } else if let value = Double(text), value.isFinite {
            self = .number(value)
        } else {
            self = .string(text)
        }
    }

    private static func integer(_ digits: Substring) -> UInt64? {
        if digits.hasPrefix("0x") { return UInt64(digits.dropFirst(2), radix: 16) }
        if digits.hasPrefix("0o") { return UInt64(digits.dropFirst(2), radix: 8) }
        if digits.hasPrefix("0"), digits.count > 1, let octal = UInt64(digits, radix: 8) { return octal }
        return UInt64(digits)
    }

    /// Whether the text is a number of RFC 8259, given that it is one of YAML.
    private static func isNumber(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard let first = digits.first, first.isNumber else { return false }
        let whole = digits.prefix { $0.isNumber }
        let rest = digits.dropFirst(whole.count)
        if whole.count > 1, first == "0" { return false }
        if rest.hasPrefix("x") || rest.hasPrefix("o") { return false }
        return !rest.hasPrefix(".") || rest.dropFirst().first?.isNumber == true
    }
}
