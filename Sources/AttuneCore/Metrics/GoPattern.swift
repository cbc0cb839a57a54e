/// Rewrites a regular expression of Go (RE2) as one of ICU, which `NSRegularExpression` understands.
///
/// Filters are written for Go, because Katib is. The dialects differ where it hurts: Katib's own example
/// `{metricName: ([\w|-]+), metricValue: …}` does not compile in ICU, for which a bare brace is an error; `[` inside a
/// class opens another; group names may not hold `_`; and `\w`, `\d`, `\s` go beyond ASCII. What only ICU has, such as
/// look-around, passes through. `\b` keeps ICU's wider idea of a letter, and octal escapes are not rewritten.
///
/// Syntax: https://github.com/google/re2/wiki/Syntax and https://unicode-org.github.io/icu/userguide/strings/regexp.html
struct GoPattern {
    private let source: [Unicode.Scalar]
    private var position = 0
    private var output = ""

    static func icu(_ pattern: String) -> String {
        var translator = GoPattern(source: Array(pattern.unicodeScalars))
        while translator.position < translator.source.count { translator.translateItem() }
        return translator.output
    }

    private init(source: [Unicode.Scalar]) { self.source = source }

    private mutating func translateItem() {
        switch source[position] {
        case "\\": translateEscape()
        case "[": translateClass()
        case "(": translateGroup()
        case "{": translateBrace()
        case "}": literal()
        default: copy()
        }
    }

    // MARK: Groups and braces

    /// Groups are found by number, so their names can go: `(?P<name>` becomes `(`.
    private mutating func translateGroup() {
        let isNamed = starts(with: "(?P<") || starts(with: "(?<") && !starts(with: "(?<=") && !starts(with: "(?<!")
        guard isNamed, let end = source[position...].firstIndex(of: ">") else { return copy() }
        output += "("
        position = end + 1
    }

    /// A brace is literal unless it is a count: `{2}`, `{2,}`, `{2,3}`.
    private mutating func translateBrace() {
        guard let end = source[position...].firstIndex(of: "}") else { return literal() }
        let bounds = source[position + 1..<end].split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        let isCount = bounds.enumerated().allSatisfy { index, bound in
            bound.allSatisfy { ("0"..."9").contains($0) } && (index == 1 || !bound.isEmpty)
        }
        guard isCount else { return literal() }
        while position <= end { copy() }
    }

    // MARK: Escapes

    private mutating func translateEscape() {
        if starts(with: "\\Q") { return translateQuotation() }
        if let members = translatedClassEscape() { output += members } else { copyEscape() }
    }

    private mutating func translateQuotation() {
        position += 2
        while position < source.count, !starts(with: "\\E") { literal() }
        position = min(position + 2, source.count)
    }

    /// A class such as `\w` or `\pL` written out, stepping over it; nil if the escape here is not a class.
    private mutating func translatedClassEscape() -> String? {
        guard position + 1 < source.count else { return nil }
        let members: String? =
            switch source[position + 1] {
            case "d": "[0-9]"
            case "D": "[^0-9]"
            case "w": "[0-9A-Za-z_]"
            case "W": "[^0-9A-Za-z_]"
            case "s": #"[\t\n\f\r ]"#
            case "S": #"[^\t\n\f\r ]"#
            default: nil
            }
        if members != nil { position += 2 }
        return members ?? translatedProperty()
    }

    /// `\pL` is `\p{L}` in full.
    private mutating func translatedProperty() -> String? {
        let kind = source[position + 1]
        guard kind == "p" || kind == "P", position + 2 < source.count, source[position + 2] != "{" else { return nil }
        defer { position += 3 }
        return "\\\(kind){\(source[position + 2])}"
    }

    /// Any other escape, with the digits of `\x41` and `\x{1F600}` and the braces of `\p{Greek}`.
    private mutating func copyEscape() {
        if starts(with: "\\v") {
            output += #"\x0B"#
            position += 2
            return
        }
        let hasBraces = starts(with: #"\x{"#) || starts(with: #"\p{"#) || starts(with: #"\P{"#)
        let end = hasBraces ? source[position...].firstIndex(of: "}") ?? position + 1 : position + 1
        while position <= end, position < source.count { copy() }
    }

    // MARK: Classes

    private mutating func translateClass() {
        copy()
        if position < source.count, source[position] == "^" { copy() }
        var isFirst = true
        while position < source.count, isFirst || source[position] != "]" {
            translateMember()
            isFirst = false
        }
        if position < source.count { copy() }
    }

    /// A character, a range, or a class within the class.
    private mutating func translateMember() {
        if starts(with: "[:"), let end = source[position...].firstIndex(of: "]") {
            while position <= end { copy() }
            return
        }
        if source[position] == "\\", let members = translatedClassEscape() {
            output += members
            return
        }
        translateCharacter()
        let isRange = position + 1 < source.count && source[position] == "-" && source[position + 1] != "]"
        guard isRange else { return }
        copy()
        translateCharacter()
    }

    private mutating func translateCharacter() {
        if source[position] == "\\" { copyEscape() } else { literal() }
    }

    // MARK: Output

    private mutating func copy() {
        output.unicodeScalars.append(source[position])
        position += 1
    }

    /// Copies a character so that it stands for itself.
    private mutating func literal() {
        let scalar = source[position]
        if scalar.isASCII, !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar), scalar.value > 0x20 {
            output += "\\"
        }
        copy()
    }

    private func starts(with prefix: String) -> Bool {
        source[position...].starts(with: prefix.unicodeScalars)
    }
}
