import AttuneCore

extension Genotype {
    /// A program of its own, in Python with PyTorch, that trains the network of these cells from scratch.
    ///
    /// It reads IDX files, or CIFAR-10 and Fashion-MNIST through torchvision, keeps checkpoints, and prints a line with
    /// `epoch=` and `accuracy=` after each epoch. Before it begins it compares its own count of parameters with ours.
    public func pyTorchScript(for network: CellNetwork) -> String {
        let values = [
            "NORMAL": normal.pythonText, "REDUCTION": reduction.pythonText,
            "CHANNELS": String(network.channels), "LAYERS": String(network.layers), "CLASSES": String(network.classes),
            "STEM": String(network.stemMultiplier), "ROWS": String(network.input.rows),
            "COLUMNS": String(network.input.columns), "INPUTS": String(network.input.channels),
            "PARAMETERS": String(NetworkCost(of: self, in: network).parameters),
        ]
        return values.reduce(pyTorchTemplate) { $0.replacing("<<\($1.key)>>", with: $1.value) }
    }
}

extension CellGraph {
    /// A dictionary of the nodes' edges and of the states that make the output.
    fileprivate var pythonText: String {
        let rows = nodes.map { edges in
            "        [" + edges.map { "(\"\($0.operation)\", \($0.source))" }.joined(separator: ", ") + "],"
        }
        let output = concatenated.map(String.init).joined(separator: ", ")
        return "{\n    \"nodes\": [\n\(rows.joined(separator: "\n"))\n    ],\n    \"output\": [\(output)],\n}"
    }
}
