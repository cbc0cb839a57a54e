/// A text in which `*` stands for any characters, `?` for one, and `\` takes such a meaning away.
struct WildcardPattern: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case character(Unicode.Scalar)
        case anyOne
        case anyMany
    }

    private let parts: [Part]
    /// The text, where the pattern matches one only.
    let literal: String?
    var count: Int { parts.count }

    init(_ text: some Sequence<Unicode.Scalar>) {
        var parts: [Part] = []
        var isEscaped = false
        for scalar in text {
            switch scalar {
            case _ where isEscaped: parts.append(.character(scalar))
            case "*": parts.append(.anyMany)
            case "?": parts.append(.anyOne)
            case "\\": break
            default: parts.append(.character(scalar))
            }
            isEscaped = !isEscaped && scalar == "\\"
        }
        self.parts = parts
        literal = WildcardPattern.literal(parts)
    }

    private static func literal(_ parts: [Part]) -> String? {
        var text = String.UnicodeScalarView()
        for part in parts {
            guard case .character(let scalar) = part else { return nil }
            text.append(scalar)
        }
        return String(text)
    }

    /// - Complexity: O(pattern · text) at worst: only the last `*` is ever tried again.
    func matches(_ text: String) -> Bool {
        let text = Array(text.unicodeScalars)
        var (next, position) = (0, 0)
        var lastMany: (part: Int, position: Int)?
        while position < text.count {
            if next < parts.count, parts[next] == .anyMany {
                lastMany = (next, position)
                next += 1
            } else if next < parts.count, parts[next] == .anyOne || parts[next] == .character(text[position]) {
                next += 1
                position += 1
            } else if let many = lastMany {
                lastMany = (many.part, many.position + 1)
                (next, position) = (many.part + 1, many.position + 1)
            } else {
                return false
            }
        }
        return parts[next...].allSatisfy { $0 == .anyMany }
    }
}
