/// Walks over the text of an expression, a token at a time.
///
/// There are no tokens apart from what the parser asks for, because `-` and names overlap: what `--lr` is depends
/// on whether an operand is due and on which names exist.
struct ExpressionScanner {
    private let text: [Unicode.Scalar]
    private var position = 0

    init(_ source: String) throws(ExpressionError) {
        let limit = Expression.longestSource
        guard source.unicodeScalars.prefix(limit + 1).count <= limit else {
            throw ExpressionError(
                column: limit + 1, found: "the expression goes on after \(limit) characters",
                remedy: "split it into several constraints")
        }
        self.text = Array(source.unicodeScalars)
        skipSpace()
    }

    /// Where the next token begins, from 1.
    var column: Int { position + 1 }
    var atEnd: Bool { position == text.count }
    /// What is still to be read.
    var rest: ArraySlice<Unicode.Scalar> { text[position...] }
    private var next: Unicode.Scalar? { rest.first }

    /// The text from a column up to the next token.
    func text(from column: Int) -> String {
        let read = text[(column - 1)..<position].reversed().drop { $0.properties.isWhitespace }
        return String(read.reversed())
    }

    mutating func skip(_ count: Int) {
        position += count
        skipSpace()
    }

    private mutating func skipSpace() {
        while let scalar = next, scalar.properties.isWhitespace { position += 1 }
    }

    // MARK: Operators

    /// Reads `symbol` if it comes next and is not the beginning of `longer`.
    mutating func accept(_ symbol: String, unless longer: String? = nil) -> Bool {
        guard rest.starts(with: symbol.unicodeScalars) else { return false }
        if let longer, rest.starts(with: longer.unicodeScalars) { return false }
        skip(symbol.unicodeScalars.count)
        return true
    }

    /// Reads `word` if it comes next and ends there.
    mutating func accept(word: String) -> Bool {
        guard rest.starts(with: word.unicodeScalars),
            rest.dropFirst(word.unicodeScalars.count).first?.continuesWord != true
        else { return false }
        skip(word.unicodeScalars.count)
        return true
    }

    /// Reads `in` or `not in`; true for the first, false for the second.
    mutating func acceptIn() -> Bool? {
        if accept(word: "in") { return true }
        let start = position
        if accept(word: "not"), accept(word: "in") { return false }
        position = start
        return nil
    }

    /// Reads a comparison.
    mutating func acceptComparison() -> Comparison? {
        let orderedLongestFirst: [Comparison] = [.lessOrEqual, .greaterOrEqual, .equal, .unequal, .less, .greater]
        return orderedLongestFirst.first { accept($0.rawValue) }
    }

    // MARK: Literals and words

    /// The letters, digits and `_` that come next, if they begin as a word does.
    var word: String? {
        guard let next, next.beginsWord else { return nil }
        return String(rest.prefix(while: \.continuesWord))
    }

    /// The letters, digits, `_`, `.` and `-` that come next.
    var wideWord: String { String(rest.prefix(while: \.continuesName)) }

    /// Whether the word that comes next is a call: a parenthesis follows.
    var wordIsCalled: Bool {
        rest.drop(while: \.continuesWord).drop { $0.properties.isWhitespace }.first == "("
    }

    /// Reads a number if one comes next.
    mutating func acceptNumber() throws(ExpressionError) -> Double? {
        let length = numberLength()
        guard length > 0 else { return nil }
        let start = column
        let literal = String(rest.prefix(length))
        if let after = rest.dropFirst(length).first, after.continuesWord || after == "." {
            throw ExpressionError(
                column: start + length, found: "\"\(after)\" follows the number \(literal)",
                remedy: "put an operator between them, as in \(literal) * x")
        }
        guard let number = Double(literal), number.isFinite else {
            throw ExpressionError(
                column: start, found: "\(literal) is too large", remedy: "use a number below 1.8e308")
        }
        skip(length)
        return number
    }

    /// The length of `12`, `1.5`, `.5`, `5.` or `1e-3`; zero when no number comes next.
    private func numberLength() -> Int {
        let whole = rest.prefix(while: \.isDigit).count
        var length = whole
        if rest.dropFirst(length).first == "." {
            let fraction = rest.dropFirst(length + 1).prefix(while: \.isDigit).count
            guard whole + fraction > 0 else { return 0 }
            length += 1 + fraction
        }
        guard length > 0, let mark = rest.dropFirst(length).first, mark == "e" || mark == "E" else { return length }
        let sign = rest.dropFirst(length + 1).first.map { $0 == "+" || $0 == "-" } == true ? 1 : 0
        let exponent = rest.dropFirst(length + 1 + sign).prefix(while: \.isDigit).count
        return exponent > 0 ? length + 1 + sign + exponent : length
    }

    /// Reads text in quotes if it comes next.
    mutating func acceptText() throws(ExpressionError) -> String? {
        guard let quote = next, quote == "\"" || quote == "'" else { return nil }
        var scalars: [Unicode.Scalar] = []
        var end = position + 1
        while end < text.count, text[end] != quote {
            if text[end] == "\\" {
                end += 1
                try checkEscape(at: end)
            }
            scalars.append(text[end])
            end += 1
        }
        try close(quote, at: end)
        return String(scalars)
    }

    private func checkEscape(at index: Int) throws(ExpressionError) {
        guard index < text.count, ["\\", "\"", "'"].contains(text[index]) else {
            throw ExpressionError(
                column: index, found: "a backslash stands before neither a quote nor a backslash",
                remedy: "write two backslashes for one")
        }
    }

    /// Reads a name in backquotes if it comes next.
    mutating func acceptBackquoted() throws(ExpressionError) -> String? {
        guard next == "`" else { return nil }
        let name = rest.dropFirst().prefix { $0 != "`" }
        try close("`", at: name.endIndex)
        return String(name)
    }

    /// Goes on after the closing quote at `end`, which must be there.
    private mutating func close(_ quote: Unicode.Scalar, at end: Int) throws(ExpressionError) {
        guard end < text.count else {
            throw ExpressionError(
                column: column, found: "a quote opens and never closes", remedy: "close it with \(quote)")
        }
        skip(end + 1 - position)
    }
}
