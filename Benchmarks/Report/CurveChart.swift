/// A drawing of curves against an axis, each named at its end.
struct CurveChart {
    var curves: [Curve]
    var x: Axis
    var y: Axis
    var xTitle: String
    var yTitle: String
    /// What the drawing shows, for those who cannot see it.
    var summary: String

    static let width = 520.0
    private let left = 58.0
    private let right = 128.0
    private let top = 22.0
    private let bottom = 40.0
    private var height: Double { max(280, Double(curves.count) * labelGap + top + bottom) }
    private let labelGap = 14.0
    private var plotWidth: Double { Self.width - left - right }
    private var plotHeight: Double { height - top - bottom }

    var svg: HTML {
        """
        <svg class="chart" viewBox="0 0 \(at: Self.width) \(at: height)" role="img" aria-label="\(summary)">
        \(frame)\(curves.map(band).joined())\(curves.map(line).joined())\(labels)</svg>
        """
    }

    private func across(_ value: Double) -> Double { left + x.fraction(value) * plotWidth }
    private func down(_ value: Double) -> Double { top + (1 - y.fraction(value)) * plotHeight }
}

extension CurveChart {
    private var frame: HTML {
        let rows = y.ticks(about: 6).map { tick -> HTML in
            """
            <path class="grid" d="M\(at: left) \(at: down(tick.value))h\(at: plotWidth)"/>\
            <text class="tick" x="\(at: left - 6)" y="\(at: down(tick.value) + 3.5)" text-anchor="end">\(tick.label)</text>
            """
        }
        let columns = x.ticks(about: 5).map { tick -> HTML in
            """
            <path class="mark" d="M\(at: across(tick.value)) \(at: top + plotHeight)v4"/>\
            <text class="tick" x="\(at: across(tick.value))" y="\(at: top + plotHeight + 16)" \
            text-anchor="middle">\(tick.label)</text>
            """
        }
        return """
            \(rows.joined())\(columns.joined())<path class="axis" d="M\(at: left) \(at: top + plotHeight)h\(at: plotWidth)"/>\
            <text class="title" x="\(at: left)" y="12">\(yTitle)</text>\
            <text class="title" x="\(at: left + plotWidth)" y="\(at: height - 6)" text-anchor="end">\(xTitle)</text>

            """
    }

    /// The interquartile range, where several runs have something.
    private func band(of curve: Curve) -> HTML {
        let points = curve.points.filter { $0.low.isFinite && $0.middle.isFinite }
        guard curve.runs > 1, let last = points.last else { return "" }
        let upper = steps(points.map { ($0.x, $0.high) })
        var lower = ""
        for (point, following) in zip(points, points.dropFirst()).reversed() {
            lower += "H\(coordinateText(across(following.x)))V\(coordinateText(down(point.low)))"
        }
        let corner = "L\(coordinateText(across(last.x))) \(coordinateText(down(last.low)))"
        return """
            <path class="band a\(curve.algorithm) c\(curve.algorithm % palette)" \
            d="\(upper)\(corner)\(lower)H\(at: across(points[0].x))Z"/>

            """
    }

    private func line(of curve: Curve) -> HTML {
        let points = curve.points.filter(\.middle.isFinite)
        guard !points.isEmpty else { return "" }
        return """
            <path class="line a\(curve.algorithm) c\(curve.algorithm % palette) d\(curve.algorithm % dashes)" \
            d="\(steps(points.map { ($0.x, $0.middle) }))"/>

            """
    }

    /// A path that holds each value until the next, leaving out points at which nothing changes.
    private func steps(_ points: [(x: Double, y: Double)]) -> String {
        var path = ""
        var drawn = ""
        for point in points {
            let height = coordinateText(down(point.y))
            if path.isEmpty { path = "M\(coordinateText(across(point.x))) \(height)" }
            if height != drawn, !drawn.isEmpty { path += "H\(coordinateText(across(point.x)))V\(height)" }
            drawn = height
        }
        return path + (points.last.map { "H\(coordinateText(across($0.x)))" } ?? "")
    }
}

extension CurveChart {
    /// The names at the curves' ends, moved apart where they would overlap, with a line to the end they belong to.
    private var labels: HTML {
        let ends = curves.compactMap { curve in
            curve.points.last { $0.middle.isFinite }.map { (curve: curve, x: across($0.x), y: down($0.middle)) }
        }.sorted { $0.y < $1.y }
        let heights = spread(ends.map(\.y), gap: labelGap, within: top...(top + plotHeight))
        let start = left + plotWidth + 14
        return zip(ends, heights).map { end, height -> HTML in
            """
            <g class="a\(end.curve.algorithm)">\
            <path class="leader" d="M\(at: end.x + 1) \(at: end.y)H\(at: left + plotWidth + 2)L\(at: start - 3) \(at: height)"/>\
            <text class="label t\(end.curve.algorithm % palette)" x="\(at: start)" y="\(at: height + 4)">\
            <title>\(end.curve.name)</title>\(shortened(end.curve.name, to: 16))</text></g>

            """
        }.joined()
    }
}

/// The number of colours, and of ways to dash a line, in the style sheet. Coprime, so that many pairs differ.
let palette = 7
let dashes = 5

/// Ascending places moved as little as needed to lie `gap` apart, within the bounds while there is room.
func spread(_ places: [Double], gap: Double, within bounds: ClosedRange<Double>) -> [Double] {
    var moved = places
    for index in moved.indices.dropFirst() { moved[index] = max(moved[index], moved[index - 1] + gap) }
    var limit = bounds.upperBound
    for index in moved.indices.reversed() {
        moved[index] = min(moved[index], limit)
        limit = moved[index] - gap
    }
    return moved
}

/// The text, its end replaced by an ellipsis where it is longer than `count` characters.
func shortened(_ text: String, to count: Int) -> String {
    text.count > count ? text.prefix(count - 1) + "…" : text
}
