import AttuneCore

extension GJSONPath {
    /// What is asked of an array's elements.
    struct Query: Sendable, Hashable {
        /// What to look at in an element; nil for the element itself, where that is no object or array.
        var path: [Step]?
        /// Nil where it need only be there.
        var test: Test?
    }

    struct Test: Sendable, Hashable {
        enum Operand: Sendable, Hashable {
            case text(String)
            case tilde(Tilde)
        }

        var comparison: Comparison
        var operand: Operand
    }

    enum Comparison: Sendable, Hashable {
        case equal, unequal, less, atMost, greater, atLeast, like, unlike

        /// Longer ones first, so that the first that fits is meant.
        static let spellings: [(spelling: String, comparison: Comparison)] = [
            ("==", .equal), ("!=", .unequal), ("<=", .atMost), (">=", .atLeast), ("!%", .unlike), ("=", .equal),
            ("<", .less), (">", .greater), ("%", .like),
        ]

        /// - Parameters: how two values stand to one another; all false where they cannot be compared.
        func holds(before: Bool, equal: Bool, after: Bool) -> Bool {
            switch self {
            case .equal: equal
            case .unequal: !equal
            case .less: before
            case .atMost: before || equal
            case .greater: after
            case .atLeast: after || equal
            case .like, .unlike: false
            }
        }
    }

    /// What a value amounts to.
    enum Tilde: String, Sendable, Hashable {
        case trueish = "true"
        case falseish = "false"
        case nullish = "null"
        case present = "*"

        func holds(of value: JSON?) -> Bool {
            switch self {
            case .present: value != nil
            case .nullish: value?.isNull ?? true
            case .trueish: value.flatMap(Tilde.truth) == true
            case .falseish: value.map { Tilde.truth(of: $0) == false } ?? true
            }
        }

        /// Nil of what is neither.
        private static func truth(of value: JSON) -> Bool? {
            switch value {
            case .null: false
            case .bool(let value): value
            case .number(let text): Double(text) != 0
            case .string(let text): truth(of: text)
            case .array, .object: nil
            }
        }

        private static func truth(of text: String) -> Bool? {
            switch text.lowercased() {
            case "1", "t", "true": true
            case "0", "f", "false": false
            default: nil
            }
        }
    }
}

extension GJSONPath.Test {
    func holds(of value: JSON?) -> Bool {
        switch operand {
        case .tilde(let kind): holds(of: kind.holds(of: value), "true")
        case .text(let text):
            switch value {
            case .string(let string): holds(of: string, text)
            case .number(let number): holds(of: Double(number) ?? 0, Double(text) ?? 0)
            case .bool(let value): holds(of: value, text)
            case .null, .array, .object, nil: false
            }
        }
    }

    private func holds(of string: String, _ text: String) -> Bool {
        switch comparison {
        case .like: return WildcardPattern(text.unicodeScalars).matches(string)
        case .unlike: return !WildcardPattern(text.unicodeScalars).matches(string)
        default:
            let before = string.utf8.lexicographicallyPrecedes(text.utf8)
            let equal = string.utf8.elementsEqual(text.utf8)
            return comparison.holds(before: before, equal: equal, after: !before && !equal)
        }
    }

    private func holds(of number: Double, _ other: Double) -> Bool {
        comparison.holds(before: number < other, equal: number == other, after: number > other)
    }

    /// False comes before true. Nothing comes after true or before false, so that `>=` holds of every true and `<=` of
    /// every false, whatever the word.
    private func holds(of value: Bool, _ word: String) -> Bool {
        switch comparison {
        case .atLeast: value
        case .atMost: !value
        default:
            comparison.holds(
                before: !value && word == "true", equal: word == (value ? "true" : "false"),
                after: value && word == "false")
        }
    }
}
