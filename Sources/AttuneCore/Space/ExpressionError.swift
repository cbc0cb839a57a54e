/// Why an `Expression` cannot be read, or cannot be evaluated with the values given.
public struct ExpressionError: Error, Sendable, Hashable {
    /// Where in the source, in Unicode scalars from 1; one past the end where something is missing.
    public let column: Int
    /// What stands there.
    public let found: String
    /// What would be right.
    public let remedy: String
}

extension ExpressionError: CustomStringConvertible {
    public var description: String { "column \(column): \(found); \(remedy)" }
}
