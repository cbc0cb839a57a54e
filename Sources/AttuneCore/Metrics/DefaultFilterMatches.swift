/// The matches of Katib's default filter `([\w|-]+)\s*=\s*([+-]?\d*(\.\d+)?([Ee][+-]?\d+)?)` in a line.
///
/// Written by hand because it is nearly always the filter, and because it then costs one `memchr` on the lines that
/// have no `=`. It gives what the expression gives, byte for byte, for these reasons: `=` belongs to neither the name
/// nor the blanks, so every `=` with a name before it is a match, and the leftmost match is the one whose name reaches
/// back the furthest, though not into the match before; everything after `=` is optional and no two neighbouring
/// parts begin alike, so greedy is enough and nothing ever backtracks. Classes are ASCII, as in Go.
///
/// - Complexity: O(bytes) for all matches together.
struct DefaultFilterMatches: IteratorProtocol {
    struct Match: Equatable {
        /// Never empty.
        var name: Range<Int>
        /// Empty, or only a sign, or only an exponent, where no number follows: the expression allows it.
        var value: Range<Int>
    }

    private let bytes: Bytes
    /// Where the match before ended.
    private var start = 0
    /// Where to look for the next `=`.
    private var position = 0

    init(_ bytes: Bytes) { self.bytes = bytes }

    mutating func next() -> Match? {
        while let equals = bytes.firstIndex(of: UInt8(ascii: "="), from: position) {
            position = equals + 1
            let name = name(before: equals)
            guard !name.isEmpty else { continue }
            let value = value(after: equals)
            start = value.upperBound
            position = start
            return Match(name: name, value: value)
        }
        return nil
    }

    private func name(before equals: Int) -> Range<Int> {
        var end = equals
        while end > start, bytes[end - 1].isSpace { end -= 1 }
        var begin = end
        while begin > start, Self.isName(bytes[begin - 1]) { begin -= 1 }
        return begin..<end
    }

    private func value(after equals: Int) -> Range<Int> {
        var cursor = ByteCursor(bytes, at: equals + 1)
        cursor.skip { $0.isSpace }
        let begin = cursor.position
        if let byte = cursor.byte, byte.isSign { cursor.position += 1 }
        cursor.skip { $0.isDigit }
        if cursor.byte == UInt8(ascii: "."), let digit = cursor.next, digit.isDigit {
            cursor.position += 1
            cursor.skip { $0.isDigit }
        }
        skipExponent(&cursor)
        return begin..<cursor.position
    }

    private func skipExponent(_ cursor: inout ByteCursor) {
        guard cursor.byte?.lowercased == UInt8(ascii: "e") else { return }
        var ahead = cursor
        ahead.position += 1
        if let byte = ahead.byte, byte.isSign { ahead.position += 1 }
        guard !ahead.take(while: { $0.isDigit }).isEmpty else { return }
        cursor = ahead
    }

    /// `[\w|-]`
    private static func isName(_ byte: UInt8) -> Bool {
        byte.isWord || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "|")
    }
}
