import AttuneCore
import Testing

@testable import AttuneDigits

struct NetworkTests {
    /// Central differences with step 2⁻⁹ in single precision. Gradients reach 0.4 to 2 and truncation and rounding
    /// come to 8·10⁻⁵ at worst, so a wrong term stands out from the tolerance of 10⁻³.
    @Test(arguments: Activation.allCases, [0, 0.3] as [Float])
    func `the gradient agrees with finite differences in every parameter`(
        activation: Activation, probability: Float
    ) throws {
        var random = RandomSource(seed: 7, stream: 0)
        let network = Network(widths: [64, 5, 4, 10], activation: activation, using: &random)
        let batch = try quickstartDigits().gathering(0..<6)
        let dropout = Dropout(probability: probability)

        func loss(_ network: Network) -> (loss: Double, gradient: [Float]) {
            var masks = RandomSource(seed: 8, stream: 0)  // The same units drop out each time.
            return network.lossAndGradient(on: batch, dropout: dropout, using: &masks)
        }

        let gradient = loss(network).gradient
        let step: Float = 0x1p-9
        for i in network.parameters.indices {
            var above = network
            var below = network
            above.parameters[i] += step
            below.parameters[i] -= step
            let difference = (loss(above).loss - loss(below).loss) / Double(2 * step)
            #expect(abs(difference - Double(gradient[i])) < 1e-3, "parameter \(i)")
        }
    }

    @Test func `dropping units keeps the mean of what is left`() {
        var random = RandomSource(seed: 3, stream: 0)
        let mask = Dropout(probability: 0.25).mask(examples: 100, units: 100, using: &random)
        let mean = mask.values.reduce(0, +) / 10_000
        #expect(abs(mean - 1) < 0.03)  // Five standard errors.
        #expect(Set(mask.values) == [0, Float(4) / 3])
    }

    @Test func `a logit that is not a number names no class and spoils the loss`() {
        let logits = Matrix(rows: 2, columns: 2, values: [3, 1, .nan, 1])
        let predictions = Predictions(logits: logits, labels: [0, 0])
        #expect(predictions.accuracy == 0.5)
        #expect(predictions.loss.isNaN)
    }

    @Test func `the loss of large logits stays finite`() {
        let predictions = Predictions(logits: Matrix(rows: 1, columns: 2, values: [1e4, 0]), labels: [1])
        #expect(predictions.loss == 1e4)
    }
}
