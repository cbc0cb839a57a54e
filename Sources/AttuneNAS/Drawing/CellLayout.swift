import AttuneCore

/// Where the parts of a cell lie in a drawing that reads from left to right.
///
/// Each node has a column: its operations one above the other, then the node. A state that is needed further right runs
/// through a column on a lane of its own, straight; only between columns do lines bend. So no line crosses a label, and
/// no label another, whatever the cell.
struct CellLayout {
    struct Point: Equatable {
        var x: Double
        var y: Double
    }

    /// One edge: from where its line leaves a lane or a state, through its label, to its node.
    struct Edge {
        let operation: CellOperation
        let source: Int
        let node: Int
        let start: Point
        /// Middle of the label.
        let label: Point
        let end: Point
    }

    /// A piece of a lane: a bend between columns, and then straight through one.
    struct Lane {
        let state: Int
        let start: Point
        let bend: Point
        let end: Point
    }

    static let labelWidth = 108.0
    static let labelHeight = 24.0
    static let radius = 15.0
    private static let labelPitch = 32.0
    private static let lanePitch = 20.0
    /// Between the columns, where lines bend.
    private static let gap = 64.0
    /// Between a label and its node.
    private static let fan = 40.0
    private static let inputWidth = 60.0
    private static var columnWidth: Double { labelWidth + fan + 2 * radius }

    /// The middle of each state, `[2 + nodes]`.
    private(set) var states: [Point] = []
    private(set) var edges: [Edge] = []
    private(set) var lanes: [Lane] = []
    /// Where the lines of the output end, one for each state that is joined, from the highest down.
    private(set) var joined: [(state: Int, point: Point)] = []
    /// The left end of the bar that joins them.
    let outputX: Double

    private let cell: CellGraph
    /// The last column that needs each state; the output is the one behind the nodes.
    private let lastUse: [Int]
    /// Where each state's line now is, and where it ends.
    private var ends: [Point]

    init(_ cell: CellGraph) {
        self.cell = cell
        outputX = Self.left(ofColumn: cell.nodes.count)
        lastUse = Self.lastUse(of: cell)
        states = [Point(x: Self.inputWidth / 2, y: -44), Point(x: Self.inputWidth / 2, y: 44)]
        ends = states.map { Point(x: Self.inputWidth, y: $0.y) }
        for node in cell.nodes.indices { place(node) }
        joinOutput()
    }

    /// The highest and the lowest line, without any margin.
    var extent: ClosedRange<Double> {
        let halves =
            edges.map { ($0.label.y, Self.labelHeight / 2) } + states.map { ($0.y, Self.radius + 4) }
            + lanes.map { ($0.end.y, 0) } + joined.map { ($0.point.y, 14) }
        return (halves.map { $0.0 - $0.1 }.min() ?? 0)...(halves.map { $0.0 + $0.1 }.max() ?? 0)
    }

    /// Where edges leave a lane that goes on or came from further left, so that they are no mere crossings.
    var forks: [Point] {
        var forks: [Point] = []
        for edge in edges where lanes.contains(where: { $0.end == edge.start }) && !forks.contains(edge.start) {
            forks.append(edge.start)
        }
        return forks
    }

    /// Whether something comes of the state.
    func isUsed(_ state: Int) -> Bool { lastUse[state] >= 0 }

    private static func left(ofColumn column: Int) -> Double {
        inputWidth + gap + Double(column) * (columnWidth + gap)
    }

    private static func lastUse(of cell: CellGraph) -> [Int] {
        var last = [Int](repeating: -1, count: 2 + cell.nodes.count)
        for (node, edges) in cell.nodes.enumerated() {
            for edge in edges { last[edge.source] = node }
        }
        for state in cell.concatenated { last[state] = cell.nodes.count }
        return last
    }

    /// The states that run past a node to something behind it, from the highest down.
    private func passing(_ node: Int) -> [Int] {
        (0..<node + 2).filter { lastUse[$0] > node }.sorted { (ends[$0].y, $0) < (ends[$1].y, $1) }
    }

    private mutating func place(_ node: Int) {
        let passing = passing(node)
        let edges = cell.nodes[node].sorted { ends[$0.source].y < ends[$1.source].y }
        let sources = edges.map { ends[$0.source].y }
        let best = (0...passing.count).map { above in
            Placement(sources: sources, lanes: passing.map { ends[$0].y }, above: above)
        }.min { $0.cost < $1.cost }
        guard let best else { return }
        let left = Self.left(ofColumn: node)
        let right = left + Self.columnWidth
        let centre = Point(x: right - Self.radius, y: best.centre)
        for (edge, y) in zip(edges, best.labels) {
            self.edges.append(
                Edge(
                    operation: edge.operation, source: edge.source, node: node, start: ends[edge.source],
                    label: Point(x: left + Self.labelWidth / 2, y: y),
                    end: Point(x: centre.x - Self.radius, y: centre.y)))
        }
        for (state, y) in zip(passing, best.lanes) {
            lanes.append(
                Lane(state: state, start: ends[state], bend: Point(x: left, y: y), end: Point(x: right, y: y)))
            ends[state] = Point(x: right, y: y)
        }
        states.append(centre)
        ends.append(Point(x: right, y: centre.y))
    }

    private mutating func joinOutput() {
        let order = cell.concatenated.sorted { ends[$0].y < ends[$1].y }
        var next = -Double.infinity
        for state in order {
            let end = Point(x: outputX, y: max(ends[state].y, next))
            lanes.append(Lane(state: state, start: ends[state], bend: end, end: end))
            joined.append((state, end))
            next = end.y + Self.lanePitch
        }
    }

    /// One way to place a node among the lanes that pass it.
    private struct Placement {
        let centre: Double
        let labels: [Double]
        private(set) var lanes: [Double]
        private(set) var cost = 0.0

        /// - Parameters:
        ///   - sources: where the lines of its edges come from, from the highest down.
        ///   - lanes: where those lanes are that pass, from the highest down.
        ///   - above: how many of them pass above the node.
        init(sources: [Double], lanes: [Double], above: Int) {
            let half = Double(sources.count) * CellLayout.labelPitch / 2
            let centre = sources.reduce(0, +) / Double(max(1, sources.count))
            self.centre = centre
            labels = sources.indices.map { centre - half + (Double($0) + 0.5) * CellLayout.labelPitch }
            self.lanes = lanes
            var limit = centre - half - CellLayout.lanePitch / 2
            for index in lanes.indices.prefix(above).reversed() {
                self.lanes[index] = min(lanes[index], limit)
                limit = self.lanes[index] - CellLayout.lanePitch
            }
            limit = centre + half + CellLayout.lanePitch / 2
            for index in lanes.indices.dropFirst(above) {
                self.lanes[index] = max(lanes[index], limit)
                limit = self.lanes[index] + CellLayout.lanePitch
            }
            // Straight lanes are worth more than short edges.
            cost =
                zip(self.lanes, lanes).reduce(0) { $0 + abs($1.0 - $1.1) }
                + zip(labels, sources).reduce(0) { $0 + 0.5 * abs($1.0 - $1.1) }
        }
    }
}
