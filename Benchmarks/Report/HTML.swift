/// Markup. Text put into it by interpolation is escaped, so that no name can become a tag: `"<td>\(name)</td>"`.
struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// The markup itself.
    var source: String

    init(stringLiteral markup: String) { source = markup }
    init(stringInterpolation: Interpolation) { source = stringInterpolation.source }
    init(markup source: String = "") { self.source = source }

    static func += (left: inout HTML, right: HTML) { left.source += right.source }

    struct Interpolation: StringInterpolationProtocol {
        var source = ""

        init(literalCapacity: Int, interpolationCount: Int) { source.reserveCapacity(literalCapacity) }
        mutating func appendLiteral(_ markup: String) { source += markup }
        mutating func appendInterpolation(_ markup: HTML) { source += markup.source }
        mutating func appendInterpolation(_ text: String) { appendEscaped(text) }
        mutating func appendInterpolation(_ number: Int) { source += String(number) }
        /// A coordinate in a drawing, to a tenth of a pixel.
        mutating func appendInterpolation(at coordinate: Double) { source += coordinateText(coordinate) }

        private mutating func appendEscaped(_ text: String) {
            for scalar in text.unicodeScalars {
                switch scalar {
                case "&": source += "&amp;"
                case "<": source += "&lt;"
                case ">": source += "&gt;"
                case "\"": source += "&quot;"
                case "'": source += "&#39;"
                default: source.unicodeScalars.append(scalar)
                }
            }
        }
    }
}

extension Sequence<HTML> {
    func joined(by separator: HTML = "") -> HTML {
        HTML(markup: map(\.source).joined(separator: separator.source))
    }
}
