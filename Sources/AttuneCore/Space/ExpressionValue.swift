/// The value of a parameter, as an `Expression` sees it.
public enum ExpressionValue: Sendable, Hashable {
    case number(Double)
    case text(String)
    case truth(Bool)

    public var kind: Expression.Kind {
        switch self {
        case .number: .number
        case .text: .text
        case .truth: .truth
        }
    }
}

extension ExpressionValue: CustomStringConvertible {
    public var description: String {
        switch self {
        case .number(let number): "\(number)"
        case .text(let text): "\"\(text)\""
        case .truth(let truth): "\(truth)"
        }
    }
}
