/// The observations of an attempt that are in the log already.
///
/// An adopted attempt's output is read again from its start, and gives each metric's values in the same order.
public struct Delivered: Sendable {
    private var counts: [String: Int]

    public init(_ observations: some Sequence<Observation>) {
        counts = observations.reduce(into: [:]) { $0[$1.metric, default: 0] += 1 }
    }

    /// Those that are not in the log.
    public mutating func new(among observations: [Observation]) -> [Observation] {
        observations.filter { observation in
            guard let left = counts[observation.metric], left > 0 else { return true }
            counts[observation.metric] = left - 1
            return false
        }
    }
}
