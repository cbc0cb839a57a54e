import COpenBLAS

/// A fully connected layer, `output = input · weights + biases`: the shape of it, and where in the network's parameters
/// its own lie.
///
/// Keeping the numbers of all layers in one array makes the optimizer a loop over one array.
struct DenseLayer: Sendable {
    let inputs: Int
    let outputs: Int
    /// Position of its weights, `[inputs, outputs]`; its biases, `[outputs]`, follow.
    let offset: Int

    var biasOffset: Int { offset + inputs * outputs }
    var end: Int { biasOffset + outputs }

    /// The layer's output, `[examples, outputs]`, for inputs `[examples, inputs]`.
    func output(for input: Matrix, parameters: UnsafePointer<Float>) -> Matrix {
        var output = rows(of: parameters + biasOffset, count: input.rows)
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(input.rows), Int32(outputs), Int32(inputs),
            1, input.values, Int32(inputs), parameters + offset, Int32(outputs),
            1, &output.values, Int32(outputs))
        return output
    }

    /// Writes the gradient of the layer's own parameters.
    ///
    /// - Parameters:
    ///   - input: what the layer was given, `[examples, inputs]`.
    ///   - outputGradient: the loss's gradient at its output, `[examples, outputs]`.
    ///   - gradient: the gradient of all parameters of the network; the layer fills its part.
    func writeGradient(
        input: Matrix, outputGradient: Matrix, to gradient: UnsafeMutablePointer<Float>
    ) {
        cblas_sgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, Int32(inputs), Int32(outputs), Int32(input.rows),
            1, input.values, Int32(inputs), outputGradient.values, Int32(outputs),
            0, gradient + offset, Int32(outputs))
        let ones = [Float](repeating: 1, count: input.rows)
        cblas_sgemv(
            CblasRowMajor, CblasTrans, Int32(input.rows), Int32(outputs),
            1, outputGradient.values, Int32(outputs), ones, 1, 0, gradient + biasOffset, 1)
    }

    /// The loss's gradient at the layer's input, `[examples, inputs]`, from the one at its output.
    func inputGradient(outputGradient: Matrix, parameters: UnsafePointer<Float>) -> Matrix {
        var inputGradient = Matrix(zeros: outputGradient.rows, by: inputs)
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(outputGradient.rows), Int32(inputs), Int32(outputs),
            1, outputGradient.values, Int32(outputs), parameters + offset, Int32(outputs),
            0, &inputGradient.values, Int32(inputs))
        return inputGradient
    }

    private func rows(of biases: UnsafePointer<Float>, count: Int) -> Matrix {
        let values = [Float](unsafeUninitializedCapacity: count * outputs) { buffer, initialized in
            for row in 0..<count {
                (buffer.baseAddress! + row * outputs).initialize(from: biases, count: outputs)
            }
            initialized = count * outputs
        }
        return Matrix(rows: count, columns: outputs, values: values)
    }
}
