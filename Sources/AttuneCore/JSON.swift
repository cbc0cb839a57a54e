/// A JSON value that keeps what Foundation's does not: the order of keys, and numbers exactly as written.
///
/// Trial templates are carried in it, so that what a user wrote reaches the cluster or the process unchanged.
public enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    /// The number's text, such as `1`, `0.10` or `1e-3`.
    case number(String)
    case string(String)
    case array([JSON])
    case object(Fields)

    /// An object's members in order; a later member of the same name replaces an earlier one.
    public struct Fields: Sendable, Hashable, ExpressibleByDictionaryLiteral, Sequence {
        private var members: [(key: String, value: JSON)] = []

        public init() {}
        public init(dictionaryLiteral elements: (String, JSON)...) {
            for (key, value) in elements { self[key] = value }
        }
        public init(_ pairs: some Sequence<(String, JSON)>) {
            for (key, value) in pairs { self[key] = value }
        }

        public var keys: [String] { members.map(\.key) }
        public var isEmpty: Bool { members.isEmpty }

        /// The member of that name; setting nil removes it. O(members).
        public subscript(key: String) -> JSON? {
            get { members.first { $0.key == key }?.value }
            set {
                let index = members.firstIndex { $0.key == key }
                switch (index, newValue) {
                case (let index?, let value?): members[index].value = value
                case (let index?, nil): members.remove(at: index)
                case (nil, let value?): members.append((key, value))
                case (nil, nil): break
                }
            }
        }

        public func makeIterator() -> IndexingIterator<[(key: String, value: JSON)]> { members.makeIterator() }

        public static func == (a: Self, b: Self) -> Bool {
            a.members.count == b.members.count && zip(a.members, b.members).allSatisfy { $0 == $1 }
        }
        public func hash(into hasher: inout Hasher) {
            for (key, value) in members {
                hasher.combine(key)
                hasher.combine(value)
            }
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .number(String(value)) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(Fields(elements)) }
}

extension JSON {
    public static func number(_ value: Int) -> JSON { .number(String(value)) }

    /// A finite number; not a number and the infinities, which JSON lacks, become strings.
    public static func number(_ value: Double) -> JSON {
        value.isFinite ? .number(value.text) : .string(value.text)
    }

    /// An object of strings, its keys sorted.
    public static func strings(_ values: [String: String]) -> JSON {
        .object(Fields(values.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }

    /// The member of that name of an object. Setting one makes an object of what was none; setting nil removes it.
    public subscript(key: String) -> JSON? {
        get { if case .object(let fields) = self { fields[key] } else { nil } }
        set {
            guard newValue != nil || object != nil else { return }
            var fields = object ?? Fields()
            fields[key] = newValue
            self = .object(fields)
        }
    }

    public subscript(index: Int) -> JSON? {
        if case .array(let items) = self, items.indices.contains(index) { items[index] } else { nil }
    }

    public var string: String? { if case .string(let text) = self { text } else { nil } }
    public var array: [JSON]? { if case .array(let items) = self { items } else { nil } }
    public var object: Fields? { if case .object(let fields) = self { fields } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var isNull: Bool { self == .null }

    /// The number, also when it is spelled as a string (`"NaN"`, `"0.1"`).
    public var double: Double? {
        switch self {
        case .number(let text), .string(let text): Double(text)
        default: nil
        }
    }

    /// The integer, also when it is spelled as a string.
    public var int: Int? {
        switch self {
        case .number(let text), .string(let text): Int(text)
        default: nil
        }
    }

    /// The text of a string, number or truth value: what Kubernetes calls its string form.
    public var scalarText: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .bool(let value): value ? "true" : "false"
        default: nil
        }
    }

    /// The same value with every string in it (keys too) put through `change`.
    public func mapStrings<Failure: Error>(_ change: (String) throws(Failure) -> String) throws(Failure) -> JSON {
        switch self {
        case .string(let text): return .string(try change(text))
        case .array(let items):
            var changed: [JSON] = []
            for item in items { changed.append(try item.mapStrings(change)) }
            return .array(changed)
        case .object(let fields):
            var changed = Fields()
            for (key, value) in fields { changed[try change(key)] = try value.mapStrings(change) }
            return .object(changed)
        case .null, .bool, .number: return self
        }
    }
}

extension Double {
    /// The shortest text that reads back as the same number, as Python's `repr` writes it: `0.1`, `1e-05`, `nan`, `inf`.
    public var text: String {
        if isNaN { return "nan" }
        if isInfinite { return self < 0 ? "-inf" : "inf" }
        // Swift writes exponents from 2⁵³ on, Python from 10¹⁶; in between are whole numbers only.
        if magnitude > 0x1p53, magnitude < 1e16 { return "\(Int64(self)).0" }
        return description
    }
}
