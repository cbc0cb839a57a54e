/// A table: its first column text, the others numbers.
struct Table {
    var caption: HTML = ""
    var header: [HTML]
    var rows: [[HTML]]
    /// Of columns that hold text too, such as a reason.
    var textColumns: Set<Int> = [0]
    /// Cells hold sentences, which may be broken.
    var wraps = false

    var html: HTML {
        let head = header.enumerated().map { column, title -> HTML in "<th\(kind(column))>\(title)</th>" }
        let body = rows.map { row -> HTML in
            "<tr>\(row.enumerated().map { column, cell -> HTML in "<td\(kind(column))>\(cell)</td>" }.joined())</tr>\n"
        }
        let title: HTML = caption.source.isEmpty ? "" : "<caption>\(caption)</caption>"
        return """
            <div class="wide\(wraps ? " wrap" : "")"><table>\(title)<thead><tr>\(head.joined())</tr></thead>
            <tbody>\(body.joined())</tbody></table></div>

            """
    }

    private func kind(_ column: Int) -> HTML { textColumns.contains(column) ? " class=\"text\"" : "" }
}

/// A piece of the line that curves of the algorithm are drawn with.
func swatch(_ algorithm: Int) -> HTML {
    """
    <svg class="swatch" viewBox="0 0 30 10" aria-hidden="true">\
    <path class="line c\(algorithm % palette) d\(algorithm % dashes)" d="M1 5H29"/></svg>
    """
}

extension ClosedRange<Double> {
    /// Both ends, to three significant digits.
    var text: String { "\(lowerBound.rounded(toDigits: 3)) to \(upperBound.rounded(toDigits: 3))" }
}
