/// Reads an `Expression` by recursive descent, deciding kinds as it goes.
///
/// From loose to tight: `or`, `and`, `not`, comparisons and `in`, `+ -`, `* / %`, unary minus, power.
struct ExpressionParser {
    /// The parameters named so far, in order of first appearance.
    private(set) var references: [Expression.Reference] = []

    private let known: KnownNames
    private var scanner: ExpressionScanner
    private var depth = 0

    init(_ source: String, known: KnownNames) throws(ExpressionError) {
        self.known = known
        self.scanner = try ExpressionScanner(source)
    }

    /// Reads the whole source as something true or false.
    mutating func condition() throws(ExpressionError) -> TruthFormula {
        let whole = try disjunction()
        guard scanner.atEnd else { throw unexpected(after: whole) }
        return try truth(whole, for: "a constraint")
    }
}

// MARK: - Logic

extension ExpressionParser {
    private mutating func disjunction() throws(ExpressionError) -> ExpressionOperand {
        let first = try conjunction()
        guard acceptOr() else { return first }
        var terms = [try truth(first, for: "or")]
        repeat { terms.append(try truth(conjunction(), for: "or")) } while acceptOr()
        return operand(.truth(.any(terms)), from: first.column)
    }

    private mutating func conjunction() throws(ExpressionError) -> ExpressionOperand {
        let first = try negation()
        guard acceptAnd() else { return first }
        var terms = [try truth(first, for: "and")]
        repeat { terms.append(try truth(negation(), for: "and")) } while acceptAnd()
        return operand(.truth(.all(terms)), from: first.column)
    }

    private mutating func negation() throws(ExpressionError) -> ExpressionOperand {
        let column = scanner.column
        guard acceptNot() else { return try comparison() }
        try descend(at: column)
        let formula = try truth(negation(), for: "not")
        depth -= 1
        return operand(.truth(.not(formula)), from: column)
    }

    private mutating func acceptOr() -> Bool { scanner.accept(word: "or") || scanner.accept("||") }

    private mutating func acceptAnd() -> Bool { scanner.accept(word: "and") || scanner.accept("&&") }

    /// Reads `not` or `!`, but not the beginning of a parameter called `not-this`.
    private mutating func acceptNot() -> Bool {
        known.longest(at: scanner.rest) == nil && (scanner.accept(word: "not") || scanner.accept("!", unless: "!="))
    }
}

// MARK: - Comparisons

extension ExpressionParser {
    private mutating func comparison() throws(ExpressionError) -> ExpressionOperand {
        let first = try sum()
        if let isIn = scanner.acceptIn() { return try membership(of: first, isIn: isIn) }
        var links: [(comparison: Comparison, right: ExpressionOperand)] = []
        while let comparison = scanner.acceptComparison() { links.append((comparison, try sum())) }
        guard !links.isEmpty else { return first }
        return operand(.truth(try compared(first, links)), from: first.column)
    }

    private mutating func compared(
        _ first: ExpressionOperand, _ links: [(comparison: Comparison, right: ExpressionOperand)]
    ) throws(ExpressionError) -> TruthFormula {
        if let order = links.first(where: \.comparison.isOrder) {
            for side in [first] + links.map(\.right) where try !isComparable(side, with: first, by: order.comparison) {
                throw ExpressionError(
                    side, is: kind(of: side) ?? .text, but: order.comparison.rawValue, needs: .number)
            }
        }
        let ordered = links.contains { $0.comparison.isOrder }
        if try commonKind([first] + links.map(\.right)) ?? (ordered ? .number : nil) == .number {
            var steps: [TruthFormula.NumberLink] = []
            for link in links {
                steps.append(.init(comparison: link.comparison, right: try number(link.right, for: "comparison")))
            }
            return .numbers(try number(first, for: "comparison"), steps)
        }
        return .values(value(first), links.map { .init(equal: $0.comparison == .equal, right: value($0.right)) })
    }
}
