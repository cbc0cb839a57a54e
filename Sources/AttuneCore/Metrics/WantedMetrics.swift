import Foundation

/// The metrics a parser looks for, and how many values of each it has given out.
struct WantedMetrics: Sendable {
    /// Without repetition, in the order given.
    let names: [String]
    private let spellings: [[UInt8]]
    /// By position, whether a text is a value too.
    private let takesText: [Bool]
    private var counts: [Int]

    /// - Parameter texts: those of which a text that stands for no number is a value too.
    init(_ metrics: [String], texts: [String] = []) {
        var seen: Set<String> = []
        names = metrics.filter { seen.insert($0).inserted }
        spellings = names.map { Array($0.utf8) }
        takesText = names.map(texts.contains)
        counts = Array(repeating: 0, count: names.count)
    }

    /// The metric whose name is exactly `bytes`.
    func index(named bytes: Bytes) -> Int? {
        for index in spellings.indices where bytes.isEqual(to: spellings[index]) { return index }
        return nil
    }

    /// Whether any name occurs anywhere in `bytes`; a line without one needs no regular expression.
    func occur(in bytes: Bytes) -> Bool {
        spellings.contains { bytes.contains($0) }
    }

    /// What a text says of a metric; nil where it is no value of it.
    func value(_ index: Int, reading text: String) -> ReportedValue? {
        takesText[index] ? ReportedValue(reading: text) : MetricNumber.value(of: text).map { .number($0) }
    }

    mutating func observation(_ index: Int, value: Double, step: Int?, time: Date) -> Observation {
        observation(index, value: .number(value), step: step, time: time)
    }

    /// The next value of a metric: its step is `step`, else the count of the values before it.
    mutating func observation(_ index: Int, value: ReportedValue, step: Int?, time: Date) -> Observation {
        defer { counts[index] += 1 }
        return Observation(metric: names[index], value: value, step: step ?? counts[index], time: time)
    }
}
