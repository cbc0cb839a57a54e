/// One value of one parameter.
public enum ParameterValue: Sendable, Hashable, CustomStringConvertible {
    case int(Int)
    case double(Double)
    /// A categorical or discrete value, verbatim as its list spells it.
    case text(String)

    /// The value as Katib writes it: `3`, `0.1`, `1e-05`, or the list's own spelling.
    public var description: String {
        switch self {
        case .int(let value): String(value)
        case .double(let value): value.text
        case .text(let text): text
        }
    }

    /// The value as a number; nil for text that is none.
    public var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        case .text(let text): Double(text)
        }
    }

    public var json: JSON {
        switch self {
        case .int(let value): .number(value)
        case .double(let value): .number(value)
        case .text(let text): .string(text)
        }
    }

    /// Reads what `json` wrote: an integer literal is an `int`, another number a `double`, a string `text`.
    public init?(json: JSON) {
        switch json {
        case .string(let text): self = .text(text)
        case .number(let text):
            if let value = Int(text) {
                self = .int(value)
            } else if let value = Double(text) {
                self = .double(value)
            } else {
                return nil
            }
        default: return nil
        }
    }
}
