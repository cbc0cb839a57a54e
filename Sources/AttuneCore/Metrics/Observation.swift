import Foundation

/// One metric value at one step, with its time.
public struct Observation: Sendable {
    public var metric: String
    /// Not a number and infinities are legal: a diverged model reports them. Not a number where there is a text.
    public var value: Double
    /// What was reported in place of a number, such as the genotype that an architecture search ends with.
    public private(set) var text: String?
    /// What the program said, else the count of earlier values of the same metric (from 0).
    public var step: Int
    public var time: Date

    public init(metric: String, value: Double, step: Int, time: Date) {
        self.metric = metric
        self.value = value
        self.step = step
        self.time = time
    }

    /// - Parameter value: a number or a text.
    public init(metric: String, value: ReportedValue, step: Int, time: Date) {
        self.init(metric: metric, value: value.number ?? .nan, step: step, time: time)
        if case .text(let text) = value { self.text = text }
    }

    /// The number or the text.
    public var reported: ReportedValue { text.map { .text($0) } ?? .number(value) }
}

extension Observation: Hashable {
    /// Equal texts are equal, though not a number equals none.
    public static func == (a: Observation, b: Observation) -> Bool {
        a.metric == b.metric && a.reported == b.reported && a.step == b.step && a.time == b.time
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(metric)
        hasher.combine(reported)
        hasher.combine(step)
        hasher.combine(time)
    }
}

extension Observation {
    /// One of each metric, at the same step and time, by name.
    public static func all(_ values: [String: Double], step: Int, at time: Date) -> [Observation] {
        values.sorted { $0.key < $1.key }.map { Observation(metric: $0.key, value: $0.value, step: step, time: time) }
    }

    /// The same of numbers and texts.
    public static func all(_ values: [String: ReportedValue], step: Int, at time: Date) -> [Observation] {
        values.sorted { $0.key < $1.key }.map { Observation(metric: $0.key, value: $0.value, step: step, time: time) }
    }
}
