import AttuneCore

extension Genotype {
    /// As the authors of DARTS write it: `Genotype(normal=[('sep_conv_3x3', 0), …], normal_concat=range(2, 6), …)`.
    ///
    /// Edges stand one after another there, two to a node.
    /// - Throws: `AttuneError` where a node has another number of edges than two.
    public func dartsText() throws(AttuneError) -> String {
        for (name, cell) in [("normal", normal), ("reduction", reduction)] {
            guard let index = cell.nodes.firstIndex(where: { $0.count != 2 }) else { continue }
            throw AttuneError(
                """
                node \(index + 2) of the \(name) cell has \(cell.nodes[index].count) edge(s); the form of DARTS \
                can only say two, use json or katib
                """)
        }
        return text(separator: ", ") { cell in
            cell.nodes.joined().map { "('\($0.operation)', \($0.source))" }.joined(separator: ", ")
        }
    }

    /// As Katib's containers print it after `Best-Genotype=`: a list of edges for each node, no spaces.
    public var katibText: String {
        text(separator: ",") { cell in
            cell.nodes.map { edges in
                "[" + edges.map { "('\($0.operation.katibName)',\($0.source))" }.joined(separator: ",") + "]"
            }.joined(separator: ",")
        }
    }

    private func text(separator: String, edges: (CellGraph) -> String) -> String {
        let fields = [
            "normal=[\(edges(normal))]", "normal_concat=\(normal.concatenatedText(separator))",
            "reduce=[\(edges(reduction))]", "reduce_concat=\(reduction.concatenatedText(separator))",
        ]
        return "Genotype(\(fields.joined(separator: separator)))"
    }
}

extension CellGraph {
    /// The output's states, as Python writes them: `range(2, 6)`, or a list where they do not follow one another.
    fileprivate func concatenatedText(_ separator: String) -> String {
        guard let first = concatenated.first, concatenated == Array(first..<first + concatenated.count) else {
            return "[\(concatenated.map(String.init).joined(separator: separator))]"
        }
        return "range(\(first)\(separator)\(first + concatenated.count))"
    }
}
