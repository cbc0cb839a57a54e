/// Numbers as training programs print them.
public enum MetricNumber {
    /// A decimal number, or NaN or an infinity by name, with blanks around it allowed; nil for anything else.
    ///
    /// Hexadecimal and NaN payloads, which `Double.init` would take, are refused. `1e999` is infinity.
    static func value(of bytes: Bytes) -> Double? {
        let trimmed = trim(bytes)
        guard !trimmed.isEmpty else { return nil }
        guard trimmed.allSatisfy(isDecimal) else { return nonFinite(trimmed) }
        return Double(String(decoding: trimmed, as: UTF8.self))
    }

    /// The same of a text.
    public static func value(of text: String) -> Double? { text.withBytes { value(of: $0) } }

    /// An integer in plain decimal digits; nil for `3.0` and for what does not fit.
    static func integer(of bytes: Bytes) -> Int? {
        Int(String(decoding: trim(bytes), as: UTF8.self))
    }

    /// `nan`, `inf` and `infinity`, any case, signed or not, and nothing after them.
    static func nonFinite(_ bytes: Bytes) -> Double? {
        guard let first = bytes.first else { return nil }
        let word = first.isSign ? bytes.part(1..<bytes.count) : bytes
        let infinity: Double = first == UInt8(ascii: "-") ? -.infinity : .infinity
        // The count first: almost every word that comes here is of another length.
        switch word.count {
        case 3 where equals(word, "nan"): return .nan
        case 3 where equals(word, "inf"): return infinity
        case 8 where equals(word, "infinity"): return infinity
        default: return nil
        }
    }

    private static func equals(_ word: Bytes, _ name: StaticString) -> Bool {
        let name = Bytes(start: name.utf8Start, count: name.utf8CodeUnitCount)
        return word.elementsEqual(name) { $0.lowercased == $1 }
    }

    private static func isDecimal(_ byte: UInt8) -> Bool {
        byte.isDigit || byte.isSign || byte == UInt8(ascii: ".") || byte.lowercased == UInt8(ascii: "e")
    }

    private static func trim(_ bytes: Bytes) -> Bytes {
        var range = bytes.startIndex..<bytes.endIndex
        while let last = range.last, bytes[last].isSpace { range = range.lowerBound..<last }
        while let first = range.first, bytes[first].isSpace { range = first + 1..<range.upperBound }
        return bytes.part(range)
    }
}
