/// What a cell search found: a cell that keeps the size of the image, and one that halves it.
public struct Genotype: Sendable, Hashable {
    public var normal: CellGraph
    public var reduction: CellGraph

    public init(normal: CellGraph, reduction: CellGraph) {
        self.normal = normal
        self.reduction = reduction
    }
}

/// A cell as a graph. States 0 and 1 are the outputs of the two cells before it; state 2 + *i* is node *i*, the sum of
/// its edges; the cell's output is some of the states, one after another along the channels.
public struct CellGraph: Sendable, Hashable {
    public struct Edge: Sendable, Hashable {
        public var operation: CellOperation
        /// A state before the node.
        public var source: Int

        public init(_ operation: CellOperation, from source: Int) {
            self.operation = operation
            self.source = source
        }
    }

    /// The edges into each node, at least one, sources below the node's own state.
    public var nodes: [[Edge]]
    /// The states that make the output, at least one.
    public var concatenated: [Int]

    public init(nodes: [[Edge]], concatenated: [Int]) {
        self.nodes = nodes
        self.concatenated = concatenated
    }

    /// Every node is part of the output.
    public init(nodes: [[Edge]]) { self.init(nodes: nodes, concatenated: Array(2..<2 + nodes.count)) }

    /// How many of its edges are skips, a sign of a search that collapsed.
    public var skips: Int { nodes.joined().count { $0.operation == .skip } }
}
