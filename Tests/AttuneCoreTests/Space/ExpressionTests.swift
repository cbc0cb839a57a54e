import AttuneCore
import Testing

struct ExpressionTests {
    static let values: [String: ExpressionValue] = [
        "x": .number(2), "y": .number(3), "zero": .number(0), "num": .number(10), "layers": .number(4),
        "num-layers": .number(1), "--lr": .number(0.1), "optimizer": .text("sgd"), "nesterov": .truth(true),
        "learning rate": .number(0.5), "model.depth": .number(8), "max": .number(9), "in": .number(6),
    ]

    /// What `source` is with the values above, its parameters known by name and by kind.
    private func outcome(_ source: String) throws -> Bool? {
        let untyped = try Expression(source, names: Self.values.keys)
        let typed = try Expression(source, kinds: Self.values.mapValues(\.kind))
        let outcomes = try [untyped, typed].map { try $0.evaluate { Self.values[$0] } }
        #expect(outcomes[0] == outcomes[1])
        return outcomes[0]
    }

    @Test(arguments: [
        // Arithmetic, tighter to the left of the table in the documentation.
        "x + y * 2 == 8", "(x + y) * 2 == 10", "10 - 3 - 2 == 5", "12 / 3 / 2 == 2", "2 ^ 3 ^ 2 == 512", "2 ** 3 == 8",
        "-x ^ 2 == -4", "2 ^ -1 == 0.5", "- -x == 2", "7 % 4 == 3", "-7 % 4 == 1", "7 % -4 == -1", "1e3 == 1000.",
        ".5 == 5E-1", "x*-y == -6", "x- -y == 5",
        // Functions.
        "min(x, y) + log(1) >= abs(-2)", "max(1, 5, 3) == 5", "min(4) == 4", "pow(x, y) == 8", "sqrt(16) == 4",
        "floor(-1.5) == -2", "ceil(1.2) == 2", "round(2.5) == 2 and round(3.5) == 4", "log2(8) == 3",
        "log10(1000) == 3",
        "exp(0) == 1", "log (1) == 0",
        // Comparisons.
        "1 <= x <= 3", "1 < x < y < 4", "x == 2 == 2", "x != y", "not (x > y)", "!(x > y)", "! x > y",
        "optimizer == \"sgd\"", "'sgd' == optimizer", "optimizer != 'adam'", "\"it's\" == 'it\\'s'",
        "'\\\\' == \"\\\\\"",
        "(x < y) == true", "(x < y) != (x > y)", "1 < 2 == 2",
        // Lists.
        "x in [1, 2]", "x not in [y, 2 * y]", "optimizer in ['adam', \"sgd\"]", "optimizer not in ['adam']",
        // Logic.
        "optimizer == \"sgd\" and (x > 5 or y < 1e1)", "x > 5 || y == 3 && true", "not x > 5 and y == 3", "nesterov",
        "not nesterov or nesterov", "true", "not not true", "x > 1 and not y > 5",
        // Names.
        "num-layers == 1", "num - layers == 6", "num -layers == 6", "x-y == -1", "--lr < 1", "1 - --lr == 0.9",
        "`learning rate` == .5", "`num-layers` == 1", "model.depth == 8", "max == 9", "max(max, 1) == 9", "`in` in [6]",
        "  x\n\t<y ",
    ])
    func `what is true by the rules of the language holds`(source: String) throws {
        #expect(try outcome(source) == true)
    }

    @Test(arguments: [
        "x > y", "1 <= y <= 2", "x in [1, 3]", "optimizer == 'SGD'", "optimizer in ['adam']", "false",
        "x / zero > 0", "x / zero < 0", "x / zero == x / zero", "x / zero != 1", "x % zero == 0", "zero ^ -1 > 0",
        "log(-1) != 1", "min(1, log(-1)) <= 1", "max(log(-1), 1) >= 1", "0 / zero in [0 / zero]", "not true",
    ])
    func `what is false, or compares with a number that does not exist, does not hold`(source: String) throws {
        #expect(try outcome(source) == false)
    }

    @Test(arguments: ["x > 1 or y > 1", "y > 1 and x > 5", "x in [y]"])
    func `a missing value makes the whole expression not apply, wherever it stands`(source: String) throws {
        let expression = try Expression(source, names: ["x", "y"])
        #expect(try expression.evaluate { $0 == "x" ? .number(2) : nil } == nil)
    }

    @Test func `names are given once each in order of appearance`() throws {
        let expression = try Expression("y > x and y < 3 * z", names: ["x", "y", "z", "w"])
        #expect(expression.names == ["y", "x", "z"])
        #expect("\(expression)" == "y > x and y < 3 * z")
    }

    @Test func `two names compared with each other may be of any one kind`() throws {
        let expression = try Expression("a == b", names: ["a", "b"])
        #expect(try expression.evaluate { _ in .text("same") } == true)
        #expect(try expression.evaluate { .text($0) } == false)
        #expect(try expression.evaluate { $0 == "a" ? .number(1) : .text("1") } == false)
    }

    @Test func `a value of another kind than its use needs is refused`() throws {
        let expression = try Expression("1 < x", names: ["x"])
        let error = #expect(throws: ExpressionError.self) { try expression.evaluate { _ in .text("2") } }
        #expect(error?.description == "column 5: x was given \"2\", which is text; its use here needs a number")
    }
}

struct ExpressionErrorTests {
    static let kinds: [String: Expression.Kind] = [
        "units": .number, "momentum": .number, "num-layers": .number, "optimizer": .text, "nesterov": .truth,
    ]

    @Test(arguments: [
        // Kinds.
        ("units <= \"x\"", "column 10: \"x\" is text, and <= needs a number; use a number here"),
        ("units <= '64'", "column 10: '64' is text, and <= needs a number; write it without quotes, 64"),
        ("units == '64'", "column 10: '64' is text, but units is a number; write it without quotes, 64"),
        ("optimizer * 2 < 1", "column 1: optimizer is text, and * needs a number; use a number here"),
        ("optimizer == 3", "column 14: 3 is a number, but optimizer is text; write it in quotes, \"3\""),
        ("3 == optimizer", "column 1: 3 is a number, but optimizer is text; write it in quotes, \"3\""),
        ("optimizer in ['a', 3]", "column 20: 3 is a number, but optimizer is text; write it in quotes, \"3\""),
        ("units == optimizer", "column 10: optimizer is text, but units is a number; compare things of one kind"),
        ("optimizer < 'b'", "column 1: optimizer is text, and < needs a number; use a number here"),
        ("log(optimizer) < 1", "column 5: optimizer is text, and log needs a number; use a number here"),
        (
            "units > 1 and momentum",
            "column 15: momentum is a number, and 'and' needs true or false; compare it with something, as in momentum <= 1"
        ),
        (
            "units * 2",
            "column 1: units * 2 is a number, and a constraint needs true or false; compare it with something, as in units * 2 <= 1"
        ),
        (
            "not optimizer",
            "column 5: optimizer is text, and 'not' needs true or false; compare it with something, as in optimizer == \"a\""
        ),
        ("(units > 1) + 1 < 3", "column 1: (units > 1) is true or false, and + needs a number; use a number here"),
        // Names.
        ("momentm > 1", "column 1: momentm is not a parameter; did you mean momentum?"),
        ("1 < num-layer", "column 5: num-layer is not a parameter; did you mean num-layers?"),
        ("num-layers2 < 1", "column 1: num-layers2 is not a parameter; did you mean num-layers?"),
        (
            "`dropout` > 1",
            "column 1: dropout is not a parameter; the parameters are momentum, nesterov, num-layers, optimizer, units"
        ),
        ("sqr(units) < 1", "column 1: sqr is not a function; did you mean sqrt?"),
        ("pow(units) < 1", "column 1: pow has 1 argument; give it two"),
        ("min() < 1", "column 1: min has 0 arguments; give it one or more"),
        // Form.
        ("", "column 1: the expression ends here; write a number, a text in quotes or a parameter"),
        ("units <", "column 8: the expression ends here; write a number, a text in quotes or a parameter"),
        ("units = 3", "column 7: = cannot stand here; write == to compare"),
        ("units > 1 & true", "column 11: & cannot stand here; write and"),
        ("units > 1)", "column 10: ) cannot stand here; open a parenthesis before it, or leave it out"),
        ("(units > 1", "column 11: the expression ends here; write a closing parenthesis for column 1"),
        ("units 3", "column 7: 3 cannot stand here; write an operator between it and units"),
        ("2units > 1", "column 2: \"u\" follows the number 2; put an operator between them, as in 2 * x"),
        ("1e999 > 1", "column 1: 1e999 is too large; use a number below 1.8e308"),
        ("units in 3", "column 10: 3 cannot stand here; write a list such as [1, 2] after in"),
        ("units in [1", "column 12: the expression ends here; write a comma or ] in the list"),
        ("optimizer == 'a", "column 14: a quote opens and never closes; close it with '"),
        (
            "optimizer == '\\n'",
            "column 15: a backslash stands before neither a quote nor a backslash; write two backslashes for one"
        ),
        ("true == not true", "column 9: not cannot stand here; put the negation in parentheses"),
    ])
    func `an error names the column, what stands there and what would be right`(source: String, message: String) {
        let error = #expect(throws: ExpressionError.self) { try Expression(source, kinds: Self.kinds) }
        #expect(error?.description == message)
    }

    @Test func `a suggestion is spelled as the language wants it`() {
        let error = #expect(throws: ExpressionError.self) {
            try Expression("learning_rate < 1", names: ["learning rate"])
        }
        #expect(error?.remedy == "did you mean `learning rate`?")
    }

    @Test func `uses of a name as two kinds contradict each other also where kinds are not given`() {
        let error = #expect(throws: ExpressionError.self) { try Expression("x > 1 and x == 'a'", names: ["x"]) }
        #expect(error?.column == 16)
        #expect(throws: ExpressionError.self) { try Expression("x and x > 1", names: ["x"]) }
    }

    @Test func `ten thousand characters are read and one more is not`() throws {
        let terms = String(repeating: "x+", count: 4_998) + "x>1"
        #expect(try Expression(terms + " ", names: ["x"]).evaluate { _ in .number(1) } == true)
        let error = #expect(throws: ExpressionError.self) { try Expression(terms + "  ", names: ["x"]) }
        #expect(error?.column == 10_001)
    }

    @Test(arguments: ["(", "-", "!", "not ", "min(", "2^", "[", "'", "`", "1<", "x in [", "(x<1)==(", "`x`,"])
    func `hostile repetition ends in an error, not a crash`(part: String) {
        let source = String(repeating: part, count: 10_000 / part.count)
        #expect(throws: ExpressionError.self) { try Expression(source, names: ["x"]) }
    }

    @Test func `nesting of fifty is read and evaluated, one more is refused`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "1 + (", count: depth) + "x" + String(repeating: ")", count: depth) + " > 50"
        }
        #expect(try Expression(nested(50), names: ["x"]).evaluate { _ in .number(1) } == true)
        let error = #expect(throws: ExpressionError.self) { try Expression(nested(51), names: ["x"]) }
        #expect(error?.column == 50 * 5 + 5)
    }
}
