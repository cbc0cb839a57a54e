import AttuneCore
import Testing

@testable import AttuneNAS

/// Training loss ½|w − A a|², validation loss ½|w − b|² + ½ aᵀ H a, where H is nothing at first.
private final class QuadraticProblem: BilevelProblem {
    let matrix = [[1.0, -0.5], [0.25, 2], [-1, 0.75]]
    let goal = [0.3, -1.2, 0.8]
    var architecture = [0.7, -0.4]
    var weights = [1.5, -0.6, 0.2]
    var hessian = [[0.0, 0], [0, 0]]

    var architectureVector: [Double] {
        get { architecture }
        set { architecture = newValue }
    }

    private func product(_ vector: [Double]) -> [Double] {
        matrix.map { zip($0, vector).reduce(0) { $0 + $1.0 * $1.1 } }
    }

    func transposed(_ vector: [Double]) -> [Double] {
        (0..<2).map { column in zip(matrix, vector).reduce(0) { $0 + $1.0[column] * $1.1 } }
    }

    var difference: [Double] { zip(weights, product(architecture)).map { $0 - $1 } }

    func trainingSlopes() -> BilevelSlopes<Double> {
        BilevelSlopes(weights: difference, architecture: transposed(difference).map { -$0 })
    }

    func validationSlopes() -> BilevelSlopes<Double> {
        let slopes = hessian.map { row in zip(row, architecture).reduce(0) { $0 + $1.0 * $1.1 } }
        return BilevelSlopes(weights: zip(weights, goal).map { $0 - $1 }, architecture: slopes)
    }

    func trainingArchitectureSlopes() -> [Double] { trainingSlopes().architecture }
    func validationArchitectureSlopes() -> [Double] { validationSlopes().architecture }
}

struct BilevelTests {
    /// The weights after a step are w' = w − ξ (μ m + (w − A a) + λ w), and dw'/da = ξ A: the gradient is ξ Aᵀ (w' − b).
    @Test(arguments: [
        WeightStep<Double>(rate: 0.1, momentum: 0, decay: 0, velocity: []),
        WeightStep<Double>(rate: 0.05, momentum: 0.9, decay: 0.01, velocity: [0.4, -0.3, 1.1]),
    ])
    func `looking a step ahead gives the gradient in closed form`(step: WeightStep<Double>) {
        let problem = QuadraticProblem()
        let start = problem.weights
        let velocity = step.velocity.isEmpty ? [0, 0, 0] : step.velocity
        let ahead = start.indices.map {
            start[$0] - step.rate
                * (step.momentum * velocity[$0] + problem.difference[$0] + step.decay * start[$0])
        }
        let expected = problem.transposed(zip(ahead, problem.goal).map { $0 - $1 }).map { step.rate * $0 }
        let slopes = problem.architectureSlopes(lookingAhead: step)
        for (slope, wanted) in zip(slopes, expected) { #expect(abs(slope - wanted) < 1e-4 * abs(wanted)) }
        #expect(problem.weights == start)
    }

    /// [[2, 1], [1, −1]] has the eigenvalues (1 ± √13) / 2.
    @Test func `the curvature is the eigenvalue of largest size`() {
        let problem = QuadraticProblem()
        let start = problem.architecture
        for (sign, seed) in [(1.0, UInt64(1)), (-1, 2)] {
            problem.hessian = [[2 * sign, sign], [sign, -sign]]
            var random = RandomSource(seed: seed)
            let expected = sign * (1 + 13.0.squareRoot()) / 2
            #expect(abs(problem.curvature(rounds: 40, using: &random) - expected) < 1e-6, "seed \(seed)")
        }
        problem.hessian = [[0, 0], [0, 0]]
        var random = RandomSource(seed: 3)
        #expect(problem.curvature(using: &random) == 0)
        #expect(problem.architecture == start)
    }

    @Test func `without looking ahead the gradient is nothing at all`() {
        #expect(QuadraticProblem().validationArchitectureSlopes() == [0, 0])
    }
}
