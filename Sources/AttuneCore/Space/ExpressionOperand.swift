/// A part of an expression just read, of which the parser has still to see the use.
struct ExpressionOperand {
    enum Formula {
        case number(NumberFormula)
        case text(ValueFormula)
        case truth(TruthFormula)
        /// A name of which no use has told the kind.
        case undecided(Int)
    }

    let formula: Formula
    /// Where it begins, from 1.
    let column: Int
    /// Its source, shortened.
    let excerpt: String

    init(_ formula: Formula, column: Int, source: String) {
        self.formula = formula
        self.column = column
        self.excerpt = source.count <= 30 ? source : source.prefix(29) + "…"
    }

    /// What it stands for; nil while undecided.
    var kind: Expression.Kind? {
        switch formula {
        case .number: .number
        case .text: .text
        case .truth: .truth
        case .undecided: nil
        }
    }

    /// Whether it is a number or a text written out.
    var isLiteral: Bool {
        switch formula {
        case .number(.literal), .number(.negative(.literal)), .text(.literal): true
        default: false
        }
    }
}

extension ExpressionError {
    /// An operand stands where something of another kind is needed.
    init(_ operand: ExpressionOperand, is kind: Expression.Kind, but user: String, needs wanted: Expression.Kind) {
        let remedy =
            switch (kind, wanted) {
            case (.number, .truth): "compare it with something, as in \(operand.excerpt) <= 1"
            case (.text, .truth): "compare it with something, as in \(operand.excerpt) == \"a\""
            case (.text, .number) where Double(operand.unquoted) != nil:
                "write it without quotes, \(operand.unquoted)"
            default: "use \(wanted.phrase) here"
            }
        self.init(
            column: operand.column, found: "\(operand.excerpt) is \(kind.phrase), and \(user) needs \(wanted.phrase)",
            remedy: remedy)
    }

    /// Two operands of different kinds are compared. Blames the literal of the two, which is the likelier slip.
    init(
        comparing first: (operand: ExpressionOperand, kind: Expression.Kind),
        with second: (operand: ExpressionOperand, kind: Expression.Kind)
    ) {
        let (wrong, right) = first.operand.isLiteral && !second.operand.isLiteral ? (first, second) : (second, first)
        let remedy =
            switch (wrong.kind, right.kind) {
            case (.number, .text) where wrong.operand.isLiteral: "write it in quotes, \"\(wrong.operand.excerpt)\""
            case (.text, .number) where Double(wrong.operand.unquoted) != nil:
                "write it without quotes, \(wrong.operand.unquoted)"
            default: "compare things of one kind"
            }
        self.init(
            column: wrong.operand.column,
            found: "\(wrong.operand.excerpt) is \(wrong.kind.phrase), "
                + "but \(right.operand.excerpt) is \(right.kind.phrase)",
            remedy: remedy)
    }
}

extension ExpressionOperand {
    /// What a literal text holds, or nothing.
    fileprivate var unquoted: String {
        if case .text(.literal(.text(let text))) = formula { text } else { "" }
    }
}
