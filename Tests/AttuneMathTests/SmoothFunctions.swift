import AttuneMath

/// Smooth functions with gradients, for minimisers.
enum SmoothFunctions {
    typealias Function = @Sendable (_ x: [Double], _ gradient: inout [Double]) -> Double

    /// Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)².
    static let rosenbrock: Function = { x, gradient in
        var value = 0.0
        for i in x.indices { gradient[i] = 0 }
        for i in 0..<(x.count - 1) {
            let (bend, rest) = (x[i + 1] - x[i] * x[i], 1 - x[i])
            value += 100 * bend * bend + rest * rest
            gradient[i] -= 400 * bend * x[i] + 2 * rest
            gradient[i + 1] += 200 * bend
        }
        return value
    }

    /// ½ Σ i (xᵢ − tᵢ)² + ½ (Σ xᵢ)² with t = 2, −½, 2, −½, …
    static let quadratic: Function = { x, gradient in
        let sum = x.reduce(0, +)
        var value = sum * sum / 2
        for i in x.indices {
            let rest = x[i] - (i % 2 == 0 ? 2 : -0.5)
            value += Double(i + 1) * rest * rest / 2
            gradient[i] = Double(i + 1) * rest + sum
        }
        return value
    }

    /// Beale's function of two variables.
    static let beale: Function = { x, gradient in
        var value = 0.0
        (gradient[0], gradient[1]) = (0, 0)
        var (power, derivative) = (x[1], 1.0)
        for (constant, exponent) in [(1.5, 1.0), (2.25, 2), (2.625, 3)] {
            let rest = constant - x[0] + x[0] * power
            value += rest * rest
            gradient[0] += 2 * rest * (power - 1)
            gradient[1] += 2 * rest * x[0] * derivative
            derivative = (exponent + 1) * power
            power *= x[1]
        }
        return value
    }

    /// (x₁ − 1)² + Σ i (2 xᵢ² − xᵢ₋₁)², of Dixon & Price.
    static let dixonPrice: Function = { x, gradient in
        var value = (x[0] - 1) * (x[0] - 1)
        gradient[0] = 2 * (x[0] - 1)
        for i in 1..<x.count {
            let rest = 2 * x[i] * x[i] - x[i - 1]
            value += Double(i + 1) * rest * rest
            gradient[i] = Double(i + 1) * 8 * rest * x[i]
            gradient[i - 1] -= Double(i + 1) * 2 * rest
        }
        return value
    }

    /// Σ (xᵢ − 1)² − Σ xᵢ xᵢ₋₁.
    static let trid: Function = { x, gradient in
        var value = 0.0
        for i in x.indices {
            value += (x[i] - 1) * (x[i] - 1)
            gradient[i] = 2 * (x[i] - 1)
        }
        for i in 1..<x.count {
            value -= x[i] * x[i - 1]
            gradient[i] -= x[i - 1]
            gradient[i - 1] -= x[i]
        }
        return value
    }
}
