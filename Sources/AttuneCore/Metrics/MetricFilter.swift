import Foundation

/// A filter that cannot be used, and why.
public struct MetricFilterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The place in the list of filters, from 0.
    public var index: Int
    public var reason: String

    public var description: String {
        "filter[\(index)]: \(reason); two groups (name) and (value) are required"
    }
}

/// A user's regular expression that finds metrics in a line: group 1 is the name and group 2 the value.
struct MetricFilter: Sendable {
    /// How many of ICU's reports of progress, beyond one for every place in the line, a line is worth. The others come
    /// every 10,000 steps or so of matching, so this is a quarter of a second. Counting instead of timing keeps what is
    /// found independent of the machine's load.
    static let patience = 2_000

    private let expression: NSRegularExpression

    /// - Parameter index: the filter's place in the list, for the error.
    init(_ pattern: String, index: Int) throws(MetricFilterError) {
        guard Self.hasTwoGroups(pattern) else {
            throw MetricFilterError(index: index, reason: "`\(pattern)` does not have them")
        }
        do {
            expression = try NSRegularExpression(pattern: GoPattern.icu(pattern))
        } catch {
            throw MetricFilterError(index: index, reason: "`\(pattern)` is not a regular expression")
        }
        guard expression.numberOfCaptureGroups >= 2 else {
            throw MetricFilterError(index: index, reason: "`\(pattern)` has \(expression.numberOfCaptureGroups)")
        }
    }

    /// Katib's rule for a filter, `.*\(.*\).*\(.*\).*`: a group ends before another begins.
    private static func hasTwoGroups(_ pattern: String) -> Bool {
        var missing = "()()"[...]
        for character in pattern where character == missing.first { missing.removeFirst() }
        return missing.isEmpty
    }

    /// Every match in `line`, in order; nil if the expression had to be stopped because it made no end of it.
    func matches(in line: String) -> [(name: String, value: String)]? {
        let text = line as NSString
        var matches: [(name: String, value: String)] = []
        var patience = text.length + Self.patience
        let range = NSRange(location: 0, length: text.length)
        expression.enumerateMatches(in: line, options: .reportProgress, range: range) { result, _, stop in
            guard let result else {
                patience -= 1
                stop.pointee = ObjCBool(patience <= 0)
                return
            }
            let name = result.range(at: 1)
            let value = result.range(at: 2)
            guard name.location != NSNotFound, value.location != NSNotFound else { return }
            matches.append((text.substring(with: name), text.substring(with: value)))
        }
        return patience > 0 ? matches : nil
    }
}
