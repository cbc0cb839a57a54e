/// A value read from YAML or JSON that remembers where it stood.
public struct SourceNode: Sendable, Hashable {
    public struct Position: Sendable, Hashable, CustomStringConvertible {
        /// From 1.
        public var line: Int
        /// From 1.
        public var column: Int
        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
        public var description: String { "\(line):\(column)" }
    }

    public struct Member: Sendable, Hashable {
        public var key: String
        public var keyPosition: Position?
        public var value: SourceNode
        public init(key: String, keyPosition: Position?, value: SourceNode) {
            self.key = key
            self.keyPosition = keyPosition
            self.value = value
        }
    }

    public indirect enum Content: Sendable, Hashable {
        case null
        case bool(Bool)
        /// The number's text as written.
        case number(String)
        case string(String)
        case list([SourceNode])
        case map([Member])
    }

    public var content: Content
    /// Nil for what was not read from a text.
    public var position: Position?

    public init(_ content: Content, at position: Position? = nil) {
        self.content = content
        self.position = position
    }
}

extension SourceNode.Content {
    fileprivate init(_ json: JSON) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .number(let text): self = .number(text)
        case .string(let text): self = .string(text)
        case .array(let items): self = .list(items.map { SourceNode($0) })
        case .object(let fields):
            self = .map(fields.map { .init(key: $0.key, keyPosition: nil, value: SourceNode($0.value)) })
        }
    }
}

extension SourceNode {
    public init(_ json: JSON) { self.init(Content(json), at: nil) }

    /// The value without positions, its numbers spelled as JSON spells them.
    public var json: JSON {
        switch content {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let text): JSON(numberOfYAML: text)
        case .string(let text): .string(text)
        case .list(let items): .array(items.map(\.json))
        case .map(let members): .object(JSON.Fields(members.map { ($0.key, $0.value.json) }))
        }
    }

    public subscript(key: String) -> SourceNode? {
        guard case .map(let members) = content else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// Where the field stands, or the nearest of its ancestors that exists.
    public func position(of field: FieldPath) -> Position? {
        var node = self
        var found = position
        for step in field.steps {
            switch (step, node.content) {
            case (.key(let key), .map(let members)):
                guard let member = members.first(where: { $0.key == key }) else { return found }
                found = member.value.position ?? member.keyPosition
                node = member.value
            case (.index(let index), .list(let items)) where items.indices.contains(index):
                node = items[index]
                found = node.position
            default: return found
            }
        }
        return found
    }
}
