import Foundation

/// One metric value at one step, with its time.
public struct Observation: Sendable, Hashable {
    public var metric: String
    /// Not a number and infinities are legal: a diverged model reports them.
    public var value: Double
    /// What the program said, else the count of earlier values of the same metric (from 0).
    public var step: Int
    public var time: Date

    public init(metric: String, value: Double, step: Int, time: Date) {
        self.metric = metric
        self.value = value
        self.step = step
        self.time = time
    }
}

extension Observation {
    /// One of each metric, at the same step and time, by name.
    public static func all(_ values: [String: Double], step: Int, at time: Date) -> [Observation] {
        values.sorted { $0.key < $1.key }.map { Observation(metric: $0.key, value: $0.value, step: step, time: time) }
    }
}
