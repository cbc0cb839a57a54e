/// A pattern for names: `*` is any text, `?` any one character; several, set apart by commas, match what any of them does.
public struct Glob: Sendable, Hashable {
    private let patterns: [[Character]]

    public init(_ text: String) {
        patterns = text.split(separator: ",").map { Array($0.drop(while: \.isWhitespace)) }
    }

    public func matches(_ name: String) -> Bool {
        patterns.contains { Glob.matches($0[...], Array(name)[...]) }
    }

    /// O(pattern · name): goes back to the last star only, since an earlier one could take no more than the later can.
    private static func matches(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
        var (pattern, name) = (pattern, name)
        var lastStar: (pattern: ArraySlice<Character>, name: ArraySlice<Character>)?
        while let character = name.first {
            if pattern.first == "*" {
                pattern = pattern.dropFirst()
                lastStar = (pattern, name)
            } else if let next = pattern.first, next == "?" || next == character {
                (pattern, name) = (pattern.dropFirst(), name.dropFirst())
            } else if let star = lastStar {
                (pattern, name) = (star.pattern, star.name.dropFirst())
                lastStar = (pattern, name)
            } else {
                return false
            }
        }
        return pattern.allSatisfy { $0 == "*" }
    }
}
