import Foundation

/// Why a rule stopped a trial: what it compared, and what that means in words.
public struct StoppingGrounds: Sendable, Hashable {
    /// A number that the rule looked at.
    public struct Number: Sendable, Hashable {
        public let name: String
        public let value: Double

        public init(_ name: String, _ value: Double) {
            self.name = name
            self.value = value
        }
    }

    /// A whole sentence without its full stop, such as `its best loss so far, 0.9, is worse than 0.4, the median of …`.
    public let sentence: String
    public let compared: [Number]

    public init(_ sentence: String, _ compared: [Number] = []) {
        self.sentence = sentence
        self.compared = compared
    }
}

extension Double {
    /// Four significant digits, for people.
    public var short: String { isFinite ? String(format: "%.4g", self) : "\(self)" }
}
