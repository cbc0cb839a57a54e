import COpenBLAS
import Foundation

/// y = W x + b for each row x of a matrix.
struct DenseLayer: Sendable {
    /// `[outputs, inputs]`
    let weights: [Float]
    /// `[outputs]`
    let biases: [Float]
    let inputs: Int

    var outputs: Int { biases.count }

    /// - Parameter input: `[rows, inputs]`.
    /// - Returns: `[rows, outputs]`.
    func callAsFunction(_ input: [Float], rows: Int) -> [Float] {
        precondition(input.count == rows * inputs, "this layer takes \(inputs) numbers a row")
        var output = [Float](unsafeUninitializedCapacity: rows * outputs) { buffer, count in
            for row in 0..<rows {
                _ = UnsafeMutableBufferPointer(rebasing: buffer[row * outputs..<(row + 1) * outputs]).initialize(
                    from: biases)
            }
            count = rows * outputs
        }
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(outputs), Int32(inputs),
            1, input, Int32(inputs), weights, Int32(inputs), 1, &output, Int32(outputs))
        return output
    }
}

/// Batch normalisation with the statistics of training, as one multiplication and one addition per number.
struct NormalizationLayer: Sendable {
    private let scale: [Float]
    private let shift: [Float]

    init(gamma: [Float], beta: [Float], mean: [Float], variance: [Float], epsilon: Float) {
        let scale = zip(gamma, variance).map { $0 / ($1 + epsilon).squareRoot() }
        shift = beta.indices.map { beta[$0] - mean[$0] * scale[$0] }
        self.scale = scale
    }

    var width: Int { scale.count }

    /// - Parameter input: `[rows, width]`.
    func callAsFunction(_ input: [Float]) -> [Float] {
        map(input) { $0 }
    }

    /// The same, then the larger of zero and each number.
    func rectified(_ input: [Float]) -> [Float] {
        map(input) { max($0, 0) }
    }

    private func map(_ input: [Float], _ change: (Float) -> Float) -> [Float] {
        [Float](unsafeUninitializedCapacity: input.count) { buffer, count in
            var column = 0
            for index in 0..<input.count {
                buffer[index] = change(input[index] * scale[column] + shift[column])
                column = column + 1 == width ? 0 : column + 1
            }
            count = input.count
        }
    }
}

/// A residual block with a gated unit: h + W₂ (u ∘ relu(v)) + b₂, where (u, v) = W₁ norm(h) + b₁.
struct ResidualBlock: Sendable {
    let normalization: NormalizationLayer
    let expansion: DenseLayer
    let contraction: DenseLayer

    func callAsFunction(_ hidden: [Float], rows: Int) -> [Float] {
        let gated = gate(expansion(normalization(hidden), rows: rows), rows: rows)
        var sum = contraction(gated, rows: rows)
        for index in sum.indices { sum[index] += hidden[index] }
        return sum
    }

    /// u ∘ relu(v) for each row (u, v).
    private func gate(_ expanded: [Float], rows: Int) -> [Float] {
        let half = expansion.outputs / 2
        return [Float](unsafeUninitializedCapacity: rows * half) { buffer, count in
            for row in 0..<rows {
                for column in 0..<half {
                    let index = 2 * row * half + column
                    buffer[row * half + column] = expanded[index] * max(expanded[index + half], 0)
                }
            }
            count = rows * half
        }
    }
}
