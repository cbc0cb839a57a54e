/// Metrics in Prometheus' text format, families and their members in the order of their names.
struct PrometheusPage {
    private struct Family {
        var head: String
        var lines: [(order: String, text: String)] = []
    }

    private var families: [String: Family] = [:]

    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    mutating func describe(_ name: String, _ help: String, _ kind: String) {
        guard families[name] == nil else { return }
        let line = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        families[name] = Family(head: "# HELP \(name) \(line)\n# TYPE \(name) \(kind)\n")
    }

    /// - Parameter suffix: as histograms have them, of which the lines of one member stay in order.
    mutating func add(_ name: String, _ labels: MetricLabels, _ value: Double, suffix: String = "") {
        var member = labels
        member.pairs["le"] = nil
        families[name, default: Family(head: "")].lines.append(
            (order: member.text, text: "\(name)\(suffix)\(labels.text) \(PrometheusPage.number(value))\n"))
    }

    var text: String {
        families.sorted { $0.key < $1.key }.map { _, family in
            let lines = family.lines.enumerated().sorted { left, right in
                (left.element.order, left.offset) < (right.element.order, right.offset)
            }
            return family.head + lines.map(\.element.text).joined()
        }.joined()
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
    }
}
