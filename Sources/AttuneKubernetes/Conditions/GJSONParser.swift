import AttuneCore

/// Reads the text of a GJSON path into steps.
///
/// Slices keep the indices of the whole text, so that every complaint can say where.
struct GJSONParser {
    typealias Text = ArraySlice<Unicode.Scalar>

    private static let longest = 10_000
    private static let mostSteps = 256
    private static let mostLevels = 64

    /// What is left to read.
    private var rest: Text
    private var steps = 0
    private let level: Int

    init(_ text: String) throws(AttuneError) {
        rest = Array(text.unicodeScalars)[...]
        level = 0
        guard rest.count <= Self.longest else { throw AttuneError("a path has at most \(Self.longest) characters") }
    }

    private init(_ text: Text, level: Int, steps: Int) throws(AttuneError) {
        rest = text
        self.level = level
        self.steps = steps
        guard level <= Self.mostLevels else { throw problem("at most \(Self.mostLevels) levels") }
    }

    /// Reads a path within this one.
    private mutating func path(within text: Text) throws(AttuneError) -> [GJSONPath.Step] {
        var parser = try GJSONParser(text, level: level + 1, steps: steps)
        let path = try parser.path()
        steps = parser.steps
        return path
    }

    private func problem(_ expected: String) -> AttuneError {
        AttuneError("character \(rest.startIndex + 1) of the path: expected \(expected)")
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    // MARK: Paths

    /// Everything, to the end of the text.
    mutating func path() throws(AttuneError) -> [GJSONPath.Step] {
        var path: [GJSONPath.Step] = []
        repeat { path += try segment(nested: 0) } while take("|")
        guard rest.isEmpty else { throw problem("`.`, `|` or the end") }
        return path
    }

    /// What stands between two pipes. After `#` the remainder belongs to the elements.
    private mutating func segment(nested: Int) throws(AttuneError) -> [GJSONPath.Step] {
        guard level + nested <= Self.mostLevels else { throw problem("at most \(Self.mostLevels) levels") }
        var segment: [GJSONPath.Step] = []
        if rest.starts(with: "..".unicodeScalars) {
            segment.append(.lines)
            rest.removeFirst(2)
        }
        var isStart = true
        repeat {
            let step = try step(isStart: isStart)
            steps += 1
            guard steps <= Self.mostSteps else { throw problem("at most \(Self.mostSteps) parts") }
            switch step {
            case .count where take("."): return try segment + [.each(self.segment(nested: nested + 1))]
            case .anyMember(let pattern, _) where take("."):
                return try segment + [.anyMember(pattern, self.segment(nested: nested + 1))]
            case .all(let query, _) where take("."):
                return try segment + [.all(query, self.segment(nested: nested + 1))]
            default: segment.append(step)
            }
            if case .member = step { isStart = false } else { isStart = true }
        } while take(".")
        return segment
    }

    /// - Parameter isStart: whether a literal may stand here, which may not follow a key.
    private mutating func step(isStart: Bool) throws(AttuneError) -> GJSONPath.Step {
        switch rest.first {
        case "@": if let modifier = try modifier() { return .modifier(modifier) }
        case "[", "{": return try multipath()
        case "!" where isStart: if let literal = try literal() { return .literal(literal) }
        case "#": if let step = try arrayStep() { return step }
        default: break
        }
        let pattern = WildcardPattern(key())
        return pattern.literal.map { .member($0) } ?? .anyMember(pattern, [])
    }

    /// A key with its escapes.
    private mutating func key() -> Text {
        var end = rest.startIndex
        while end < rest.endIndex, rest[end] != ".", rest[end] != "|" { end += rest[end] == "\\" ? 2 : 1 }
        return takeText(to: end)
    }

    /// Takes what comes before `end`; everything where that is beyond the end.
    private mutating func takeText(to end: Int) -> Text {
        let end = min(end, rest.endIndex)
        defer { rest = rest[end...] }
        return rest[..<end]
    }

    // MARK: Arrays

    /// `#`, `#(query)` or `#(query)#`; nil for a key that begins with `#`.
    private mutating func arrayStep() throws(AttuneError) -> GJSONPath.Step? {
        let next = rest.dropFirst().first
        if next == "(" || next == "[" {
            rest.removeFirst()
            let query = try query()
            return take("#") ? .all(query, []) : .first(query)
        }
        guard next == nil || next == "." || next == "|" else { return nil }
        rest.removeFirst()
        return .count
    }

    private mutating func query() throws(AttuneError) -> GJSONPath.Query {
        let body = try bracketed("the query's closing bracket")
        guard let operation = Self.firstOperator(in: body) else {
            return GJSONPath.Query(path: try queryPath(body), test: nil)
        }
        let path = try queryPath(body[..<operation])
        return GJSONPath.Query(path: path, test: try test(body[operation...]))
    }

    /// Nil where the query is about the element itself.
    private mutating func queryPath(_ text: Text) throws(AttuneError) -> [GJSONPath.Step]? {
        let trimmed = Self.trim(text)
        return trimmed.isEmpty ? nil : try path(within: trimmed)
    }

    private static func firstOperator(in body: Text) -> Int? {
        var position = body.startIndex
        while position < body.endIndex {
            if "!=<>%".unicodeScalars.contains(body[position]) { return position }
            position = GJSONBrackets.after(position, in: body)
        }
        return nil
    }

    private func test(_ text: Text) throws(AttuneError) -> GJSONPath.Test {
        let operators = GJSONPath.Comparison.spellings
        guard let (spelling, comparison) = operators.first(where: { text.starts(with: $0.spelling.unicodeScalars) })
        else {
            throw AttuneError("character \(text.startIndex + 1) of the path: expected one of = != < <= > >= % !%")
        }
        let operand = Self.trim(text.dropFirst(spelling.unicodeScalars.count))
        guard operand.first == "~" else {
            return GJSONPath.Test(comparison: comparison, operand: .text(try operandText(operand)))
        }
        guard let kind = GJSONPath.Tilde(rawValue: Self.string(operand.dropFirst())) else {
            throw AttuneError(
                "character \(operand.startIndex + 1) of the path: expected ~true, ~false, ~null or ~*")
        }
        return GJSONPath.Test(comparison: comparison, operand: .tilde(kind))
    }

    /// The text of an operand, which stands in quotes or by itself.
    private func operandText(_ operand: Text) throws(AttuneError) -> String {
        guard operand.count >= 2, operand.first == "\"", operand.last == "\"" else { return Self.string(operand) }
        let quoted = Self.string(operand)
        // An escape that JSON does not know is meant for a pattern.
        if case .string(let text)? = try? JSON(parsing: quoted) { return text }
        return String(quoted.dropFirst().dropLast())
    }

    // MARK: Modifiers, literals, multipaths

    /// Nil for a key that begins with `@`.
    private mutating func modifier() throws(AttuneError) -> GJSONPath.Modifier? {
        let end = rest.firstIndex { ".|:".unicodeScalars.contains($0) } ?? rest.endIndex
        guard let name = GJSONPath.Modifier.Name(rawValue: Self.string(rest[..<end].dropFirst())) else { return nil }
        rest = rest[end...]
        guard take(":"), !rest.isEmpty else { return try GJSONPath.Modifier(name) }
        let argument = argument()
        guard name == .dig else { return try GJSONPath.Modifier(name, argument: Self.string(argument)) }
        return GJSONPath.Modifier(dig: try path(within: argument))
    }

    /// JSON, or anything up to the next pipe.
    private mutating func argument() -> Text {
        if let first = rest.first, "{[\"".unicodeScalars.contains(first) {
            return takeText(to: GJSONBrackets.after(rest.startIndex, in: rest))
        }
        var end = rest.startIndex
        while end < rest.endIndex, rest[end] != "|" { end = GJSONBrackets.after(end, in: rest) }
        return takeText(to: end)
    }

    /// Nil for a key that begins with `!`.
    private mutating func literal() throws(AttuneError) -> JSON? {
        let start = rest.startIndex + 1
        let first = rest.dropFirst().first
        var end = rest.endIndex
        if let first, "{[\"".unicodeScalars.contains(first) {
            end = min(end, GJSONBrackets.after(start, in: rest))
        } else {
            let isNumber = first.map { "+-0123456789".unicodeScalars.contains($0) } ?? false
            let stops = isNumber ? "|,]} " : "|."
            end = rest[start...].firstIndex { stops.unicodeScalars.contains($0) } ?? end
            guard isNumber || ["true", "false", "null"].contains(Self.string(rest[start..<end])) else { return nil }
        }
        do {
            let literal = try JSON(parsing: Self.string(rest[start..<end]))
            rest = rest[end...]
            return literal
        } catch {
            throw problem("JSON after `!` (\(error))")
        }
    }

    /// `[path,path]` or `{"name":path,path}`.
    private mutating func multipath() throws(AttuneError) -> GJSONPath.Step {
        let isList = rest.first == "["
        let body = try bracketed("the closing bracket")
        var selectors: [GJSONPath.Selector] = []
        var start = body.startIndex
        while start <= body.endIndex {
            var end = start
            while end < body.endIndex, body[end] != "," { end = GJSONBrackets.after(end, in: body) }
            end = min(end, body.endIndex)
            selectors.append(try selector(body[start..<end]))
            start = end + 1
        }
        return isList ? .list(selectors.map(\.steps)) : .object(selectors)
    }

    private mutating func selector(_ text: Text) throws(AttuneError) -> GJSONPath.Selector {
        guard let colon = Self.colon(in: text) else {
            return GJSONPath.Selector(name: Self.lastName(text), steps: try path(within: text))
        }
        let name = Self.string(text[..<colon])
        let steps = try path(within: text[(colon + 1)...])
        if case .string(let quoted)? = try? JSON(parsing: name) {
            return GJSONPath.Selector(name: quoted, steps: steps)
        }
        return GJSONPath.Selector(name: name, steps: steps)
    }

    /// The colon behind a name. One behind a modifier belongs to the modifier's argument.
    private static func colon(in text: Text) -> Int? {
        var position = text.startIndex
        while position < text.endIndex, text[position] != ":" {
            let isPart = position == text.startIndex || ".|".unicodeScalars.contains(text[position - 1])
            if isPart, text[position] == "@" { return nil }
            position = GJSONBrackets.after(position, in: text)
        }
        return position < text.endIndex ? position : nil
    }

    /// What a value is called after the path that found it; `_` where that is no name.
    private static func lastName(_ text: Text) -> String {
        let dot = text.indices.last { index in
            (text[index] == "." || text[index] == "|") && (index == text.startIndex || text[index - 1] != "\\")
        }
        let name = dot.map { text[($0 + 1)...] } ?? text
        let isSimple = name.allSatisfy { $0.value >= 0x20 && !"[]{}()#|!".unicodeScalars.contains($0) }
        return isSimple ? string(name.filter { $0 != "\\" }[...]) : "_"
    }

    // MARK: Text

    /// Takes what the bracket that comes next holds, and the bracket.
    private mutating func bracketed(_ closing: String) throws(AttuneError) -> Text {
        let end = GJSONBrackets.after(rest.startIndex, in: rest)
        guard end <= rest.endIndex else { throw problem("\(closing) of what begins here") }
        return takeText(to: end).dropFirst().dropLast()
    }

    private static func trim(_ text: Text) -> Text {
        let end = text.lastIndex { $0.value > 0x20 }.map { $0 + 1 } ?? text.startIndex
        return text[..<end].drop { $0.value <= 0x20 }
    }

    private static func string(_ text: Text) -> String { String(String.UnicodeScalarView(text)) }
}

/// Steps over brackets, quotes and escapes.
enum GJSONBrackets {
    /// The position after the character, escape, quotation or bracket that begins at `position`; beyond the text's end
    /// where it is not closed.
    static func after(_ position: Int, in text: GJSONParser.Text) -> Int {
        var depth = 0
        var position = position
        while position < text.endIndex {
            switch text[position] {
            case "\\": position += 1
            case "\"": position = closingQuote(position, in: text)
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth -= 1
            default: break
            }
            position += 1
            if depth <= 0 { return position }
        }
        return text.endIndex + 1
    }

    private static func closingQuote(_ position: Int, in text: GJSONParser.Text) -> Int {
        var position = position + 1
        while position < text.endIndex, text[position] != "\"" { position += text[position] == "\\" ? 2 : 1 }
        return position
    }
}
