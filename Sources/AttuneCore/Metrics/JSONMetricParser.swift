import Foundation

/// Finds metrics in lines that are JSON objects, by the rules of Katib's JSON format.
///
///     {"epoch": 3, "accuracy": "0.91", "timestamp": "2026-06-22T08:15:00Z"}
///
/// Values are numbers, or strings that are numbers; of a metric that takes texts any string. `timestamp` is an RFC 3339
/// string, or seconds since 1970. Beyond Katib: values need not be strings; NaN and infinities count, also as Python
/// prints them; `step`, `iteration` or `epoch`, if an integer, is the step; `eval.loss` finds `{"eval": {"loss": …}}`
/// where no member has that whole name; and a line that is no object is counted, not the end of everything.
public struct JSONMetricParser: Sendable {
    /// How many lines, blank ones aside, were not JSON objects.
    public private(set) var badLines = 0
    /// The first of those, at most 1 KiB of it.
    public private(set) var firstBadLine: String?

    private var wanted: WantedMetrics

    /// - Parameter texts: the metrics of which texts are values too.
    public init(metrics: [String], texts: [String] = []) {
        wanted = WantedMetrics(metrics, texts: texts)
    }

    /// The observations on one line, in the order the metrics were asked for.
    ///
    /// - Parameter time: when the line came, for lines that do not say.
    public mutating func observations(in line: Span<UInt8>, time: Date) -> [Observation] {
        line.withUnsafeBufferPointer { parse($0, time) }
    }

    /// The observations on one line, in the order the metrics were asked for.
    public mutating func observations(in line: String, time: Date) -> [Observation] {
        line.withBytes { parse($0, time) }
    }

    private mutating func parse(_ line: Bytes, _ time: Date) -> [Observation] {
        guard !line.allSatisfy({ $0.isSpace }) else { return [] }
        guard case .object(let object)? = JSONLine.parse(line) else {
            badLines += 1
            firstBadLine = firstBadLine ?? String(decoding: line.prefix(1 << 10), as: UTF8.self)
            return []
        }
        let step = Self.step(object)
        let time = Self.time(object) ?? time
        return wanted.names.indices.compactMap { index in
            Self.member(wanted.names[index], of: object).flatMap { value(index, $0) }.map {
                wanted.observation(index, value: $0, step: step, time: time)
            }
        }
    }

    private func value(_ index: Int, _ member: JSONLine) -> ReportedValue? {
        if case .text(let text) = member { return wanted.value(index, reading: text) }
        return member.metric.map { .number($0) }
    }

    /// The member called `name`, else the one that some split of `name` at its dots leads to.
    private static func member(_ name: String, of object: [String: JSONLine]) -> JSONLine? {
        if let member = object[name] { return member }
        for dot in name.indices where name[dot] == "." {
            guard case .object(let inner)? = object[String(name[..<dot])] else { continue }
            if let member = member(String(name[name.index(after: dot)...]), of: inner) { return member }
        }
        return nil
    }

    private static func step(_ object: [String: JSONLine]) -> Int? {
        for name in StepName.allCases {
            if let value = object[name.name]?.metric, let step = Int(exactly: value) { return step }
        }
        return nil
    }

    private static func time(_ object: [String: JSONLine]) -> Date? {
        guard let timestamp = object["timestamp"] else { return nil }
        if case .text(let text) = timestamp, let date = RFC3339.date(text) { return date }
        return timestamp.metric.flatMap { $0.isFinite ? Date(timeIntervalSince1970: $0) : nil }
    }
}

extension JSONLine {
    /// The number this is or spells.
    fileprivate var metric: Double? {
        switch self {
        case .number(let value): value
        case .text(let text): MetricNumber.value(of: text)
        case .object, .other: nil
        }
    }
}
