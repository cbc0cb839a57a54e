import AttuneCore
import Foundation

/// JSON as the page reads it: what is not a finite number is the string `NaN`, `Infinity` or `-Infinity`, and what is
/// absent null.
extension JSON {
    public static func page(_ value: Double) -> JSON {
        if value.isFinite { return .number(value.text) }
        return .string(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
    }

    public static func page(_ value: Double?) -> JSON { value.map { .page($0) } ?? .null }
    public static func page(_ value: ReportedValue?) -> JSON {
        switch value {
        case nil: .null
        case .number(let value)?: .page(value)
        case .text(let text)?: .string(text)
        }
    }
    public static func page(_ value: Int?) -> JSON { value.map { .number($0) } ?? .null }
    public static func page(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
    public static func page(_ values: [Int]) -> JSON { .array(values.map { .number($0) }) }
    public static func page(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }

    /// A column of a chart, in which NaN stands for what is absent; in full, as tables show it.
    public static func column(_ values: [Double]) -> JSON { .array(values.map { $0.isNaN ? .null : .page($0) }) }

    /// A column of a chart to seven digits, which is more than can be seen.
    public static func plotted(_ values: [Double]) -> JSON {
        .array(values.map { $0.isNaN ? .null : .plotted($0) })
    }

    public static func plotted(_ value: Double) -> JSON {
        guard value.isFinite else { return .page(value) }
        if value == value.rounded(), abs(value) < 1e7 { return .number(Int(value)) }
        return .number(String(format: "%.7g", value))
    }

    /// Times to the millisecond.
    public static func times(_ values: [Double]) -> JSON { .array(values.map { $0.isNaN ? .null : .pageTime($0) }) }

    public static func pageTime(_ seconds: Double?) -> JSON {
        guard let seconds, seconds.isFinite else { return .null }
        return .number(((seconds * 1_000).rounded() / 1_000).text)
    }
}

extension ReportedValue {
    /// As much of a text as a line shows.
    var shortened: ReportedValue {
        guard case .text(let text) = self, text.utf8.count > 200 else { return self }
        return .text(String(text.unicodeScalars.prefix(200)) + "…")
    }
}
