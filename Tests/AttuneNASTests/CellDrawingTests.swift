import AttuneCore
import Testing

@testable import AttuneNAS

struct CellDrawingTests {
    /// Cells of up to eight nodes with any edges, operations and outputs.
    private func cell(seed: Int) -> CellGraph {
        var random = RandomSource(seed: UInt64(seed))
        let nodes = (0..<1 + random.below(8)).map { node in
            (0..<1 + random.below(node + 3)).map { _ in
                CellGraph.Edge(CellOperation.darts[random.below(8)], from: random.below(node + 2))
            }
        }
        var states = Array(0..<nodes.count + 2)
        random.shuffle(&states)
        return CellGraph(nodes: nodes, concatenated: states.prefix(1 + random.below(states.count)).sorted())
    }

    @Test func `no line crosses a label or a node, and no label another, whatever the cell`() {
        for seed in 0..<300 {
            let cell = cell(seed: seed)
            let layout = CellLayout(cell)
            #expect(layout.edges.count == cell.nodes.joined().count)
            // Columns are disjoint, so only what shares one can meet.
            for node in cell.nodes.indices {
                let labels = layout.edges.filter { $0.node == node }.map(\.label.y).sorted()
                let closest = zip(labels, labels.dropFirst()).map { $1 - $0 }.min() ?? .infinity
                #expect(closest > CellLayout.labelHeight, "seed \(seed)")
                let centre = layout.states[node + 2]
                for lane in layout.lanes where lane.bend.x < centre.x && centre.x < lane.end.x {
                    let clearance = labels.map { abs($0 - lane.end.y) }.min() ?? .infinity
                    #expect(clearance > CellLayout.labelHeight / 2, "seed \(seed)")
                    #expect(abs(centre.y - lane.end.y) > CellLayout.radius, "seed \(seed)")
                }
            }
            let ends = layout.joined.map(\.point.y)
            #expect(zip(ends, ends.dropFirst()).allSatisfy { $1 - $0 > 10 }, "seed \(seed)")
        }
    }

    @Test func `lanes of a column keep apart`() {
        for seed in 0..<300 {
            let lanes = Dictionary(grouping: CellLayout(cell(seed: seed)).lanes.filter { $0.bend != $0.end }) {
                $0.bend.x
            }
            for column in lanes.values {
                let heights = column.map(\.end.y).sorted()
                #expect(zip(heights, heights.dropFirst()).allSatisfy { $1 - $0 > 10 }, "seed \(seed)")
            }
        }
    }

    @Test func `every edge begins where its source's line is`() {
        for seed in 0..<100 {
            let layout = CellLayout(cell(seed: seed))
            for edge in layout.edges {
                let lanes = layout.lanes.filter { $0.state == edge.source }.map(\.end)
                let origin = layout.states[edge.source]
                let half = edge.source < 2 ? 30 : CellLayout.radius
                #expect(lanes.contains(edge.start) || edge.start == .init(x: origin.x + half, y: origin.y))
                #expect(edge.start.x < edge.label.x - CellLayout.labelWidth / 2)
            }
        }
    }

    @Test func `the drawing needs nothing else and says what it shows`() throws {
        let svg = try Genotype(parsing: Published.darts2).svg
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
        #expect(svg.contains("<title id=\"title\">") && svg.contains("<desc id=\"desc\">"))
        #expect(svg.contains("node 5 is skip of the cell before the last plus dil conv 3×3 of node 2"))
        #expect(svg.matches(of: /http|script|href|@import/).count == 1)
        #expect(svg.matches(of: /class="op"/).count == 16)
        // Every tag is closed.
        for tag in ["g", "text", "tspan", "marker", "svg", "style", "defs"] {
            #expect(svg.matches(of: try Regex("<\(tag)[ >]")).count == svg.matches(of: try Regex("</\(tag)>")).count)
        }
        #expect(svg == (try Genotype(parsing: Published.darts2).svg))
    }

    @Test func `Graphviz gets every edge of both cells`() throws {
        let genotype = try Genotype(parsing: Published.darts2)
        #expect(genotype.dot.matches(of: /label="[a-z]+_[a-z]+(_[0-9]x[0-9])?", color/).count == 16)
        #expect(genotype.dot.contains("normal_2 -> normal_5 [label=\"dil_conv_3x3\""))
        #expect(genotype.dot.matches(of: /-> reduction_output/).count == 4)
    }
}
