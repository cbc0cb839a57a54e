import AttuneCore

extension Genotype {
    /// Cells drawn at random: two edges into each node from different states, operations other than `none`.
    public init(random space: SupernetSpace, using random: inout RandomSource) {
        let operations = space.operations.filter { $0 != .none }
        precondition(!operations.isEmpty && space.nodes > 0, "without operations there are no cells")
        func cell() -> CellGraph {
            CellGraph(
                nodes: (0..<space.nodes).map { node in
                    var sources = Array(0..<node + 2)
                    random.shuffle(&sources)
                    return sources.prefix(2).sorted().map { source in
                        CellGraph.Edge(operations[random.below(operations.count)], from: source)
                    }
                })
        }
        self.init(normal: cell(), reduction: cell())
    }
}
