import Foundation

/// Finds metrics in the lines a program prints, by the rules of Katib's TEXT format.
///
/// A filter finds a name and a value; the name must be exactly that of a wanted metric and the value a number. Every
/// match counts, in order, and each filter sees the whole line. A line may begin with an RFC 3339 time. Of a metric that
/// takes texts, what a user's filter finds counts too where it is no number.
///
/// Beyond Katib: `nan`, `inf` and `infinity` in any case are values, also where the default filter finds no digits.
/// That takes nothing from anyone, for Katib drops such values, and a diverged model is worth knowing about. And with
/// the default filter a line that also says `step=`, `iteration=` or `epoch=` gives its observations that step.
public struct TextMetricParser: Sendable {
    /// What Katib uses when no filter is given.
    public static let defaultFilter = #"([\w|-]+)\s*=\s*([+-]?\d*(\.\d+)?([Ee][+-]?\d+)?)"#

    /// The most bytes of a line that a user's filter is shown, because backtracking may take time beyond all bounds.
    public static let longestFilteredLine = 64 << 10

    /// How many times a filter was stopped because it made no end of one line.
    public private(set) var abandonedLines = 0

    private enum Filter {
        case standard
        case custom(MetricFilter)
    }

    private var wanted: WantedMetrics
    private let filters: [Filter]

    /// - Parameters:
    ///   - metrics: the names to look for.
    ///   - filters: regular expressions in Go's syntax; none means the default one.
    ///   - texts: the metrics of which texts are values too.
    /// - Throws: the first filter that is not a regular expression with two groups.
    public init(
        metrics: [String], filters: [String] = [], texts: [String] = []
    ) throws(MetricFilterError) {
        wanted = WantedMetrics(metrics, texts: texts)
        var parsed: [Filter] = []
        for (index, filter) in filters.enumerated() {
            parsed.append(filter == Self.defaultFilter ? .standard : .custom(try MetricFilter(filter, index: index)))
        }
        self.filters = parsed.isEmpty ? [.standard] : parsed
    }

    /// The observations on one line.
    ///
    /// - Parameter time: when the line came, for lines that do not say.
    /// - Complexity: the default filter is linear in the line.
    public mutating func observations(in line: Span<UInt8>, time: Date) -> [Observation] {
        line.withUnsafeBufferPointer { parse($0, time) }
    }

    /// The observations on one line.
    public mutating func observations(in line: String, time: Date) -> [Observation] {
        line.withBytes { parse($0, time) }
    }

    private mutating func parse(_ line: Bytes, _ time: Date) -> [Observation] {
        var observations: [Observation] = []
        for filter in filters {
            switch filter {
            case .standard: applyStandard(line, time, &observations)
            case .custom(let filter): apply(filter, line, time, &observations)
            }
        }
        return observations
    }

    private mutating func applyStandard(_ line: Bytes, _ time: Date, _ observations: inout [Observation]) {
        var matches = DefaultFilterMatches(line)
        var step = StatedStep()
        var found: [(index: Int, value: Double)] = []
        while let match = matches.next() {
            let name = line.part(match.name)
            if let stepName = StepName(name) { step.state(stepName, MetricNumber.integer(of: line.part(match.value))) }
            guard let index = wanted.index(named: name), let value = Self.value(match.value, line) else { continue }
            found.append((index, value))
        }
        guard !found.isEmpty else { return }
        let time = RFC3339.prefix(of: line) ?? time
        for (index, value) in found {
            observations.append(wanted.observation(index, value: value, step: step.value, time: time))
        }
    }

    private mutating func apply(
        _ filter: MetricFilter, _ line: Bytes, _ time: Date, _ observations: inout [Observation]
    ) {
        guard wanted.occur(in: line) else { return }
        let text = String(decoding: line.prefix(Self.longestFilteredLine), as: UTF8.self)
        guard let matches = filter.matches(in: text) else {
            abandonedLines += 1
            return
        }
        let time = RFC3339.prefix(of: line) ?? time
        for match in matches {
            guard let index = match.name.withBytes({ wanted.index(named: $0) }),
                let value = wanted.value(index, reading: match.value)
            else { continue }
            observations.append(wanted.observation(index, value: value, step: nil, time: time))
        }
    }

    /// The number the default filter found, or the name of one that stands where it found no digits.
    private static func value(_ range: Range<Int>, _ line: Bytes) -> Double? {
        let isBare = range.isEmpty || range.count == 1 && line[range.lowerBound].isSign
        guard isBare else { return MetricNumber.value(of: line.part(range)) }
        var cursor = ByteCursor(line, at: range.upperBound)
        let word = cursor.take { $0.isWord }
        return MetricNumber.nonFinite(line.part(range.lowerBound..<word.upperBound))
    }
}
