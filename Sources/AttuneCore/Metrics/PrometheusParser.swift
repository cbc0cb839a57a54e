import Foundation

/// A metric name that no Prometheus series can have.
public struct PrometheusNameError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The place in the list of metrics, from 0.
    public var index: Int
    public var name: String

    public var description: String {
        "metrics[\(index)]: `\(name)` is not a Prometheus series; write name or name{label=\"value\"}"
    }
}

/// Finds metrics in what a trial serves to Prometheus (text exposition format 0.0.4).
///
/// A metric asked for as `loss{stage="test"}` is any series of that name with at least those labels, a bare `loss` any
/// series of that name. One scrape gives one value of each: of the series with exactly the labels asked for, else of
/// the last in the text that fits. So a bare name means the series without labels where there is one, and adding a
/// label to a program does not hide its metric.
///
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
public struct PrometheusParser: Sendable {
    /// How many lines named a wanted metric and were not understood.
    public private(set) var badLines = 0

    private var wanted: WantedMetrics
    private let selectors: [PrometheusSeries]

    private struct Sample {
        var value: Double
        var time: Date?
        var isExact: Bool
    }

    /// - Throws: the first name that is neither `name` nor `name{label="value",…}`.
    public init(metrics: [String]) throws(PrometheusNameError) {
        var selectors: [PrometheusSeries] = []
        wanted = WantedMetrics(metrics)
        for name in wanted.names {
            guard let selector = PrometheusSeries(name) else {
                throw PrometheusNameError(index: metrics.firstIndex(of: name) ?? 0, name: name)
            }
            selectors.append(selector)
        }
        self.selectors = selectors
    }

    /// The observations in one scrape, at most one a metric, named and ordered as asked for.
    ///
    /// - Parameters:
    ///   - body: the whole reply.
    ///   - time: when it was asked for, for samples without a timestamp of their own.
    public mutating func observations(in body: String, time: Date) -> [Observation] {
        body.withBytes { parse($0, time) }
    }

    /// The observations in one scrape, at most one a metric, named and ordered as asked for.
    public mutating func observations(in body: Span<UInt8>, time: Date) -> [Observation] {
        body.withUnsafeBufferPointer { parse($0, time) }
    }

    private mutating func parse(_ body: Bytes, _ time: Date) -> [Observation] {
        var samples: [Sample?] = selectors.map { _ in nil }
        var start = 0
        while start < body.count {
            let end = body.firstIndex(of: UInt8(ascii: "\n"), from: start) ?? body.count
            read(line: body.part(start..<end), into: &samples)
            start = end + 1
        }
        return samples.indices.compactMap { index in
            samples[index].map { wanted.observation(index, value: $0.value, step: nil, time: $0.time ?? time) }
        }
    }

    private mutating func read(line: Bytes, into samples: inout [Sample?]) {
        var cursor = ByteCursor(line)
        cursor.skip { $0.isSpace }
        guard cursor.byte != UInt8(ascii: "#"), namesWanted(cursor) else { return }
        guard let series = PrometheusSeries(&cursor), let (value, time) = Self.sample(&cursor) else {
            badLines += 1
            return
        }
        for (index, selector) in selectors.enumerated() where selector.selects(series) {
            let isExact = selector.labels == series.labels
            guard isExact || samples[index]?.isExact != true else { continue }
            samples[index] = Sample(value: value, time: time, isExact: isExact)
        }
    }

    /// Most lines of a scrape are of other metrics; they are not read further than their name.
    private func namesWanted(_ cursor: ByteCursor) -> Bool {
        var cursor = cursor
        let name = cursor.bytes.part(cursor.take { $0.isWord || $0 == UInt8(ascii: ":") })
        return selectors.contains { $0.name.utf8.elementsEqual(name) }
    }

    /// A value and, if there is one, a time in milliseconds since 1970.
    private static func sample(_ cursor: inout ByteCursor) -> (Double, Date?)? {
        let value = cursor.take { !$0.isSpace }
        cursor.skip { $0.isSpace }
        let timestamp = cursor.take { !$0.isSpace }
        cursor.skip { $0.isSpace }
        guard let value = MetricNumber.value(of: cursor.bytes.part(value)), cursor.isAtEnd else { return nil }
        guard !timestamp.isEmpty else { return (value, nil) }
        guard let milliseconds = MetricNumber.integer(of: cursor.bytes.part(timestamp)) else { return nil }
        return (value, Date(timeIntervalSince1970: Double(milliseconds) / 1000))
    }
}
