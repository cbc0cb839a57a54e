/// The parameter names an expression may use, with what each stands for where that is known.
struct KnownNames {
    private let kinds: [String: Expression.Kind?]
    /// The names that may stand without backquotes, longest first.
    private let bare: [[Unicode.Scalar]]

    init(_ names: some Sequence<String>) {
        self.init(Dictionary(names.map { ($0, nil) }, uniquingKeysWith: { first, _ in first }))
    }

    init(_ kinds: [String: Expression.Kind]) {
        self.init(kinds.mapValues(Optional.some))
    }

    private init(_ kinds: [String: Expression.Kind?]) {
        self.kinds = kinds
        self.bare = kinds.keys.map { Array($0.unicodeScalars) }
            .filter { mayStandBare($0) }
            .sorted { $0.count > $1.count }
    }

    /// All names, in alphabetical order.
    var all: [String] { kinds.keys.sorted() }

    func contains(_ name: String) -> Bool { kinds.keys.contains(name) }

    /// How `name` is written in an expression: in backquotes where it may not stand bare.
    func spelling(of name: String) -> String {
        mayStandBare(Array(name.unicodeScalars)) ? name : "`\(name)`"
    }

    /// What `name` stands for; nil when its use shall decide.
    func kind(of name: String) -> Expression.Kind? { kinds[name] ?? nil }

    /// The longest bare name that `text` begins with and that ends there: no letter, digit, `_` or `.` follows.
    func longest(at text: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar]? {
        bare.first { name in
            text.starts(with: name) && text.dropFirst(name.count).first.map { $0.continuesWord || $0 == "." } != true
        }
    }
}

/// The words of the language that cannot be bare names.
private let reservedWords: Set<String> = ["and", "or", "not", "in", "true", "false"]

/// Whether `name` is letters, digits, `_`, `.` and `-`, beginning with a letter or `_` after any dashes.
private func mayStandBare(_ name: [Unicode.Scalar]) -> Bool {
    guard let first = name.first(where: { $0 != "-" }), first.beginsWord else { return false }
    return name.allSatisfy(\.continuesName) && !reservedWords.contains(String(name))
}

extension Unicode.Scalar {
    var isDigit: Bool { ("0"..."9").contains(self) }
    var beginsWord: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) || self == "_" }
    var continuesWord: Bool { beginsWord || isDigit }
    var continuesName: Bool { continuesWord || self == "." || self == "-" }
}

extension String {
    init(_ scalars: some Sequence<Unicode.Scalar>) {
        var view = UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }
}
