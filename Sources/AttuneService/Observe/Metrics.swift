import Synchronization

/// What the service counts and measures, for Prometheus to read.
///
/// Handles are made once and kept: counting with one costs an atomic addition, or a short lock for a histogram.
public final class Metrics: Sendable {
    /// One line of a page of metrics.
    public struct Sample: Sendable {
        public enum Kind: String, Sendable { case counter, gauge }

        public var name: String
        public var help: String
        public var kind: Kind
        public var labels: MetricLabels
        public var value: Double

        public init(_ name: String, _ help: String, _ kind: Kind, _ labels: MetricLabels = [], _ value: Double) {
            self.name = name
            self.help = help
            self.kind = kind
            self.labels = labels
            self.value = value
        }
    }

    private struct Family {
        let help: String
        let kind: String
        var members: [MetricLabels: any MetricSource] = [:]
    }

    private let families = Mutex<[String: Family]>([:])

    public init() {}

    /// A number that only grows. The same name and labels give the same counter.
    public func counter(_ name: String, _ help: String, _ labels: MetricLabels = []) -> Counter {
        member(name, help, "counter", labels) { Counter() }
    }

    public func gauge(_ name: String, _ help: String, _ labels: MetricLabels = []) -> Gauge {
        member(name, help, "gauge", labels) { Gauge() }
    }

    /// - Parameter bounds: of the buckets, upwards.
    public func histogram(
        _ name: String, _ help: String, _ labels: MetricLabels = [], bounds: [Double] = Histogram.seconds
    ) -> Histogram {
        member(name, help, "histogram", labels) { Histogram(bounds: bounds) }
    }

    private func member<Source: MetricSource>(
        _ name: String, _ help: String, _ kind: String, _ labels: MetricLabels, _ make: () -> Source
    ) -> Source {
        families.withLock { families in
            var family = families.removeValue(forKey: name) ?? Family(help: help, kind: kind)
            defer { families[name] = family }
            if let known = family.members[labels] {
                guard let known = known as? Source else { preconditionFailure("\(name) is no \(kind)") }
                return known
            }
            let source = make()
            family.members[labels] = source
            return source
        }
    }

    /// Everything, and `more`, in Prometheus' text format.
    ///
    /// - Parameter namespaces: leaves out what is counted of other namespaces; nil leaves out nothing.
    public func text(with more: [Sample] = [], namespaces: Set<String>? = nil) -> String {
        var page = PrometheusPage()
        for sample in more {
            page.describe(sample.name, sample.help, sample.kind.rawValue)
            page.add(sample.name, sample.labels, sample.value)
        }
        let families = families.withLock { $0 }
        for (name, family) in families {
            page.describe(name, family.help, family.kind)
            for (labels, source) in family.members where labels.isVisible(in: namespaces) {
                source.write(to: &page, name, labels)
            }
        }
        return page.text
    }
}

/// Names and values that tell the members of a family of metrics apart, such as `method: "Ask"`.
public struct MetricLabels: Sendable, Hashable, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
    var pairs: [String: String]

    public init(dictionaryLiteral elements: (String, String)...) {
        pairs = Dictionary(elements) { first, _ in first }
    }

    /// None.
    public init(arrayLiteral elements: Never...) { pairs = [:] }

    func adding(_ name: String, _ value: String) -> MetricLabels {
        var labels = self
        labels.pairs[name] = value
        return labels
    }

    func isVisible(in namespaces: Set<String>?) -> Bool {
        guard let namespaces, let namespace = pairs["namespace"] else { return true }
        return namespaces.contains(namespace)
    }

    /// Such as `{code="OK",method="Ask"}`, or nothing.
    var text: String {
        guard !pairs.isEmpty else { return "" }
        let fields = pairs.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(MetricLabels.escaped($0.value))\"" }
        return "{\(fields.joined(separator: ","))}"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}

protocol MetricSource: Sendable {
    func write(to page: inout PrometheusPage, _ name: String, _ labels: MetricLabels)
}

public final class Counter: MetricSource {
    private let count = Atomic<Int>(0)

    public func add(_ amount: Int = 1) { count.add(amount, ordering: .relaxed) }
    public var value: Int { count.load(ordering: .relaxed) }

    func write(to page: inout PrometheusPage, _ name: String, _ labels: MetricLabels) {
        page.add(name, labels, Double(value))
    }
}

public final class Gauge: MetricSource {
    private let level = Atomic<Int>(0)

    public func add(_ amount: Int) { level.add(amount, ordering: .relaxed) }
    public func set(_ value: Int) { level.store(value, ordering: .relaxed) }
    public var value: Int { level.load(ordering: .relaxed) }

    func write(to page: inout PrometheusPage, _ name: String, _ labels: MetricLabels) {
        page.add(name, labels, Double(value))
    }
}

/// How often values fell between fixed bounds.
public final class Histogram: MetricSource {
    /// Of a call's time: 100 microseconds to a minute.
    public static let seconds = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    /// Of things counted.
    public static let counts: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000]

    private struct State {
        /// The last is for what is above all bounds.
        var counts: [Int]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    public func observe(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    public var count: Int { state.withLock { $0.counts.reduce(0, +) } }

    func write(to page: inout PrometheusPage, _ name: String, _ labels: MetricLabels) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        var below = 0
        for (bound, count) in zip(bounds.map { "\($0)" } + ["+Inf"], counts) {
            below += count
            page.add(name, labels.adding("le", bound), Double(below), suffix: "_bucket")
        }
        page.add(name, labels, sum, suffix: "_sum")
        page.add(name, labels, Double(below), suffix: "_count")
    }
}
