/// A condition over the parameters of a search space, such as `units * layers <= 4096`.
///
/// The language reads as Python does:
///
/// | | |
/// |---|---|
/// | logic | `and` `or` `not`, also `&&` `\|\|` `!` (as loose as `not`: `!a == b` is `!(a == b)`) |
/// | comparison | `<` `<=` `>` `>=` `==` `!=`, chained as in `1 <= x <= 3`; `in [1, 2]`, `not in ["a", "b"]` |
/// | arithmetic | `+` `-` `*` `/` `%` (takes the divisor's sign), `^` or `**` (to the right, before unary minus) |
/// | functions | `min` `max` (one argument or more), `pow(x, y)`, `abs` `ceil` `exp` `floor` `log` `log2` `log10` `round` (half to even) `sqrt` |
/// | literals | `12` `1e-3` `.5`, `"text"` or `'text'` (a backslash before a quote or a backslash), `true` `false` |
///
/// Text is compared only by `==`, `!=` and `in`. Arithmetic that has no answer (a division by zero, the
/// logarithm of a negative number) gives NaN, and every comparison with NaN is false, `!=` included.
///
/// **Names.** A name of letters, digits, `_`, `.` and `-`, beginning with a letter, an underscore or dashes and
/// a letter, may stand as it is: where an operand is due, the longest known name that fits is taken. So with
/// parameters `num` and `num-layers`, `num-layers` is the second and `num - layers` a difference; with `a` and
/// `b` alone, `a-b` is a difference. Any other name, or one that is also a word of the language, stands in
/// backquotes: `` `learning rate` ``. A function's name is a function only before a parenthesis.
public struct Expression: Sendable, Hashable {
    /// What a name, a literal or a formula stands for.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case number, text, truth
    }

    /// The most scalars of source that are read.
    public static let longestSource = 10_000
    /// The deepest nesting of parentheses, signs, negations and powers that is read. A megabyte of stack is enough
    /// for it, even in a debug build.
    public static let deepestNesting = 50

    /// The text this was read from.
    public let source: String
    private let references: [Reference]
    private let condition: TruthFormula

    /// The parameters referred to, each once, in order of first appearance.
    public var names: [String] { references.map(\.name) }

    /// Reads a condition whose parameters are known by name only; what each stands for follows from its use.
    ///
    /// - Throws: `ExpressionError` with the column, what was found there and what would be right.
    public init(_ source: String, names: some Sequence<String>) throws(ExpressionError) {
        try self.init(source, known: KnownNames(names))
    }

    /// Reads a condition whose parameters are known by name and kind, so that `optimizer * 2` is refused here.
    ///
    /// - Throws: `ExpressionError` with the column, what was found there and what would be right.
    public init(_ source: String, kinds: [String: Kind]) throws(ExpressionError) {
        try self.init(source, known: KnownNames(kinds))
    }

    private init(_ source: String, known: KnownNames) throws(ExpressionError) {
        var parser = try ExpressionParser(source, known: known)
        self.condition = try parser.condition()
        self.references = parser.references
        self.source = source
    }

    /// Whether the condition holds; nil, "does not apply", when any parameter it names has no value.
    ///
    /// - Parameter value: the value of a parameter, nil while the parameter is inactive; asked once per name.
    /// - Throws: `ExpressionError` when a value is not of the kind that its use needs.
    /// - Complexity: linear in the length of the source; one small allocation.
    public func evaluate(_ value: (String) -> ExpressionValue?) throws(ExpressionError) -> Bool? {
        var values: [ExpressionValue] = []
        values.reserveCapacity(references.count)
        for reference in references {
            guard let found = value(reference.name) else { return nil }
            try reference.check(found)
            values.append(found)
        }
        return condition.holds(given: values)
    }
}

extension Expression: CustomStringConvertible {
    public var description: String { source }
}

extension Expression {
    /// A parameter that an expression names.
    struct Reference: Sendable, Hashable {
        let name: String
        /// Where the name first appears, from 1.
        let column: Int
        /// What it must stand for; nil while its uses allow anything.
        var kind: Kind?

        func check(_ value: ExpressionValue) throws(ExpressionError) {
            guard let kind, kind != value.kind else { return }
            throw ExpressionError(
                column: column, found: "\(name) was given \(value), which is \(value.kind.phrase)",
                remedy: "its use here needs \(kind.phrase)")
        }
    }
}

extension Expression.Kind {
    /// The kind as a sentence names it.
    var phrase: String {
        switch self {
        case .number: "a number"
        case .text: "text"
        case .truth: "true or false"
        }
    }
}
