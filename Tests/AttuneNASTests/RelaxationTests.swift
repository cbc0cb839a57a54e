import AttuneCore
import Testing

@testable import AttuneNAS

struct RelaxationTests {
    private let numbers = [0.3, -1, 2, 0.5, -0.2]

    /// The 0.999 quantile of chi squared with 4 degrees of freedom is 18.47.
    @Test func `operations are drawn as often as the softmax says`() {
        var random = RandomSource(seed: 11)
        var counts = [Double](repeating: 0, count: numbers.count)
        let draws = 100_000
        for _ in 0..<draws {
            let edge = Relaxation.gumbel.draw(numbers, temperature: 1, using: &random)
            counts[edge.weights.firstIndex(of: 1) ?? 0] += 1
        }
        let expected = softmax(numbers).map { $0 * Double(draws) }
        let chi = zip(counts, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) / $1.1 }
        #expect(chi < 18.47, "\(counts)")
    }

    @Test(arguments: [Relaxation.softmax, .sigmoid])
    func `slopes agree with differences`(relaxation: Relaxation) {
        let direction = [1, -2, 0.5, 0.25, 3]
        func loss(_ numbers: [Double]) -> Double {
            var random = RandomSource(seed: 1)
            let edge = relaxation.draw(numbers, temperature: 1, using: &random)
            return zip(edge.weights, direction).reduce(0) { $0 + $1.0 * $1.1 }
        }
        var random = RandomSource(seed: 1)
        let slopes = relaxation.draw(numbers, temperature: 1, using: &random).slopes(direction)
        #expect(GradientCheck.error(slopes, loss, at: numbers) < 1e-6)
    }

    /// Straight through: the hard draw's slopes are those of the softmax with the same noise.
    @Test(arguments: [0.1, 1, 10])
    func `a hard draw has the slopes of the soft one`(temperature: Double) {
        let direction = [1, -2, 0.5, 0.25, 3]
        func soft(_ numbers: [Double]) -> Double {
            var random = RandomSource(seed: 4)
            let noisy = numbers.map { ($0 + gumbelNoise(&random)) / temperature }
            return zip(softmax(noisy), direction).reduce(0) { $0 + $1.0 * $1.1 }
        }
        var random = RandomSource(seed: 4)
        let slopes = Relaxation.gumbel.draw(numbers, temperature: temperature, using: &random).slopes(direction)
        #expect(GradientCheck.error(slopes, soft, at: numbers, step: 1e-4) < 1e-4)
    }
}
