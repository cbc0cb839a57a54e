import AttuneCore
import AttuneMath
import Foundation
import Testing

struct BoundedMinimizerTests {
    /// Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)².
    static func rosenbrock(_ x: [Double], _ gradient: inout [Double]) -> Double {
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

    @Test(arguments: [2, 5, 10, 20])
    func `Rosenbrock's valley is followed to its end`(dimensions: Int) {
        let bounds = [ClosedRange<Double>](repeating: -.infinity ... .infinity, count: dimensions)
        let minimizer = BoundedMinimizer(bounds: bounds, maximumIterations: 500, relativeDecrease: 0)
        let start = (0..<dimensions).map { $0 % 2 == 0 ? -1.2 : 1 }
        let minimum = minimizer.minimize(from: start, Self.rosenbrock)
        #expect(minimum.reason == .flat, "\(minimum)")
        #expect(minimum.value < 1e-10 || dimensions > 2 && abs(minimum.value - 3.98) < 0.1, "\(minimum)")
    }
}
