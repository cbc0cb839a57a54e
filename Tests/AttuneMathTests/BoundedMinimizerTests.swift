import AttuneCore
import AttuneMath
import Foundation
import Testing

struct BoundedMinimizerTests {
    /// A problem with what SciPy 1.17.1 makes of it: `minimize(method="L-BFGS-B", maxcor=10, ftol=1e-9, gtol=1e-6)`.
    struct Problem: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let function: SmoothFunctions.Function
        let start: [Double]
        let bounds: [ClosedRange<Double>]
        let value: Double
        let evaluations: Int

        init(
            _ name: String, _ function: @escaping SmoothFunctions.Function, _ dimensions: Int, from start: [Double],
            in bounds: [ClosedRange<Double>], value: Double, evaluations: Int
        ) {
            testDescription = name
            self.function = function
            self.start = (0..<dimensions).map { start[$0 % start.count] }
            self.bounds = (0..<dimensions).map { bounds[$0 % bounds.count] }
            self.value = value
            self.evaluations = evaluations
        }
    }

    static let everywhere: ClosedRange<Double> = -.infinity ... .infinity

    static let problems: [Problem] = [
        Problem(
            "Rosenbrock 2", SmoothFunctions.rosenbrock, 2, from: [-1.2, 1], in: [everywhere], value: 0, evaluations: 44),
        Problem(
            "Rosenbrock 5", SmoothFunctions.rosenbrock, 5, from: [-1.2, 1], in: [everywhere], value: 0, evaluations: 67),
        Problem(
            "Rosenbrock 10", SmoothFunctions.rosenbrock, 10, from: [-1.2, 1], in: [everywhere], value: 0,
            evaluations: 88),
        Problem(
            "Rosenbrock 20", SmoothFunctions.rosenbrock, 20, from: [-1.2, 1], in: [everywhere], value: 0,
            evaluations: 151),
        Problem(
            "Rosenbrock 2, a bound active", SmoothFunctions.rosenbrock, 2, from: [-1.2, 1], in: [-2...0.5, -1...2],
            value: 0.25, evaluations: 30),
        Problem(
            "Rosenbrock 10, a bound active", SmoothFunctions.rosenbrock, 10, from: [-1.2, 1], in: [-2...0.8],
            value: 6.001016394619247, evaluations: 37),
        Problem(
            "Rosenbrock 20, bounds around", SmoothFunctions.rosenbrock, 20, from: [-1.2, 1], in: [-2...2], value: 0,
            evaluations: 134),
        Problem(
            "Rosenbrock 20, the minimum on bounds", SmoothFunctions.rosenbrock, 20, from: [3],
            in: [1...100, -100...100],
            value: 0, evaluations: 58),
        Problem("quadratic 8", SmoothFunctions.quadratic, 8, from: [0], in: [0...1], value: 16.5, evaluations: 6),
        Problem(
            "quadratic 60", SmoothFunctions.quadratic, 60, from: [0.5], in: [0...1], value: 900.5500715640381,
            evaluations: 9),
        Problem("Beale", SmoothFunctions.beale, 2, from: [1], in: [-4.5...4.5], value: 0, evaluations: 16),
        Problem(
            "Beale, a bound active", SmoothFunctions.beale, 2, from: [1], in: [-4.5...2, -4.5...4.5],
            value: 0.5233448360104926, evaluations: 11),
        Problem(
            "Dixon–Price 10", SmoothFunctions.dixonPrice, 10, from: [1], in: [-10...10], value: 2 / 3, evaluations: 42),
        Problem("trid 10", SmoothFunctions.trid, 10, from: [0], in: [-100...100], value: -210, evaluations: 12),
        Problem(
            "trid 10, bounds active", SmoothFunctions.trid, 10, from: [0], in: [-100...15], value: -163.75,
            evaluations: 10),
    ]

    @Test(arguments: problems)
    func `the minimum is SciPy's and costs at most half as much again`(problem: Problem) {
        let minimizer = BoundedMinimizer(bounds: problem.bounds, maximumIterations: 1000)
        let minimum = minimizer.minimize(from: problem.start, problem.function)
        #expect(minimum.value < problem.value + 1e-6 * max(1, problem.value.magnitude), "\(minimum)")
        #expect(minimum.evaluations * 2 <= problem.evaluations * 3, "\(minimum.evaluations), \(problem.evaluations)")
        #expect(zip(minimum.point, problem.bounds).allSatisfy { $1.contains($0) })
    }

    @Test(arguments: 0..<20)
    func `a convex quadratic ends where the conditions of optimality hold`(seed: UInt64) {
        var random = RandomSource(seed: seed)
        let dimensions = 2 + random.below(12)
        let curvature = Samples.positiveDefinite(dimensions, using: &random)
        let centre = Samples.vector(dimensions, using: &random)
        let bounds = (0..<dimensions).map { _ in -random.uniform()...random.uniform() }
        let minimizer = BoundedMinimizer(bounds: bounds, gradientTolerance: 1e-8, relativeDecrease: 0)
        let minimum = minimizer.minimize(from: Samples.vector(dimensions, using: &random)) { x, gradient in
            var value = 0.0
            for i in x.indices {
                gradient[i] = x.indices.reduce(0) { $0 + curvature[i, $1] * (x[$1] - centre[$1]) }
                value += gradient[i] * (x[i] - centre[i]) / 2
            }
            return value
        }
        #expect(minimum.gradientNorm < 1e-6, "seed \(seed): \(minimum)")
    }

    // MARK: Endings

    @Test func `a start outside the bounds is moved into them`() {
        let minimum = BoundedMinimizer(bounds: [0...1, 2...2]).minimize(from: [-5, 7]) { x, gradient in
            #expect((0...1).contains(x[0]) && x[1] == 2)
            (gradient[0], gradient[1]) = (2 * (x[0] - 3), 1)
            return (x[0] - 3) * (x[0] - 3) + x[1]
        }
        #expect(minimum.point == [1, 2])
        #expect(minimum.reason == .flat)
    }

    @Test func `no coordinates are a minimum at once`() {
        let minimum = BoundedMinimizer(bounds: []).minimize(from: []) { _, _ in 4 }
        #expect(minimum.value == 4 && minimum.reason == .flat && minimum.evaluations == 1)
    }

    @Test(arguments: [Double.nan, .infinity])
    func `a start without a finite value stays where it is`(value: Double) {
        let minimum = BoundedMinimizer(bounds: [0...1]).minimize(from: [0.5]) { _, _ in value }
        #expect(minimum.reason == .notFinite && minimum.point == [0.5] && minimum.evaluations == 1)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func `a region without finite values is kept out of`(hole: Double) {
        let minimizer = BoundedMinimizer(bounds: [-10...10, -10...10])
        let minimum = minimizer.minimize(from: [-9, 1]) { x, gradient in
            if x[0] > 2 { return hole }
            gradient[0] = 2 * (x[0] - 1)
            gradient[1] = 4 * x[1]
            return (x[0] - 1) * (x[0] - 1) + 2 * x[1] * x[1]
        }
        #expect(largestDifference(minimum.point, [1, 0]) < 1e-5, "\(minimum)")
    }

    @Test func `a gradient that is not finite counts as no value`() {
        let minimum = BoundedMinimizer(bounds: [0...10]).minimize(from: [0.1]) { x, gradient in
            gradient[0] = x[0] > 4 ? .nan : 1 - 1 / x[0]
            return x[0] - log(x[0])
        }
        #expect(largestDifference(minimum.point, [1]) < 1e-4, "\(minimum)")
    }

    @Test func `a wrong gradient ends the search and not the process`() {
        let minimum = BoundedMinimizer(bounds: [Self.everywhere, Self.everywhere]).minimize(from: [1, 1]) {
            x, gradient in
            (gradient[0], gradient[1]) = (-2 * x[0], -2 * x[1])
            return x[0] * x[0] + x[1] * x[1]
        }
        #expect(minimum.reason == .noStep && minimum.value == 2)
    }

    @Test func `an unbounded fall ends`() {
        let minimum = BoundedMinimizer(bounds: [Self.everywhere]).minimize(from: [0]) { x, gradient in
            gradient[0] = -1
            return -x[0]
        }
        #expect(minimum.value < -1e6 && minimum.iterations <= 100)
    }

    @Test func `a kink is approached`() {
        let minimum = BoundedMinimizer(bounds: [-3...2]).minimize(from: [-2.7]) { x, gradient in
            gradient[0] = x[0] > 0.3 ? 1 : -1
            return abs(x[0] - 0.3)
        }
        #expect(minimum.value < 1e-3, "\(minimum)")
    }

    @Test func `iterations are counted and limited`() {
        let minimizer = BoundedMinimizer(bounds: [Self.everywhere, Self.everywhere], maximumIterations: 3)
        let minimum = minimizer.minimize(from: [-1.2, 1], SmoothFunctions.rosenbrock)
        #expect(minimum.iterations == 3 && minimum.reason == .mostIterations)
    }
}
