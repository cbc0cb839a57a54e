import Foundation

/// What is left of a trial's values of one metric once they are folded: latest, smallest, largest.
///
/// Folding is O(1) a value and keeps no history.
public struct MetricSummary: Sendable, Hashable {
    /// The value with the latest time; of equal times, the one that arrived last. May be NaN: the model diverged. Nil where
    /// that is a text.
    public private(set) var latest: Double?
    /// The latest value, where it is a text.
    public private(set) var text: String?
    /// The smallest value that is not NaN.
    public private(set) var min: Double?
    /// The largest value that is not NaN.
    public private(set) var max: Double?
    /// How many values were folded, NaN included.
    public private(set) var count = 0

    private var latestTime = Date.distantPast
    private var hasFinite = false

    public init() {}

    /// Folds every value in order. They must all be of one metric.
    public init(_ observations: some Sequence<Observation>) {
        for observation in observations { add(observation) }
    }

    public mutating func add(_ observation: Observation) {
        let value = observation.value
        if count == 0 || observation.time >= latestTime {
            text = observation.text
            latest = text == nil ? value : nil
            latestTime = observation.time
        }
        count += 1
        hasFinite = hasFinite || value.isFinite
        guard !value.isNaN else { return }
        min = min.map { Swift.min($0, value) } ?? value
        max = max.map { Swift.max($0, value) } ?? value
    }

    /// The value that stands for the trial, or nil when no finite value ever came.
    ///
    /// It is the plain field: a trial that reported 0.3 and then NaN has a latest value, and it is NaN.
    public func value(by strategy: MetricStrategy) -> Double? {
        guard hasFinite else { return nil }
        return switch strategy {
        case .min: min
        case .max: max
        case .latest: latest
        }
    }
}
