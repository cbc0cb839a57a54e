import AttuneCore
import COpenBLAS
import Foundation

/// A neural network that predicts the results of a configuration: YAHPO Gym (Pfisterer et al. 2022), whose networks are
/// residual ones for tables (Gorishniy et al. 2021, "Revisiting deep learning models for tabular data").
struct Surrogate: Sendable {
    /// A categorical parameter: a vector for each label. Row 0 stands for an inactive one.
    struct Embedding: Sendable {
        let name: String
        let labels: [String: Int]
        /// `[labels, width]`
        let vectors: [Float]
        let width: Int
    }

    /// A numeric parameter. An inactive one is zero before its transform.
    struct Feature: Sendable {
        let name: String
        let transform: ScalarTransform
    }

    let embeddings: [Embedding]
    let features: [Feature]
    let input: DenseLayer
    let blocks: [ResidualBlock]
    let normalization: NormalizationLayer
    let head: DenseLayer
    /// What becomes of each output of the network.
    let outputs: [ScalarTransform]

    /// Predicted results, `[configurations][outputs]`. Costs about 2 million operations for each configuration.
    ///
    /// - Parameter configurations: each gives the value of a parameter by name, nil where it is inactive.
    func callAsFunction(_ configurations: [(String) -> ParameterValue?]) -> [[Double]] {
        let rows = configurations.count
        var hidden = input(configurations.flatMap(encoded), rows: rows)
        for block in blocks { hidden = block(hidden, rows: rows) }
        let logits = head(normalization.rectified(hidden), rows: rows)
        return (0..<rows).map { row in
            outputs.indices.map { outputs[$0](logistic(logits[row * outputs.count + $0])) }
        }
    }

    private func encoded(_ value: (String) -> ParameterValue?) -> [Float] {
        var row: [Float] = []
        row.reserveCapacity(input.inputs)
        for embedding in embeddings {
            let label = value(embedding.name).flatMap { embedding.labels[$0.description] } ?? 0
            row += embedding.vectors[label * embedding.width..<(label + 1) * embedding.width]
        }
        row += features.map { Float($0.transform(value($0.name)?.number ?? 0)) }
        return row
    }

    private func logistic(_ x: Float) -> Double { 1 / (1 + exp(-Double(x))) }
}
