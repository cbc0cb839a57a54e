import AttuneCore
import Foundation

/// The mean of every map, a linear layer, and cross-entropy.
final class Classifier<Scalar: NetworkScalar> {
    private let inputs: Int
    private let classes: Int
    private let weights: Weights<Scalar>
    /// [classes][inputs], and [classes].
    private let matrix: Weights<Scalar>.Slot
    private let bias: Weights<Scalar>.Slot
    private let inputGradient = MapBuffer<Scalar>()
    /// [inputs][images]
    private var means: [Scalar] = []
    /// [images][classes]
    private(set) var probabilities: [[Double]] = []
    private var labels: [Int] = []
    private var shape: MapShape?

    init(from inputs: Int, classes: Int, _ weights: Weights<Scalar>, using random: inout RandomSource) {
        self.inputs = inputs
        self.classes = classes
        self.weights = weights
        matrix = weights.addUniform(inputs * classes, fan: inputs, using: &random)
        bias = weights.addUniform(classes, fan: inputs, using: &random)
    }

    /// The outcome for a batch of feature maps.
    ///
    /// - Parameter labels: a class for each image.
    func forward(_ maps: FeatureMaps<Scalar>, labels: [Int]) -> BatchOutcome {
        shape = maps.shape
        self.labels = labels
        averageMaps(maps)
        probabilities = labels.indices.map(probabilities(of:))
        var outcome = BatchOutcome(images: labels.count)
        for (label, row) in zip(labels, probabilities) {
            outcome.loss -= log(max(row[label], .leastNormalMagnitude)) / Double(labels.count)
            if row[label] == row.max() { outcome.correct += 1 }
        }
        return outcome
    }

    private func averageMaps(_ maps: FeatureMaps<Scalar>) {
        let (batch, pixels) = (maps.shape.batch, maps.shape.rows * maps.shape.columns)
        means = [Scalar](repeating: 0, count: inputs * batch)
        means.withUnsafeMutableBufferPointer { means in
            for channel in 0..<inputs {
                for pixel in 0..<pixels {
                    Scalar.kernels.add(
                        1 / Scalar(pixels), maps.channel(channel) + pixel * batch,
                        means.baseAddress! + channel * batch, batch)
                }
            }
        }
    }

    private func logits(of image: Int) -> [Double] {
        (0..<classes).map { row in
            let factors = weights.value(matrix) + row * inputs
            var total = Double(weights.value(bias)[row])
            for channel in 0..<inputs { total += Double(factors[channel] * means[channel * labels.count + image]) }
            return total
        }
    }

    private func probabilities(of image: Int) -> [Double] {
        let logits = logits(of: image)
        let top = logits.max() ?? 0
        let powers = logits.map { exp($0 - top) }
        let total = powers.reduce(0, +)
        return powers.map { $0 / total }
    }

    /// The sum of the numbers of all classes and images, before they become probabilities.
    func total(_ maps: FeatureMaps<Scalar>) -> Double {
        shape = maps.shape
        labels = Array(repeating: 0, count: maps.shape.batch)
        averageMaps(maps)
        return labels.indices.reduce(0) { $0 + logits(of: $1).reduce(0, +) }
    }

    /// The gradient of the mean loss with respect to the maps.
    func backward(_ pass: Pass) -> FeatureMaps<Scalar> {
        backward(pass) { image, row in
            let goal = row == self.labels[image] ? 1.0 : 0
            return Scalar((self.probabilities[image][row] - goal) / Double(self.labels.count))
        }
    }

    /// The gradient of `total` with respect to the maps.
    func backwardOfTotal(_ pass: Pass) -> FeatureMaps<Scalar> { backward(pass) { _, _ in 1 } }

    private func backward(_ pass: Pass, _ slope: (_ image: Int, _ row: Int) -> Scalar) -> FeatureMaps<Scalar> {
        let shape = shape.unsafelyUnwrapped
        let result = inputGradient.maps(shape)
        let (batch, pixels) = (shape.batch, shape.rows * shape.columns)
        var slopes = [Scalar](repeating: 0, count: inputs * batch)
        for image in labels.indices {
            for row in 0..<classes {
                let slope = slope(image, row)
                learn(slope, row, image, pass)
                let factors = weights.value(matrix) + row * inputs
                for channel in 0..<inputs { slopes[channel * batch + image] += slope * factors[channel] }
            }
        }
        for channel in 0..<inputs {
            for pixel in 0..<pixels {
                let to = result.channel(channel) + pixel * batch
                for image in 0..<batch { to[image] = slopes[channel * batch + image] / Scalar(pixels) }
            }
        }
        return result
    }

    private func learn(_ slope: Scalar, _ row: Int, _ image: Int, _ pass: Pass) {
        guard pass.learnsWeights else { return }
        let gradients = weights.gradient(matrix) + row * inputs
        for channel in 0..<inputs { gradients[channel] += slope * means[channel * labels.count + image] }
        weights.gradient(bias)[row] += slope
    }
}

/// What a network made of some images.
public struct BatchOutcome: Sendable, Hashable {
    /// Mean cross-entropy, nats.
    public var loss = 0.0
    public var correct = 0
    public var images: Int

    public var accuracy: Double { Double(correct) / Double(max(images, 1)) }

    /// Both together.
    public static func + (a: BatchOutcome, b: BatchOutcome) -> BatchOutcome {
        let images = a.images + b.images
        let loss = (a.loss * Double(a.images) + b.loss * Double(b.images)) / Double(max(images, 1))
        return BatchOutcome(loss: loss, correct: a.correct + b.correct, images: images)
    }
}
