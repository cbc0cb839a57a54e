/// Networks of cells: small graphs, each of a kind, whose edges carry one operation each.
///
/// A cell's states are its inputs, numbered from 0, and then its nodes. Either every earlier state feeds each node
/// (NAS-Bench-201), with a parameter `kind-edge-i-j` for the operation from state i to node j; or so many different ones do
/// (DARTS), with a parameter `kind-node-j-sources` for which, where there is a choice, and `kind-node-j-operation-1` and
/// on for the operations on those edges, by ascending source. Either way every point is a cell, and no constraint is needed.
public struct CellLayout: Sendable, Hashable {
    /// Which earlier states feed a node.
    public enum Edges: Sendable, Hashable {
        case all
        /// So many different ones, or all where there are fewer.
        case count(Int)
    }

    /// The name under which a trial is told of the cells as JSON.
    public static let genotypeName = "genotype"

    public var kinds: [String]
    public var nodes: Int
    /// 1 or 2: the outputs of so many cells before.
    public var inputs: Int
    public var edges: Edges
    public var operations: [String]

    public init(
        kinds: [String] = ["cell"], nodes: Int, inputs: Int = 1, edges: Edges = .all, operations: [String]
    ) {
        self.kinds = kinds
        self.nodes = nodes
        self.inputs = inputs
        self.edges = edges
        self.operations = operations
    }

    public var parameters: [ParameterSpec] { kinds.flatMap(parameters(of:)) }

    /// How many `parameters` has.
    var parameterCount: Int {
        kinds.count * states.reduce(0) { $0 + edgeCount(into: $1) + (hasChoiceOfSources($1) ? 1 : 0) }
    }

    private var states: Range<Int> { inputs..<(inputs + nodes) }

    private func edgeCount(into node: Int) -> Int {
        switch edges {
        case .all: node
        case .count(let count): min(count, node)
        }
    }

    private func hasChoiceOfSources(_ node: Int) -> Bool { edgeCount(into: node) < node }

    private func parameters(of kind: String) -> [ParameterSpec] {
        states.flatMap { node -> [ParameterSpec] in
            var parameters: [ParameterSpec] = []
            if hasChoiceOfSources(node) {
                let choices = CellLayout.choices(of: edgeCount(into: node), from: node)
                parameters.append(ParameterSpec(sourcesName(kind, node), .categorical(choices.map(CellLayout.text))))
            }
            return parameters
                + (0..<edgeCount(into: node)).map {
                    ParameterSpec(operationName(kind, node, edge: $0), .categorical(operations))
                }
        }
    }

    private func sourcesName(_ kind: String, _ node: Int) -> String { "\(kind)-node-\(node)-sources" }

    private func operationName(_ kind: String, _ node: Int, edge: Int) -> String {
        switch edges {
        case .all: "\(kind)-edge-\(edge)-\(node)"
        case .count: "\(kind)-node-\(node)-operation-\(edge + 1)"
        }
    }

    /// The cells as an object by kind: for each node its edges, `[operation, source]`, by ascending source. Nil where
    /// choices are missing.
    func genotype(_ values: [String: String]) -> JSON? {
        var cells = JSON.Fields()
        for kind in kinds {
            var nodes: [JSON] = []
            for node in states {
                guard let edges = genotype(of: kind, node, values) else { return nil }
                nodes.append(.array(edges))
            }
            cells[kind] = .array(nodes)
        }
        return .object(cells)
    }

    private func genotype(of kind: String, _ node: Int, _ values: [String: String]) -> [JSON]? {
        let sources: [Int]
        if hasChoiceOfSources(node) {
            guard let text = values[sourcesName(kind, node)] else { return nil }
            sources = text.split(separator: ",").compactMap { Int($0) }
        } else {
            sources = Array(0..<node)
        }
        let edges = sources.enumerated().compactMap { edge, source in
            values[operationName(kind, node, edge: edge)].map { JSON.array([.string($0), .number(source)]) }
        }
        return edges.count == edgeCount(into: node) ? edges : nil
    }

    private static func text(_ sources: [Int]) -> String { sources.map(String.init).joined(separator: ",") }

    /// Every way to take `count` of the states 0..<`states`, ascending.
    private static func choices(of count: Int, from states: Int) -> [[Int]] {
        guard count > 0 else { return [[]] }
        guard states >= count else { return [] }
        return choices(of: count, from: states - 1)
            + choices(of: count - 1, from: states - 1).map { $0 + [states - 1] }
    }
}
