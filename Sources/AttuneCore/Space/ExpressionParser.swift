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
        var terms = [try truth(first, for: "'or'")]
        repeat { terms.append(try truth(conjunction(), for: "'or'")) } while acceptOr()
        return operand(.truth(.any(terms)), from: first.column)
    }

    private mutating func conjunction() throws(ExpressionError) -> ExpressionOperand {
        let first = try negation()
        guard acceptAnd() else { return first }
        var terms = [try truth(first, for: "'and'")]
        repeat { terms.append(try truth(negation(), for: "'and'")) } while acceptAnd()
        return operand(.truth(.all(terms)), from: first.column)
    }

    private mutating func negation() throws(ExpressionError) -> ExpressionOperand {
        let column = scanner.column
        guard acceptNot() else { return try comparison() }
        try descend(at: column)
        let formula = try truth(negation(), for: "'not'")
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
            return try comparedNumbers(first, links, for: order.comparison.rawValue)
        }
        if try commonKind([first] + links.map(\.right)) == .number {
            return try comparedNumbers(first, links, for: links[0].comparison.rawValue)
        }
        return .values(value(first), links.map { .init(equal: $0.comparison == .equal, right: value($0.right)) })
    }

    private mutating func comparedNumbers(
        _ first: ExpressionOperand, _ links: [(comparison: Comparison, right: ExpressionOperand)], for user: String
    ) throws(ExpressionError) -> TruthFormula {
        let left = try number(first, for: user)
        var chain: [TruthFormula.NumberLink] = []
        for link in links {
            chain.append(.init(comparison: link.comparison, right: try number(link.right, for: user)))
        }
        return .numbers(left, chain)
    }

    private mutating func membership(
        of element: ExpressionOperand, isIn: Bool
    ) throws(ExpressionError) -> ExpressionOperand {
        let list = try list()
        let formula: TruthFormula =
            if try commonKind([element] + list) == .number {
                .numberIn(try number(element, for: "in"), try numbers(list, for: "in"))
            } else {
                .valueIn(value(element), list.map(value))
            }
        return operand(.truth(isIn ? formula : .not(formula)), from: element.column)
    }

    private mutating func list() throws(ExpressionError) -> [ExpressionOperand] {
        guard scanner.accept("[") else { throw expected("a list such as [1, 2] after in") }
        var elements: [ExpressionOperand] = []
        repeat { elements.append(try sum()) } while scanner.accept(",")
        guard scanner.accept("]") else { throw expected("a comma or ] in the list") }
        return elements
    }
}

// MARK: - Arithmetic

extension ExpressionParser {
    private mutating func sum() throws(ExpressionError) -> ExpressionOperand {
        let first = try product()
        guard var operation = acceptSumOperation() else { return first }
        let left = try number(first, for: operation.rawValue)
        var steps: [NumberFormula.Step] = []
        while true {
            steps.append(.init(operation: operation, operand: try number(product(), for: operation.rawValue)))
            guard let next = acceptSumOperation() else { break }
            operation = next
        }
        return operand(.number(.chain(left, steps)), from: first.column)
    }

    private mutating func product() throws(ExpressionError) -> ExpressionOperand {
        let first = try signed()
        guard var operation = acceptProductOperation() else { return first }
        let left = try number(first, for: operation.rawValue)
        var steps: [NumberFormula.Step] = []
        while true {
            steps.append(.init(operation: operation, operand: try number(signed(), for: operation.rawValue)))
            guard let next = acceptProductOperation() else { break }
            operation = next
        }
        return operand(.number(.chain(left, steps)), from: first.column)
    }

    private mutating func acceptSumOperation() -> Arithmetic? {
        if scanner.accept("+") { return .plus }
        return scanner.accept("-") ? .minus : nil
    }

    private mutating func acceptProductOperation() -> Arithmetic? {
        if scanner.accept("*", unless: "**") { return .times }
        if scanner.accept("/") { return .over }
        return scanner.accept("%") ? .remainder : nil
    }

    /// Reads an operand that a minus may precede, which is not the beginning of a parameter called `--this`.
    private mutating func signed() throws(ExpressionError) -> ExpressionOperand {
        let column = scanner.column
        guard known.longest(at: scanner.rest) == nil, scanner.accept("-") else { return try power() }
        try descend(at: column)
        let formula = try number(signed(), for: "-")
        depth -= 1
        return operand(.number(.negative(formula)), from: column)
    }

    private mutating func power() throws(ExpressionError) -> ExpressionOperand {
        let base = try primary()
        let column = scanner.column
        guard scanner.accept("**") || scanner.accept("^") else { return base }
        try descend(at: column)
        let formula = NumberFormula.power(try number(base, for: "power"), try number(signed(), for: "power"))
        depth -= 1
        return operand(.number(formula), from: base.column)
    }
}

// MARK: - Operands

extension ExpressionParser {
    private mutating func primary() throws(ExpressionError) -> ExpressionOperand {
        let column = scanner.column
        if let number = try scanner.acceptNumber() { return operand(.number(.literal(number)), from: column) }
        if let text = try scanner.acceptText() { return operand(.text(.literal(.text(text))), from: column) }
        if let name = try scanner.acceptBackquoted() { return try parameter(name, from: column) }
        if scanner.accept("(") { return try parenthesised(from: column) }
        if scanner.wordIsCalled, let function = scanner.word { return try call(function, from: column) }
        if let name = known.longest(at: scanner.rest) {
            scanner.skip(name.count)
            return try parameter(String(name), from: column)
        }
        if scanner.accept(word: "true") { return operand(.truth(.literal(true)), from: column) }
        if scanner.accept(word: "false") { return operand(.truth(.literal(false)), from: column) }
        throw noOperand()
    }

    private mutating func parenthesised(from column: Int) throws(ExpressionError) -> ExpressionOperand {
        try descend(at: column)
        let inner = try disjunction()
        guard scanner.accept(")") else { throw expected("a closing parenthesis for column \(column)") }
        depth -= 1
        return operand(inner.formula, from: column)
    }

    private mutating func parameter(_ name: String, from column: Int) throws(ExpressionError) -> ExpressionOperand {
        guard known.contains(name) else { throw unknown(name, at: column) }
        let index = references.firstIndex { $0.name == name } ?? references.count
        if index == references.count {
            references.append(.init(name: name, column: column, kind: known.kind(of: name)))
        }
        return operand(named(index), from: column)
    }

    private func named(_ index: Int) -> ExpressionOperand.Formula {
        switch references[index].kind {
        case .number: .number(.name(index))
        case .text: .text(.name(index))
        case .truth: .truth(.name(index))
        case nil: .undecided(index)
        }
    }
}

// MARK: - Functions

extension ExpressionParser {
    private mutating func call(_ name: String, from column: Int) throws(ExpressionError) -> ExpressionOperand {
        scanner.skip(name.unicodeScalars.count)
        try descend(at: column)
        let arguments = try arguments(of: name)
        depth -= 1
        return operand(.number(try function(name, of: arguments, at: column)), from: column)
    }

    private mutating func arguments(of function: String) throws(ExpressionError) -> [NumberFormula] {
        guard scanner.accept("(") else { throw expected("a parenthesis after \(function)") }
        var arguments: [NumberFormula] = []
        if scanner.accept(")") { return arguments }
        repeat { arguments.append(try number(disjunction(), for: function)) } while scanner.accept(",")
        guard scanner.accept(")") else { throw expected("a comma or a closing parenthesis after \(function)(…") }
        return arguments
    }

    private func function(
        _ name: String, of arguments: [NumberFormula], at column: Int
    ) throws(ExpressionError) -> NumberFormula {
        switch (name, NumberFunction(rawValue: name), arguments.count) {
        case ("min", _, 1...): return .least(arguments)
        case ("max", _, 1...): return .greatest(arguments)
        case ("pow", _, 2): return .power(arguments[0], arguments[1])
        case (_, let function?, 1): return .function(function, arguments[0])
        default: throw wrongCall(of: name, with: arguments.count, at: column)
        }
    }

    private func wrongCall(of name: String, with count: Int, at column: Int) -> ExpressionError {
        let functions = (NumberFunction.allCases.map(\.rawValue) + ["max", "min", "pow"]).sorted()
        guard functions.contains(name) else {
            let near = nearest(to: name, among: functions)
            return ExpressionError(
                column: column, found: "\(name) is not a function",
                remedy: near.map { "did you mean \($0)?" } ?? "there are \(functions.joined(separator: ", "))")
        }
        let right = name == "pow" ? "two" : name == "min" || name == "max" ? "one or more" : "one"
        let given = count == 1 ? "1 argument" : "\(count) arguments"
        return ExpressionError(column: column, found: "\(name) has \(given)", remedy: "give it \(right)")
    }
}

// MARK: - Kinds

extension ExpressionParser {
    private func operand(_ formula: ExpressionOperand.Formula, from column: Int) -> ExpressionOperand {
        ExpressionOperand(formula, column: column, source: scanner.text(from: column))
    }

    /// What an operand stands for, as far as the uses read so far tell.
    private func kind(of operand: ExpressionOperand) -> Expression.Kind? {
        if case .undecided(let index) = operand.formula { references[index].kind } else { operand.kind }
    }

    /// Makes sure that an operand is of a kind, deciding it where that is open, and gives its formula.
    private mutating func decide(
        _ operand: ExpressionOperand, is wanted: Expression.Kind, for user: String
    ) throws(ExpressionError) -> ExpressionOperand.Formula {
        if let kind = kind(of: operand), kind != wanted {
            throw ExpressionError(operand, is: kind, but: user, needs: wanted)
        }
        guard case .undecided(let index) = operand.formula else { return operand.formula }
        references[index].kind = wanted
        return named(index)
    }

    private mutating func number(
        _ operand: ExpressionOperand, for user: String
    ) throws(ExpressionError) -> NumberFormula {
        guard case .number(let formula) = try decide(operand, is: .number, for: user) else {
            preconditionFailure("what was decided to be a number has a number's formula")
        }
        return formula
    }

    private mutating func numbers(
        _ operands: [ExpressionOperand], for user: String
    ) throws(ExpressionError) -> [NumberFormula] {
        var formulas: [NumberFormula] = []
        for operand in operands { formulas.append(try number(operand, for: user)) }
        return formulas
    }

    private mutating func truth(
        _ operand: ExpressionOperand, for user: String
    ) throws(ExpressionError) -> TruthFormula {
        guard case .truth(let formula) = try decide(operand, is: .truth, for: user) else {
            preconditionFailure("what was decided to be a truth has a truth's formula")
        }
        return formula
    }

    /// The kind shared by operands that are compared, passed on to those still open; nil when all are.
    private mutating func commonKind(_ operands: [ExpressionOperand]) throws(ExpressionError) -> Expression.Kind? {
        var decided: (operand: ExpressionOperand, kind: Expression.Kind)?
        for operand in operands {
            guard let kind = kind(of: operand) else { continue }
            if let decided, decided.kind != kind {
                throw ExpressionError(comparing: decided, with: (operand, kind))
            }
            decided = decided ?? (operand, kind)
        }
        guard let kind = decided?.kind else { return nil }
        for operand in operands { _ = try decide(operand, is: kind, for: "comparison") }
        return kind
    }

    private func value(_ operand: ExpressionOperand) -> ValueFormula {
        switch operand.formula {
        case .text(let formula): formula
        case .truth(let formula): .truth(formula)
        case .undecided(let index): .name(index)
        case .number: preconditionFailure("numbers are compared as numbers")
        }
    }
}

// MARK: - Errors

extension ExpressionParser {
    /// Goes one level deeper, unless that is too deep.
    private mutating func descend(at column: Int) throws(ExpressionError) {
        depth += 1
        guard depth <= Expression.deepestNesting else {
            throw ExpressionError(
                column: column, found: "this is nested more than \(Expression.deepestNesting) deep",
                remedy: "use fewer parentheses, signs or powers within one another")
        }
    }

    private func expected(_ wanted: String) -> ExpressionError {
        ExpressionError(column: scanner.column, found: upcoming, remedy: "write \(wanted)")
    }

    private func noOperand() -> ExpressionError {
        if let word = scanner.word, !["and", "or", "not", "in"].contains(word) {
            return unknown(word, orPartOf: scanner.wideWord, at: scanner.column)
        }
        let isNegation = scanner.word == "not" || scanner.rest.first == "!"
        let remedy =
            isNegation ? "put the negation in parentheses" : "write a number, a text in quotes or a parameter"
        return ExpressionError(column: scanner.column, found: upcoming, remedy: remedy)
    }

    private func unexpected(after operand: ExpressionOperand) -> ExpressionError {
        let remedy =
            switch scanner.rest.first {
            case "=": "write == to compare"
            case "&": "write and"
            case "|": "write or"
            case ")": "open a parenthesis before it, or leave it out"
            default: "write an operator between it and \(operand.excerpt)"
            }
        return ExpressionError(column: scanner.column, found: upcoming, remedy: remedy)
    }

    /// What comes next, as an error says it.
    private var upcoming: String {
        guard let next = scanner.rest.first else { return "the expression ends here" }
        return "\(scanner.word ?? String(next)) cannot stand here"
    }

    private func unknown(_ word: String, orPartOf wide: String, at column: Int) -> ExpressionError {
        // A slip in `num-layers` should not be reported as one in `num`, unless `num` is the nearer slip.
        let isNearer = nearest(to: wide, among: known.all).map { $0.unicodeScalars.contains { !$0.continuesWord } }
        let isWide = isNearer ?? (nearest(to: word, among: known.all) == nil)
        return unknown(isWide ? wide : word, at: column)
    }

    private func unknown(_ name: String, at column: Int) -> ExpressionError {
        let names = known.all
        let shown = names.prefix(8).map(known.spelling).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
        let remedy =
            if let near = nearest(to: name, among: names) {
                "did you mean \(known.spelling(of: near))?"
            } else if names.isEmpty { "there are no parameters to name" } else { "the parameters are \(shown)" }
        return ExpressionError(column: column, found: "\(name) is not a parameter", remedy: remedy)
    }
}
