import Foundation

/// What a hidden unit does with the sum of its inputs.
enum Activation: String, CaseIterable, Sendable, Codable {
    case relu, tanh

    /// Variance of a layer's initial weights times its number of inputs, so that signals keep their size
    /// (He et al. 2015, eq. 10, for relu; LeCun et al. 1998, §4.6, for tanh).
    var weightVariance: Float {
        switch self {
        case .relu: 2
        case .tanh: 1
        }
    }

    /// Replaces each sum by the unit's output, and gives the slope of the output there, the same shape.
    func apply(to sums: inout Matrix) -> Matrix {
        var slopes = Matrix(zeros: sums.rows, by: sums.columns)
        let count = sums.values.count
        sums.values.withUnsafeMutableBufferPointer { outputs in
            slopes.values.withUnsafeMutableBufferPointer { slopes in
                switch self {
                case .relu: rectify(outputs, slopes: slopes, count: count)
                case .tanh: squash(outputs, slopes: slopes, count: count)
                }
            }
        }
        return slopes
    }

    private func rectify(
        _ outputs: UnsafeMutableBufferPointer<Float>, slopes: UnsafeMutableBufferPointer<Float>, count: Int
    ) {
        for i in 0..<count {
            // Written so that a NaN stays one: a network that diverged must not look dead instead.
            if outputs[i] <= 0 {
                outputs[i] = 0
            } else {
                slopes[i] = 1
            }
        }
    }

    private func squash(
        _ outputs: UnsafeMutableBufferPointer<Float>, slopes: UnsafeMutableBufferPointer<Float>, count: Int
    ) {
        for i in 0..<count {
            let output = Foundation.tanh(outputs[i])
            outputs[i] = output
            slopes[i] = 1 - output * output
        }
    }
}
