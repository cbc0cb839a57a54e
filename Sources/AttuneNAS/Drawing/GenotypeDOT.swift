import AttuneCore

extension Genotype {
    /// Both cells as one graph in Graphviz' language, for `dot -Tsvg` and others.
    public var dot: String {
        """
        digraph genotype {
          rankdir=LR;
          fontname="Helvetica";
          node [fontname="Helvetica", fontsize=12, shape=circle, width=0.4, fixedsize=true];
          edge [fontname="Helvetica", fontsize=11];
        \(normal.dot(named: "normal", title: "Normal cell"))
        \(reduction.dot(named: "reduction", title: "Reduction cell"))
        }

        """
    }
}

extension CellGraph {
    fileprivate func dot(named name: String, title: String) -> String {
        let box = "shape=box, style=rounded, width=0.8"
        var lines = ["subgraph cluster_\(name) {", "  label=\"\(title)\";"]
        lines.append("  \(name)_0 [label=<c<sub>k-2</sub>>, \(box)];")
        lines.append("  \(name)_1 [label=<c<sub>k-1</sub>>, \(box)];")
        lines += nodes.indices.map { "  \(name)_\($0 + 2) [label=\"\($0 + 2)\"];" }
        lines.append("  \(name)_output [label=<c<sub>k</sub>>, \(box)];")
        for (node, edges) in nodes.enumerated() {
            lines += edges.map { edge in
                let line = CellStyle.of(edge.operation).line
                return """
                      \(name)_\(edge.source) -> \(name)_\(node + 2) \
                    [label="\(edge.operation.description)", color="\(line)", fontcolor="\(line)"];
                    """
            }
        }
        lines += concatenated.map { "  \(name)_\($0) -> \(name)_output [color=\"#9aa3ad\"];" }
        lines.append("}")
        return lines.map { "  " + $0 }.joined(separator: "\n")
    }
}
