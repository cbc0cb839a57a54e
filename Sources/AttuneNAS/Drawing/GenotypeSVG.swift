import AttuneCore
import Foundation

extension Genotype {
    /// Both cells as one SVG that needs nothing else: no scripts, no fonts, no other files.
    public var svg: String { GenotypeDrawing(self, [.normal, .reduction]).svg }
    /// One of the cells by itself.
    public var normalSVG: String { GenotypeDrawing(self, [.normal]).svg }
    public var reductionSVG: String { GenotypeDrawing(self, [.reduction]).svg }
}

private enum DrawnCell { case normal, reduction }

/// Two cells, one above the other, and what the colours mean.
private struct GenotypeDrawing {
    private struct Part {
        let title: String
        let note: String
        let cell: CellGraph
        let layout: CellLayout
        /// Of the heading.
        let top: Double

        /// How much lower the layout's zero lies than the drawing's.
        var origin: Double { top + 44 - layout.extent.lowerBound }
        var bottom: Double { origin + layout.extent.upperBound }
    }

    private static let margin = 28.0
    private static let outputWidth = 128.0
    private let genotype: Genotype
    private let parts: [Part]

    init(_ genotype: Genotype, _ cells: [DrawnCell]) {
        self.genotype = genotype
        var parts: [Part] = []
        for cell in cells {
            let top = parts.last.map { $0.bottom + 44 } ?? Self.margin
            parts.append(
                cell == .normal ? Self.normal(genotype.normal, at: top) : Self.reduction(genotype.reduction, at: top))
        }
        self.parts = parts
    }

    private static func normal(_ cell: CellGraph, at top: Double) -> Part {
        Part(title: "Normal cell", note: note(cell), cell: cell, layout: CellLayout(cell), top: top)
    }

    private static func reduction(_ cell: CellGraph, at top: Double) -> Part {
        Part(
            title: "Reduction cell", note: note(cell) + "; edges from the two inputs halve the image", cell: cell,
            layout: CellLayout(cell), top: top)
    }

    private static func note(_ cell: CellGraph) -> String {
        let edges = cell.nodes.joined().count
        let skips = cell.skips
        return
            "\(edges) edge\(edges == 1 ? "" : "s"), \(skips == 0 ? "no" : String(skips)) skip\(skips == 1 ? "" : "s")"
    }

    private var title: String { "A genotype: " + parts.map { $0.title.lowercased() }.joined(separator: " and ") }

    private var used: [CellStyle] {
        let styles = Set(parts.flatMap { $0.layout.edges.map { CellStyle.of($0.operation) } })
        return CellStyle.kinds.filter(styles.contains)
    }

    private var width: Double {
        // Below 720 the legend and the headings would not fit.
        max(720, parts.map { $0.layout.outputX }.max() ?? 0) + Self.outputWidth + 2 * Self.margin
    }

    var svg: String {
        let legend = legend
        let height = legend.bottom + Self.margin
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(number(width)) \(number(height))" \
            width="\(number(width))" height="\(number(height))" role="img" aria-labelledby="title desc">
            <title id="title">\(title)</title>
            <desc id="desc">\(description)</desc>
            <style>
            \(style)
            </style>
            <defs>
            \(used.map(Self.marker).joined(separator: "\n"))
            <marker id="end-data" viewBox="0 0 8 8" refX="7.4" refY="4" markerWidth="7" markerHeight="7" orient="auto">\
            <path d="M0 0.6 8 4 0 7.4z" fill="#67717c"/></marker>
            </defs>
            <rect width="100%" height="100%" fill="#ffffff"/>
            \(parts.map(group).joined(separator: "\n"))
            \(legend.text)
            </svg>

            """
    }

    private var style: String {
        let fixed = """
            text { font: 13px "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif; fill: #1c232b; \
            text-anchor: middle; dominant-baseline: central }
            .heading { font-size: 17px; font-weight: 600; text-anchor: start }
            .note { fill: #4a545f; text-anchor: start }
            .state { fill: #f6f7f9; stroke: #3a444f; stroke-width: 1.4 }
            .unused { stroke: #8d949c; stroke-dasharray: 4 3 }
            .sub { font-size: 10px }
            .joined { font-size: 10px; text-anchor: end }
            .line { fill: none }
            .lane { stroke: #9aa3ad; stroke-width: 1.5 }
            .fork { fill: #67717c }
            .bar { fill: #3a444f }
            .op { font-size: 12.5px }
            """
        let kinds = used.map { kind in
            let dash = kind.key == "none" ? "; stroke-dasharray: 4 3" : ""
            return """
                .\(kind.key) { stroke: \(kind.line); stroke-width: 1.8\(dash) }
                rect.\(kind.key) { fill: \(kind.ground); stroke-width: 1.3 }
                """
        }
        return ([fixed] + kinds).joined(separator: "\n")
    }

    private static func marker(_ kind: CellStyle) -> String {
        """
        <marker id="end-\(kind.key)" viewBox="0 0 8 8" refX="7.4" refY="4" markerUnits="userSpaceOnUse" \
        markerWidth="9" markerHeight="9" orient="auto"><path d="M0 0.6 8 4 0 7.4z" fill="\(kind.line)"/></marker>
        """
    }

    /// The cells in words, for those who hear the drawing.
    private var description: String {
        parts.map { part in
            let nodes = part.cell.nodes.enumerated().map { node, edges in
                let terms = edges.map { "\($0.operation.label) of \(Self.name($0.source))" }
                return "node \(node + 2) is \(terms.joined(separator: " plus "))"
            }
            let output = part.cell.concatenated.map(Self.name).joined(separator: ", ")
            return "\(part.title): \(nodes.joined(separator: "; ")); the output joins \(output)."
        }.joined(separator: " ")
    }

    private static func name(_ state: Int) -> String {
        switch state {
        case 0: "the cell before the last"
        case 1: "the last cell"
        default: "node \(state)"
        }
    }
}

/// One cell.
extension GenotypeDrawing {
    private func group(_ part: Part) -> String {
        let layout = part.layout
        let lines =
            layout.lanes.map(lane)
            + layout.edges.map(edge) + layout.forks.map(fork) + layout.edges.map(label)
            + layout.states.enumerated().map { state($0.offset, $0.element, isUsed: layout.isUsed($0.offset)) }
        return """
            <text class="heading" x="\(number(Self.margin))" y="\(number(part.top + 8))">\(part.title)</text>
            <text class="note" x="\(number(Self.margin + 150))" y="\(number(part.top + 9))">\(part.note)</text>
            <g transform="translate(\(number(Self.margin)) \(number(part.origin)))">
            \(lines.joined(separator: "\n"))
            \(output(layout))
            </g>
            """
    }

    private func fork(_ point: CellLayout.Point) -> String {
        "<circle class=\"fork\" cx=\"\(number(point.x))\" cy=\"\(number(point.y))\" r=\"2.6\"/>"
    }

    private func lane(_ lane: CellLayout.Lane) -> String {
        let straight = lane.end == lane.bend ? "" : "H\(number(lane.end.x))"
        return "<path class=\"line lane\" d=\"\(curve(lane.start, lane.bend))\(straight)\"/>"
    }

    private func edge(_ edge: CellLayout.Edge) -> String {
        let key = CellStyle.of(edge.operation).key
        let half = CellLayout.labelWidth / 2
        let left = CellLayout.Point(x: edge.label.x - half, y: edge.label.y)
        let right = CellLayout.Point(x: edge.label.x + half, y: edge.label.y)
        return """
            <path class="line \(key)" d="\(curve(edge.start, left))"/>\
            <path class="line \(key)" d="\(curve(right, edge.end))" marker-end="url(#end-\(key))"/>
            """
    }

    private func label(_ edge: CellLayout.Edge) -> String {
        let (width, height) = (CellLayout.labelWidth, CellLayout.labelHeight)
        return """
            <rect class="\(CellStyle.of(edge.operation).key)" x="\(number(edge.label.x - width / 2))" \
            y="\(number(edge.label.y - height / 2))" width="\(number(width))" height="\(number(height))" rx="12"/>\
            <text class="op" x="\(number(edge.label.x))" y="\(number(edge.label.y))">\(edge.operation.label)</text>
            """
    }

    private func state(_ index: Int, _ centre: CellLayout.Point, isUsed: Bool) -> String {
        guard index < 2 else {
            return """
                <circle class="\(isUsed ? "state" : "state unused")" cx="\(number(centre.x))" cy="\(number(centre.y))" \
                r="\(number(CellLayout.radius))"/>\
                <text x="\(number(centre.x))" y="\(number(centre.y))">\(index)</text>
                """
        }
        return box(centre, subscript: index == 0 ? "k−2" : "k−1", isUsed: isUsed)
    }

    /// The output or an input of the cell: a box with c and a subscript.
    private func box(_ centre: CellLayout.Point, subscript: String, isUsed: Bool = true) -> String {
        """
        <rect class="\(isUsed ? "state" : "state unused")" x="\(number(centre.x - 30))" y="\(number(centre.y - 17))" \
        width="60" height="34" rx="6"/>\
        <text x="\(number(centre.x))" y="\(number(centre.y - 2))"><tspan font-style="italic" font-size="15">c</tspan>\
        <tspan class="sub" dx="1" dy="5">\(`subscript`)</tspan></text>
        """
    }

    private func output(_ layout: CellLayout) -> String {
        let top = (layout.joined.first?.point.y ?? 0) - 10
        let bottom = (layout.joined.last?.point.y ?? 0) + 10
        let middle = (top + bottom) / 2
        let x = layout.outputX
        let names = layout.joined.map { end in
            let place = "x=\"\(number(x - 6))\" y=\"\(number(end.point.y - 7))\""
            return "<text class=\"joined\" \(place)>\(Self.short(end.state))</text>"
        }
        return """
            \(names.joined(separator: "\n"))
            <rect class="bar" x="\(number(x))" y="\(number(top))" width="6" height="\(number(bottom - top))" rx="2"/>
            <path class="line lane" d="M\(number(x + 6)) \(number(middle))h50" marker-end="url(#end-data)"/>
            <text class="sub" x="\(number(x + 30))" y="\(number(middle - 9))">concat</text>
            \(box(CellLayout.Point(x: x + 88, y: middle), subscript: "k"))
            """
    }

    private static func short(_ state: Int) -> String {
        state < 2 ? "c<tspan font-size=\"8\">\(state == 0 ? "k−2" : "k−1")</tspan>" : String(state)
    }

    /// Begins and ends level.
    private func curve(_ start: CellLayout.Point, _ end: CellLayout.Point) -> String {
        let begin = "M\(number(start.x)) \(number(start.y))"
        if start.y == end.y { return begin + "H\(number(end.x))" }
        let middle = number((start.x + end.x) / 2)
        return begin + "C\(middle) \(number(start.y)) \(middle) \(number(end.y)) \(number(end.x)) \(number(end.y))"
    }

    /// What the colours mean, in one row or, in a narrow drawing, several.
    private var legend: (text: String, bottom: Double) {
        var x = Self.margin
        var y = (parts.last?.bottom ?? 0) + 46
        var items: [String] = []
        for kind in used {
            let wide = 46 + 7 * Double(kind.name.count)
            if x + wide > width - Self.margin {
                x = Self.margin
                y += 26
            }
            items.append(
                """
                <rect class="\(kind.key)" x="\(number(x))" y="\(number(y - 7))" width="24" height="14" rx="7"/>\
                <text class="note" x="\(number(x + 32))" y="\(number(y))">\(kind.name)</text>
                """)
            x += wide + 10
        }
        return (items.joined(separator: "\n"), y + 7)
    }

    /// At most one decimal, as pixels need.
    private func number(_ value: Double) -> String {
        let rounded = (value * 10).rounded() / 10
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
}
