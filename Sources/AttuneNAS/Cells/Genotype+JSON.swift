import AttuneCore

/// JSON with a name for everything:
///
/// ```json
/// {
///   "normal": {
///     "nodes": [{"edges": [{"operation": "sep_conv_3x3", "from": 0}, {"operation": "skip_connect", "from": 1}]}],
///     "output": [2]
///   },
///   "reduction": …
/// }
/// ```
///
/// The first node is state 2. Without `output`, every node is part of it. A cell may also be the list of its nodes, and a node
/// the list of its edges, `["sep_conv_3x3", 0]`, as trials of a search over cells are told of them.
extension Genotype {
    public var json: JSON { ["normal": normal.json, "reduction": reduction.json] }

    /// - Throws: `AttuneError`, naming the field.
    public init(json: JSON) throws(AttuneError) {
        guard case .object(let fields) = json else { throw AttuneError("genotype: expected a JSON object") }
        if let other = fields.keys.first(where: { !["normal", "reduction"].contains($0) }) {
            throw AttuneError("\(other): found an unknown field; a genotype has normal and reduction")
        }
        self.init(
            normal: try CellGraph(json: json["normal"], at: "normal"),
            reduction: try CellGraph(json: json["reduction"], at: "reduction"))
    }
}

extension CellGraph {
    var json: JSON {
        let nodes: [JSON] = nodes.map { edges in
            [
                "edges": .array(
                    edges.map { ["operation": .string($0.operation.description), "from": .number($0.source)] })
            ]
        }
        return ["nodes": .array(nodes), "output": .array(concatenated.map { .number($0) })]
    }

    fileprivate init(json: JSON?, at path: String) throws(AttuneError) {
        if case .array? = json {
            self.init(nodes: try Self.nodes(json, at: path))
        } else if let json, case .object = json {
            self.init(nodes: try Self.nodes(json["nodes"], at: "\(path).nodes"))
        } else {
            throw AttuneError("\(path): expected an object with nodes and output, or a list of nodes")
        }
        if let output = json?["output"] {
            concatenated = try Self.items(output, at: "\(path).output") { state, path throws(AttuneError) in
                try state.state(at: path)
            }
        }
        let problem = problem { node, edge in
            path + (node.map { ".nodes[\($0)]" } ?? "") + (edge.map { ".edges[\($0)].from" } ?? "")
        }
        if let problem { throw AttuneError(problem) }
    }

    private static func nodes(_ json: JSON?, at path: String) throws(AttuneError) -> [[Edge]] {
        try items(json, at: path) { node, path throws(AttuneError) in
            let isList = if case .array = node { true } else { false }
            return try items(isList ? node : node["edges"], at: isList ? path : "\(path).edges") {
                edge, path throws(AttuneError) in try Edge(json: edge, at: path)
            }
        }
    }

    private static func items<Item>(
        _ json: JSON?, at path: String, each: (JSON, String) throws(AttuneError) -> Item
    ) throws(AttuneError) -> [Item] {
        guard case .array(let items)? = json else { throw AttuneError("\(path): expected a list") }
        var read: [Item] = []
        for (index, item) in items.enumerated() { read.append(try each(item, "\(path)[\(index)]")) }
        return read
    }
}

extension CellGraph.Edge {
    fileprivate init(json: JSON, at path: String) throws(AttuneError) {
        let isPair = json.array?.count == 2
        let (first, second) = isPair ? ("[0]", "[1]") : (".operation", ".from")
        guard case .string(let name)? = isPair ? json[0] : json["operation"] else {
            throw AttuneError("\(path)\(first): expected the name of an operation, such as \"sep_conv_3x3\"")
        }
        guard let operation = CellOperation(name) else {
            throw AttuneError("\(path)\(first): \(CellOperation.unknown(name))")
        }
        let source = (isPair ? json[1] : json["from"]) ?? .null
        self.init(operation, from: try source.state(at: path + second))
    }
}

extension JSON {
    fileprivate func state(at path: String) throws(AttuneError) -> Int {
        guard case .number(let text) = self, let state = Int(text) else {
            throw AttuneError("\(path): expected the number of a state, such as 0")
        }
        return state
    }
}
