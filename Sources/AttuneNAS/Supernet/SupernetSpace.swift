import AttuneCore

/// The cells among which a supernet searches, and the network that they make (Liu et al. 2019, section 2).
public struct SupernetSpace: Sendable, Hashable {
    public var operations: [CellOperation]
    /// Nodes of a cell, at least 1; the output joins them all.
    public var nodes: Int
    /// Cells, at least 1. Those a third and two thirds of the way halve the image and double the channels.
    public var layers: Int
    /// Channels of the first cell; even, as reductions halve them.
    public var channels: Int
    /// Channels of the stem, in units of `channels`.
    public var stemMultiplier: Int

    public init(
        operations: [CellOperation] = CellOperation.darts, nodes: Int = 4, layers: Int = 8, channels: Int = 16,
        stemMultiplier: Int = 3
    ) {
        self.operations = operations
        self.nodes = nodes
        self.layers = layers
        self.channels = channels
        self.stemMultiplier = stemMultiplier
    }

    /// Edges of a cell: every state to every later node, those into the first node first.
    public var edges: [(source: Int, node: Int)] {
        (0..<nodes).flatMap { node in (0..<node + 2).map { (source: $0, node: node) } }
    }

    /// Whether the cell at a position halves the image; none of one or two does, where `CellNetwork`, as the authors' code,
    /// would have no normal cell to search.
    public func reduces(_ layer: Int) -> Bool { layers >= 3 && (layer == layers / 3 || layer == 2 * layers / 3) }
}
