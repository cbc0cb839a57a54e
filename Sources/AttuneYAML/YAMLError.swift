import AttuneCore

/// Why a text cannot be read as YAML, and where that shows.
public struct YAMLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Nil where it is about the text as a whole.
    public let position: SourceNode.Position?
    /// What is wrong and what would be right, without a full stop.
    public let message: String

    public init(_ message: String, at position: SourceNode.Position? = nil) {
        self.message = message
        self.position = position
    }

    public var description: String { position.map { "\($0): \(message)" } ?? message }
}
