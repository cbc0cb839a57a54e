import Testing

@testable import AttuneDigits

struct OptimizerTests {
    @Test func `momentum adds a share of the last velocity`() {
        var optimizer = MomentumDescent(momentum: 0.5, parameterCount: 1)
        var parameters: [Float] = [1]
        optimizer.step(&parameters, along: [2], rate: 0.125)
        #expect(parameters == [0.75])
        optimizer.step(&parameters, along: [2], rate: 0.125)  // velocity 0.5 · 2 + 2 = 3
        #expect(parameters == [0.375])
    }

    @Test func `the first step of Adam is the rate, against the gradient's sign`() {
        var optimizer = Adam(parameterCount: 3)
        var parameters: [Float] = [0, 0, 0]
        optimizer.step(&parameters, along: [100, -0.01, 0], rate: 0.125)
        #expect(abs(parameters[0] + 0.125) < 1e-5)
        #expect(abs(parameters[1] - 0.125) < 1e-5)
        #expect(parameters[2] == 0)
    }

    @Test func `Adam follows the paper's algorithm, with its bias corrections written out`() {
        var optimizer = Adam(parameterCount: 1)
        var parameters: [Float] = [1]
        var (expected, mean, square) = (1.0, 0.0, 0.0)
        for (step, gradient) in zip(1..., [1, -2, 0.5, 0.25]) {
            optimizer.step(&parameters, along: [Float(gradient)], rate: 0.01)
            mean = 0.9 * mean + 0.1 * gradient
            square = 0.999 * square + 0.001 * gradient * gradient
            let (meanHat, squareHat) = (mean / (1 - power(0.9, step)), square / (1 - power(0.999, step)))
            expected -= 0.01 * meanHat / (squareHat.squareRoot() + 1e-8)
            #expect(abs(Double(parameters[0]) - expected) < 1e-5)
        }
    }

    @Test func `weight decay shrinks parameters by its amount`() {
        var parameters: [Float] = [4, -8]
        parameters.decay(by: 0.25)
        #expect(parameters == [3, -6])
    }

    @Test func `the cosine schedule falls from the whole rate through half of it`() {
        #expect(Schedule.cosine.factor(at: 0) == 1)
        #expect(abs(Schedule.cosine.factor(at: 0.5) - 0.5) < 1e-6)
        #expect(Schedule.constant.factor(at: 0.5) == 1)
    }

    private func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { product, _ in product * base }
    }
}
