import AttuneCore

/// A multilayer perceptron: dense layers with an activation after each but the last, whose outputs are logits.
struct Network: Sendable {
    let layers: [DenseLayer]
    let activation: Activation
    /// Weights and biases of all layers, in order; see `DenseLayer.offset`.
    var parameters: [Float]

    /// A network with random weights and zero biases.
    ///
    /// - Parameters:
    ///   - widths: units of each layer from the inputs to the logits, at least two.
    ///   - random: where the weights come from.
    init(widths: [Int], activation: Activation, using random: inout RandomSource) {
        precondition(widths.count >= 2, "a network needs an input and an output")
        var layers: [DenseLayer] = []
        for (inputs, outputs) in zip(widths, widths.dropFirst()) {
            layers.append(DenseLayer(inputs: inputs, outputs: outputs, offset: layers.last?.end ?? 0))
        }
        self.layers = layers
        self.activation = activation
        parameters = layers.flatMap { layer in
            let deviation = (activation.weightVariance / Float(layer.inputs)).squareRoot()
            let weights = (0..<layer.inputs * layer.outputs).map { _ in deviation * Float(random.normal()) }
            return weights + Array(repeating: 0, count: layer.outputs)
        }
    }

    /// What the network answers, dropping nothing.
    func predictions(for digits: Digits) -> Predictions {
        Predictions(logits: forward(digits.images, masks: []).logits, labels: digits.labels)
    }

    /// The mean loss over a batch, and its gradient, shaped as `parameters`.
    func lossAndGradient(
        on batch: Digits, dropout: Dropout, using random: inout RandomSource
    ) -> (loss: Double, gradient: [Float]) {
        let masks = masks(dropout, examples: batch.count, using: &random)
        let pass = forward(batch.images, masks: masks)
        let predictions = Predictions(logits: pass.logits, labels: batch.labels)
        return (predictions.loss, backward(pass, logitGradient: predictions.logitGradient))
    }

    /// A mask for each hidden layer, or none where nothing is dropped.
    private func masks(_ dropout: Dropout, examples: Int, using random: inout RandomSource) -> [Matrix] {
        guard dropout.probability > 0 else { return [] }
        return layers.dropLast().map { dropout.mask(examples: examples, units: $0.outputs, using: &random) }
    }
}

/// What a pass forward leaves for the pass backward.
private struct ForwardPass {
    /// What each layer was given, `[examples, inputs]`.
    var inputs: [Matrix]
    /// How much each hidden unit's output moves with its sum, `[examples, outputs]`; zero where it was dropped.
    var slopes: [Matrix] = []
    var logits: Matrix
}

extension Network {
    private func forward(_ images: Matrix, masks: [Matrix]) -> ForwardPass {
        parameters.withUnsafeBufferPointer { buffer in
            let parameters = buffer.baseAddress!
            var pass = ForwardPass(inputs: [images], logits: images)
            for (index, layer) in layers.enumerated() {
                pass.logits = layer.output(for: pass.inputs[index], parameters: parameters)
                if index == layers.count - 1 { break }
                var signal = pass.logits
                var slopes = activation.apply(to: &signal)
                if !masks.isEmpty {
                    signal.multiplyElements(by: masks[index])
                    slopes.multiplyElements(by: masks[index])
                }
                pass.inputs.append(signal)
                pass.slopes.append(slopes)
            }
            return pass
        }
    }

    private func backward(_ pass: ForwardPass, logitGradient: Matrix) -> [Float] {
        var gradient = [Float](repeating: 0, count: parameters.count)
        var outputGradient = logitGradient
        for (index, layer) in layers.enumerated().reversed() {
            layer.writeGradient(input: pass.inputs[index], outputGradient: outputGradient, to: &gradient)
            if index == 0 { break }
            outputGradient = layer.inputGradient(outputGradient: outputGradient, parameters: parameters)
            outputGradient.multiplyElements(by: pass.slopes[index - 1])
        }
        return gradient
    }
}
