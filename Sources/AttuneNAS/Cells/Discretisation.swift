import AttuneCore

/// From the scores of a supernet to a cell (Liu et al. 2019, section 2.4).
extension CellGraph {
    /// The cell that keeps, of each node, the edges whose best operation scores highest.
    ///
    /// The best operation of an edge is never `none`. Edges stand in the order of their scores, as the authors' code
    /// lists them; of equals, the source and the operation that come first win. A score that is not a number is the
    /// lowest.
    ///
    /// - Parameters:
    ///   - scores: `[edges][operations]`, the edges node after node and, within one, source after source. Softmaxed
    ///     weights, or anything else of which larger is better.
    ///   - operations: what the columns mean, at least one of them not `none`.
    ///   - edgesPerNode: how many edges a node keeps, where it has so many.
    ///   - maximumSkips: the most skips in the cell. While there are more, the one with the lowest score gives way
    ///     to the next best operation or edge (Chen et al., *Progressive DARTS*, ICCV 2019, section 3.3). At least one
    ///     operation must then be neither `none` nor a skip.
    public init(
        discretising scores: [[Double]], operations: [CellOperation], edgesPerNode: Int = 2, maximumSkips: Int? = nil
    ) {
        precondition(operations.contains { $0 != .none }, "without an operation there is no cell")
        precondition(edgesPerNode > 0, "a node keeps at least one edge")
        precondition(maximumSkips.map { $0 >= 0 } ?? true, "a cell cannot have fewer skips than none")
        precondition(
            maximumSkips == nil || operations.contains { $0 != .none && $0 != .skip },
            "skips can only give way to another operation")
        precondition(scores.allSatisfy { $0.count == operations.count }, "each edge has a score for each operation")
        var scores = EdgeScores(scores: scores, operations: operations, edgesPerNode: edgesPerNode)
        self.init(nodes: scores.chosenNodes())
        while let maximumSkips, skips > maximumSkips {
            scores.forbidWeakestSkip()
            self.init(nodes: scores.chosenNodes())
        }
    }
}

extension Genotype {
    /// Both cells, discretised alike; only the normal cell's skips are limited.
    public init(
        discretising normal: [[Double]], reduction: [[Double]], operations: [CellOperation], edgesPerNode: Int = 2,
        maximumSkips: Int? = nil
    ) {
        self.init(
            normal: CellGraph(
                discretising: normal, operations: operations, edgesPerNode: edgesPerNode, maximumSkips: maximumSkips),
            reduction: CellGraph(discretising: reduction, operations: operations, edgesPerNode: edgesPerNode))
    }
}

/// Scores of which some may no longer be chosen.
private struct EdgeScores {
    private struct Choice {
        let edge: Int
        let source: Int
        let operation: Int
        let score: Double
    }

    private let scores: [[Double]]
    private let operations: [CellOperation]
    private let edgesPerNode: Int
    private let nodes: Int
    private var forbiddenSkips: Set<Int> = []

    init(scores: [[Double]], operations: [CellOperation], edgesPerNode: Int) {
        (self.scores, self.operations, self.edgesPerNode) = (scores, operations, edgesPerNode)
        var nodes = 0
        var edges = 0
        while edges < scores.count {
            edges += nodes + 2
            nodes += 1
        }
        precondition(edges == scores.count && nodes > 0, "a cell of n nodes has n (n + 3) / 2 edges")
        self.nodes = nodes
    }

    func chosenNodes() -> [[CellGraph.Edge]] {
        (0..<nodes).map { node in choices(of: node).map { .init(operations[$0.operation], from: $0.source) } }
    }

    mutating func forbidWeakestSkip() {
        let skips = (0..<nodes).flatMap { choices(of: $0) }.filter { operations[$0.operation] == .skip }
        guard let weakest = skips.min(by: { $0.score < $1.score }) else { return }
        forbiddenSkips.insert(weakest.edge)
    }

    /// The edges a node keeps, best first.
    private func choices(of node: Int) -> [Choice] {
        let first = node * (node + 3) / 2
        let all = (0..<node + 2).compactMap { best(edge: first + $0, source: $0) }
        // Swift's sort is stable, as the order among equals needs.
        return Array(all.sorted { $0.score > $1.score }.prefix(edgesPerNode))
    }

    private func best(edge: Int, source: Int) -> Choice? {
        let allowed = operations.indices.filter { index in
            operations[index] != .none && !(operations[index] == .skip && forbiddenSkips.contains(edge))
        }
        let ranked = allowed.map { (operation: $0, score: Self.comparable(scores[edge][$0])) }
        // Of equals, `max` gives the first.
        guard let best = ranked.max(by: { $0.score < $1.score }) else { return nil }
        return Choice(edge: edge, source: source, operation: best.operation, score: best.score)
    }

    private static func comparable(_ score: Double) -> Double { score.isNaN ? -.infinity : score }
}
