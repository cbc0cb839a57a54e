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
