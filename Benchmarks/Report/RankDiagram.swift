import AttuneBench

/// The critical-difference diagram (Demšar 2006, figure 1): mean ranks on a line, and bars over those that do not differ.
struct RankDiagram {
    /// Ascending, with the algorithm's name and its place in the list of all.
    var entries: [Entry]
    /// Of the entries' ranks.
    var critical: CriticalDifference

    struct Entry {
        var name: String
        var algorithm: Int
        var rank: Double
    }

    private let width = 520.0
    private let side = 150.0
    private let axisY = 56.0
    private let rowHeight = 19.0
    private let barGap = 7.0

    private func across(_ rank: Double) -> Double {
        side + (rank - 1) / Double(max(1, entries.count - 1)) * (width - 2 * side)
    }

    var svg: HTML {
        let half = (entries.count + 1) / 2
        let firstRow = axisY + 22 + Double(critical.groups.count) * barGap
        let height = firstRow + Double(half) * rowHeight
        let names = entries.enumerated().map { place, entry in
            let row = place < half ? place : entries.count - 1 - place
            return self.name(entry, at: firstRow + Double(row) * rowHeight, onLeft: place < half)
        }
        return """
            <svg class="chart" viewBox="0 0 \(at: width) \(at: height)" role="img" \
            aria-label="Mean ranks with the critical difference">
            \(scale)\(names.joined())\(bars)</svg>
            """
    }

    private var scale: HTML {
        let ticks = (1...max(2, entries.count)).map { rank -> HTML in
            """
            <path class="axis" d="M\(at: across(Double(rank))) \(at: axisY)v-5"/>\
            <text class="tick" x="\(at: across(Double(rank)))" y="\(at: axisY - 9)" text-anchor="middle">\(rank)</text>
            """
        }
        let length = min(across(1 + critical.difference) - across(1), width - side - 10)
        return """
            <path class="axis" d="M\(at: across(1)) 20v-8m0 4h\(at: length)m0 -4v8"/>\
            <text class="tick" x="\(at: across(1) - 6)" y="20" text-anchor="end">\
            critical difference \(critical.difference.rounded(toDigits: 3))</text>\
            <path class="axis" d="M\(at: across(1)) \(at: axisY)H\(at: across(Double(max(2, entries.count))))"/>\(ticks.joined())

            """
    }

    private func name(_ entry: Entry, at y: Double, onLeft: Bool) -> HTML {
        let edge = onLeft ? side - 14 : width - side + 14
        return """
            <path class="leader" d="M\(at: across(entry.rank)) \(at: axisY)V\(at: y)H\(at: edge)"/>\
            <text class="label t\(entry.algorithm % palette)" x="\(at: edge + (onLeft ? -5 : 5))" y="\(at: y + 4)" \
            text-anchor="\(onLeft ? "end" : "start")"><title>\(entry.name)</title>\
            \(shortened(entry.name, to: 13)) <tspan class="tick">\(entry.rank.fixed(decimals: 2))</tspan></text>

            """
    }

    private var bars: HTML {
        critical.groups.enumerated().map { row, group -> HTML in
            let y = axisY + 9 + Double(row) * barGap
            let start = across(entries[group[0]].rank) - 4
            let end = across(entries[group[group.count - 1]].rank) + 4
            return "<path class=\"bar\" d=\"M\(at: start) \(at: y)H\(at: end)\"/>"
        }.joined()
    }
}
