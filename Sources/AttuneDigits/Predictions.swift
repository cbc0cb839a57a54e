import Foundation

/// What a network says of labelled examples, and how right it is.
struct Predictions: Sendable {
    /// Logits, `[examples, classes]`.
    let logits: Matrix
    /// The right class of each example, `[examples]`.
    let labels: [Int]

    /// Mean cross-entropy in nats; not a number where a logit is not.
    var loss: Double {
        let total = labels.indices.reduce(0.0) { total, example in
            let row = logits.row(example)
            return total + Double(logSumExp(row) - row[row.startIndex + labels[example]])
        }
        return total / Double(labels.count)
    }

    /// The fraction of examples whose right class has the largest logit, in `0...1`.
    ///
    /// A tie, or a logit that is not a number, names no class and counts as wrong.
    var accuracy: Double {
        let right = labels.indices.count { example in
            let row = logits.row(example)
            let label = row.startIndex + labels[example]
            return row.indices.allSatisfy { $0 == label || row[$0] < row[label] }
        }
        return Double(right) / Double(labels.count)
    }

    /// The gradient of `loss` at the logits, `[examples, classes]`: the softmax less the right answer, over the count.
    var logitGradient: Matrix {
        var gradient = logits
        let scale = 1 / Float(labels.count)
        for (example, label) in labels.enumerated() {
            let row = logits.row(example)
            let normalizer = logSumExp(row)
            for position in row.indices {
                gradient.values[position] = scale * exp(row[position] - normalizer)
            }
            gradient.values[row.startIndex + label] -= scale
        }
        return gradient
    }

    /// log Σ exp, safe for large logits.
    private func logSumExp(_ row: ArraySlice<Float>) -> Float {
        let largest = row.max()!
        return largest + log(row.reduce(0) { $0 + exp($1 - largest) })
    }
}
