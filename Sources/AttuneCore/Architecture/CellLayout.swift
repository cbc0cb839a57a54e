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
    /// The network that `limits` and `prefilter` measure, made of cells of DARTS' kind; nil where nothing is measured.
    public var network: CellNetwork?
    /// Nothing larger is proposed.
    public var limits = NetworkLimits()
    public var prefilter: CellPrefilter?

    public init(
        kinds: [String] = ["cell"], nodes: Int, inputs: Int = 1, edges: Edges = .all, operations: [String]
    ) {
        self.kinds = kinds
        self.nodes = nodes
        self.inputs = inputs
        self.edges = edges
        self.operations = operations
    }

    /// Cells of DARTS: a normal and a reduction cell of two inputs, and so many edges into each node.
    public init(
        darts nodes: Int, edges: Int = 2, operations: [CellOperation] = CellOperation.darts.filter { $0 != .none }
    ) {
        self.init(
            kinds: CellLayout.dartsKinds, nodes: nodes, inputs: 2, edges: .count(edges),
            operations: operations.map(\.description))
    }

    static let dartsKinds = ["normal", "reduction"]

    /// All that keeps its cells from making a network of DARTS' kind, as fields of it.
    var problemsAsNetwork: [Problem] {
        var problems: [Problem] = []
        if Set(kinds) != Set(CellLayout.dartsKinds) {
            problems.append(
                Problem(
                    "kinds", found: kinds.joined(separator: ", "),
                    "must be normal and reduction where there is a network"))
        }
        if inputs != 2 { problems.append(Problem("inputs", found: "\(inputs)", "must be 2 where there is a network")) }
        return problems
            + operations.indices.filter { CellOperation(operations[$0]) == nil }.map { index in
                Problem(
                    FieldPath("operations")[index], found: "\"\(operations[index])\"",
                    "is no operation of such a network; \(CellOperation.remedy)")
            }
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
            guard let nodes = nodes(of: kind, values) else { return nil }
            cells[kind] = .array(nodes.map { .array($0.map { [.string($0.operation), .number($0.source)] }) })
        }
        return .object(cells)
    }

    /// No less than any of its cells costs: parameters of the network that has the most of them, and likewise its work.
    func largestCost(in network: CellNetwork) -> NetworkCost {
        let costs = uniformCosts(in: network)
        return NetworkCost(
            parameters: costs.map(\.parameters).max() ?? 0, multiplyAdds: costs.map(\.multiplyAdds).max() ?? 0)
    }

    /// What the smallest of its cells costs.
    func smallestCost(in network: CellNetwork) -> NetworkCost {
        let costs = uniformCosts(in: network)
        return NetworkCost(
            parameters: costs.map(\.parameters).min() ?? 0, multiplyAdds: costs.map(\.multiplyAdds).min() ?? 0)
    }

    /// Of the cells that have one operation alone. Each edge adds to the cost by itself, so that no cell costs less or more
    /// than some of these.
    private func uniformCosts(in network: CellNetwork) -> [NetworkCost] {
        operations.compactMap(CellOperation.init).map { operation in
            let nodes = states.map { node in
                (0..<edgeCount(into: node)).map { CellGraph.Edge(operation, from: $0) }
            }
            let cell = CellGraph(nodes: nodes)
            return NetworkCost(of: Genotype(normal: cell, reduction: cell), in: network)
        }
    }

    /// Whether the network of an assignment keeps within the limits.
    func admits(_ assignment: Assignment) -> Bool {
        guard let network, let genotype = genotype(assignment) else { return true }
        return limits.admit(NetworkCost(of: genotype, in: network))
    }

    /// The cells of an assignment; nil where choices are missing, or they are not of DARTS' kind.
    public func genotype(_ assignment: Assignment) -> Genotype? {
        let values = Dictionary(assignment.active.map { ($0.name, $0.value.description) }) { first, _ in first }
        guard let normal = cell("normal", values), let reduction = cell("reduction", values) else { return nil }
        return Genotype(normal: normal, reduction: reduction)
    }

    private func cell(_ kind: String, _ values: [String: String]) -> CellGraph? {
        guard let told = nodes(of: kind, values) else { return nil }
        let nodes = told.map { edges in
            edges.compactMap { edge in
                CellOperation(edge.operation).map { CellGraph.Edge($0, from: edge.source) }
            }
        }
        return zip(nodes, told).allSatisfy { $0.count == $1.count } ? CellGraph(nodes: nodes) : nil
    }

    private typealias Edge = (operation: String, source: Int)

    private func nodes(of kind: String, _ values: [String: String]) -> [[Edge]]? {
        var nodes: [[Edge]] = []
        for node in states {
            guard let edges = edges(of: kind, node, values) else { return nil }
            nodes.append(edges)
        }
        return nodes
    }

    private func edges(of kind: String, _ node: Int, _ values: [String: String]) -> [Edge]? {
        let sources: [Int]
        if hasChoiceOfSources(node) {
            guard let text = values[sourcesName(kind, node)] else { return nil }
            sources = text.split(separator: ",").compactMap { Int($0) }
        } else {
            sources = Array(0..<node)
        }
        let edges = sources.enumerated().compactMap { edge, source in
            values[operationName(kind, node, edge: edge)].map { (operation: $0, source: source) }
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
