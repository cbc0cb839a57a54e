/// What a trial says of a metric: a number, or a text that stands for none.
///
/// Few experiments take texts (`Objective.takesText`), and no algorithm sees one.
public enum ReportedValue: Sendable, Hashable {
    case number(Double)
    /// Neither blank nor a number, without blanks around it.
    case text(String)

    /// The most bytes that a text keeps.
    public static let longestText = TextMetricParser.longestFilteredLine

    /// What a metric has in Katib that was not reported.
    public static let unavailable = "unavailable"

    /// What was reported as a text: the number that it spells, else the text. Nil where it says nothing.
    ///
    /// What is longer than `longestText` is cut there.
    public init?(reading text: String) {
        if let number = MetricNumber.value(of: text) {
            self = .number(number)
            return
        }
        let kept = text.trimmed(to: ReportedValue.longestText)
        guard !kept.isEmpty, kept != ReportedValue.unavailable else { return nil }
        self = .text(kept)
    }

    public var number: Double? { if case .number(let value) = self { value } else { nil } }

    /// The number as Python writes it, or the text itself, which may hold anything.
    public var text: String {
        switch self {
        case .number(let value): value.text
        case .text(let text): text
        }
    }

    /// A finite number, or a string.
    public var json: JSON {
        switch self {
        case .number(let value): .number(value)
        case .text(let text): .string(text)
        }
    }

    /// Reads what `json` wrote, a text as it stands there; nil of what is neither a number nor a string.
    public init?(json: JSON) {
        switch json {
        case .number(let text):
            guard let value = Double(text) else { return nil }
            self = .number(value)
        case .string(let text): self = MetricNumber.value(of: text).map { .number($0) } ?? .text(text)
        default: return nil
        }
    }
}

extension ReportedValue: CustomStringConvertible {
    /// The number, or the text in quotes, what cannot be seen in it escaped.
    public var description: String { number?.text ?? text.debugDescription }
}

extension String {
    /// What stands between the blanks at its ends, of that as many bytes from the start as may be kept, in whole characters of
    /// Unicode.
    fileprivate func trimmed(to limit: Int) -> String {
        var bytes = utf8.drop { $0.isSpace }
        if bytes.count > limit {
            var end = bytes.index(bytes.startIndex, offsetBy: limit)
            while bytes[end] & 0xC0 == 0x80 { bytes.formIndex(before: &end) }
            bytes = bytes[..<end]
        }
        while bytes.last?.isSpace == true { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
