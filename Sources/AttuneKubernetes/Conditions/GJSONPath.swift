import AttuneCore

/// A question about a JSON value in the path language of GJSON, which Katib's conditions are written in:
/// `status.conditions.#(type=="Complete")#|#(status=="True")#`.
///
/// - Keys and array indices follow one another after `.` or `|`; `*` and `?` in a key match anything, `\` takes the
///   meaning from the next character.
/// - `#` is an array's length, `#.path` the path's value in each element. `#(path==value)` is the first element of
///   which that is true, `#(path==value)#` all of them. Operators: `=`, `==`, `!=`, `<`, `<=`, `>`, `>=`, and `%`,
///   `!%` for patterns; `~true`, `~false`, `~null` and `~*` ask what a value amounts to.
/// - After `#` and `#(…)#`, `.` goes on within each element and `|` with the array.
/// - `@this`, `@reverse`, `@flatten`, `@join`, `@keys`, `@values`, `@valid`, `@pretty`, `@ugly`, `@tostr`, `@fromstr`,
///   `@group` and `@dig` change a value; `[a,b]` and `{"name":a,b}` make one of several; `!1` is the value 1.
///
/// Where GJSON takes what is malformed for a key that nothing has, this refuses it. And nothing comes of nothing but a
/// literal, where GJSON's `@keys` and multipaths make something empty of some absent values. Numbers are compared as
/// `Double`, strings by their bytes; an operand that is no number (`#(age>x)`) counts as 0, as in GJSON.
///
/// Syntax: https://github.com/tidwall/gjson/blob/master/SYNTAX.md
public struct GJSONPath: Sendable, Hashable {
    /// What one part of a path does to the value that came to it.
    enum Step: Sendable, Hashable {
        /// The member of that name, or the element at that index.
        case member(String)
        /// The first member whose name fits and in which the steps find something, and what they find.
        case anyMember(WildcardPattern, [Step])
        /// How many elements there are.
        case count
        /// What the steps find in each element.
        case each([Step])
        /// The first element that answers the query.
        case first(Query)
        /// What the steps find in each element that answers the query.
        case all(Query, [Step])
        case modifier(Modifier)
        /// What each of several paths finds, in an array.
        case list([[Step]])
        /// What each of several paths finds, in an object.
        case object([Selector])
        case literal(JSON)
        /// The value as the only line of a file of JSON lines.
        case lines
    }

    struct Selector: Sendable, Hashable {
        var name: String
        var steps: [Step]
    }

    /// As written.
    public let text: String
    let steps: [Step]

    /// - Throws: where the text stops being a path, and what would be right there. More than 10,000 characters,
    ///   256 parts or 64 levels are refused.
    public init(_ text: String) throws(AttuneError) {
        self.text = text
        var parser = try GJSONParser(text)
        steps = try parser.path()
    }

    /// What the path finds; nil where there is nothing.
    ///
    /// - Complexity: bounded. A path that would multiply the value beyond a million parts finds nothing.
    public func evaluate(_ json: JSON) -> JSON? {
        var evaluation = GJSONEvaluation()
        let found = evaluation.value(of: steps, in: json)
        return evaluation.isExhausted ? nil : found
    }
}
