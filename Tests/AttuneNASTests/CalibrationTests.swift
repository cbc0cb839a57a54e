import AttuneCore
import Foundation
import Testing

@testable import AttuneNAS

struct CalibrationTests {
    /// Predictions that are right by their own probabilities, and the same raised to a power.
    private func scene(_ sharpness: Double, seed: UInt64) -> (predictions: [[Double]], labels: [Int]) {
        var random = RandomSource(seed: seed)
        let honest = (0..<4000).map { _ in softmax((0..<3).map { _ in 1.5 * random.normal() }) }
        let labels = honest.map { row in
            let draw = random.uniform()
            return draw < row[0] ? 0 : draw < row[0] + row[1] ? 1 : 2
        }
        return (honest.map { row in softmax(row.map { sharpness * log($0) }) }, labels)
    }

    @Test(arguments: [0.5, 1, 2, 6])
    func `a network that is too sure is found out, and costs no more than one that is not`(sharpness: Double) {
        let seed: UInt64 = 4
        let (predictions, labels) = scene(sharpness, seed: seed)
        let calibration = Calibration(predictions, labels: labels)
        #expect(abs(calibration.temperature / sharpness - 1) < 0.1, "seed \(seed)")
        let (honest, _) = scene(1, seed: seed)
        #expect(abs(calibration.loss - Calibration(honest, labels: labels).loss) < 1e-6, "seed \(seed)")
    }

    @Test func `at its temperature the loss is least`() {
        let (predictions, labels) = scene(2, seed: 5)
        let calibration = Calibration(predictions, labels: labels)
        for factor in [0.8, 0.95, 1.05, 1.25] {
            let temperature = calibration.temperature * factor
            let loss = zip(predictions, labels).reduce(0) { total, image in
                total - log(softmax(image.0.map { log($0) / temperature })[image.1]) / Double(labels.count)
            }
            #expect(loss > calibration.loss, "seed 5, \(factor)")
        }
    }

    @Test func `predictions that are all right, or certain and wrong, are numbers`() {
        let right = Calibration([[1, 0], [0, 1]], labels: [0, 1])
        #expect(right.loss >= 0 && right.loss < 1e-6)
        let wrong = Calibration([[1, 0], [0, 1]], labels: [1, 0])
        #expect(wrong.loss.isFinite && wrong.temperature > 1)
    }
}
