/// Where a field stands in an experiment: `spec.parameters[2].feasibleSpace.min`.
public struct FieldPath: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    public enum Step: Sendable, Hashable {
        case key(String)
        case index(Int)
    }

    public var steps: [Step]

    public init(_ steps: [Step] = []) { self.steps = steps }

    /// A path of keys only, written with dots.
    public init(stringLiteral text: String) {
        steps = text.isEmpty ? [] : text.split(separator: ".").map { .key(String($0)) }
    }

    public static func + (path: FieldPath, tail: FieldPath) -> FieldPath { FieldPath(path.steps + tail.steps) }
    public subscript(key: String) -> FieldPath { FieldPath(steps + [.key(key)]) }
    public subscript(index: Int) -> FieldPath { FieldPath(steps + [.index(index)]) }

    public var description: String {
        steps.reduce(into: "") { text, step in
            switch step {
            case .key(let key): text += text.isEmpty ? key : "." + key
            case .index(let index): text += "[\(index)]"
            }
        }
    }
}

/// One thing wrong with an experiment: the field, what was found there, and what would be right.
public struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Severity: String, Sendable, Hashable { case error, warning }

    public var severity: Severity
    public var field: FieldPath
    /// What stands there; nil when the field is missing or the remedy says it all.
    public var found: String?
    /// What would be right, as a sentence without a full stop.
    public var remedy: String

    public init(_ field: FieldPath, found: String? = nil, _ remedy: String, severity: Severity = .error) {
        self.severity = severity
        self.field = field
        self.found = found
        self.remedy = remedy
    }

    public var description: String {
        let start = field.steps.isEmpty ? "" : "\(field): "
        return start + (found.map { "found \($0); " } ?? "") + remedy
    }

    /// The same problem, its field under `prefix`.
    public func under(_ prefix: FieldPath) -> Problem {
        var moved = self
        moved.field = prefix + field
        return moved
    }
}

/// An experiment that cannot be: every problem of it at once.
public struct InvalidExperiment: Error, Sendable, CustomStringConvertible {
    public var problems: [Problem]
    public init(_ problems: [Problem]) { self.problems = problems }
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Something from outside that Attune cannot go on with, in one sentence that says what would be right.
public struct AttuneError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String
    public init(_ message: String) { self.message = message }
    public var description: String { message }
}
