import AttuneCore
import Foundation
import Testing

@testable import AttuneAlgorithms

/// Densities of Parzen mixtures, against the formulae written out and against their own draws.
struct TPEMixtureTests {
    private static let optimizer = ParameterSpec("optimizer", .categorical(["sgd", "adam", "ftrl"]))
    private static let momentum = ParameterSpec(
        "momentum", .double(0...1), when: Condition("optimizer", .oneOf([.text("sgd")])))

    /// Two numeric axes, one on a grid of ten, and a categorical one with a conditional child; three kernels.
    private func sample() throws -> ParzenMixture {
        let space = try SearchSpace([
            ParameterSpec("rate", .double(1e-4...1, .logUniform)), ParameterSpec("layers", .int(1...10)),
            TPEMixtureTests.optimizer, TPEMixtureTests.momentum,
        ])
        let centres: [Float] = [
            0.02, 0.5, 0.98,  // rate
            0.05, 0.45, 0.95,  // layers
            0, 0, 2,  // optimizer
            0.3, 0.9, -1,  // momentum
        ]
        return ParzenMixture(
            ParzenSpace(space), centres: centres, weights: [1, 2, 0.5], priorWeight: 1.5,
            widths: [0.1, 0.2, 0.3, 0.05])
    }

    /// The same mixture in double precision, by the definition.
    private func reference(_ point: [Double]) -> Double {
        func normal(_ x: Double, _ centre: Double, _ width: Double) -> Double {
            let z = (x - centre) / width
            let mass = (erf(centre / width / 2.0.squareRoot()) + erf((1 - centre) / width / 2.0.squareRoot())) / 2
            return exp(-z * z / 2) / (width * (2 * Double.pi).squareRoot() * mass)
        }
        let kernels: [(weight: Double, rate: Double, layers: Double, optimizer: Double, momentum: Double?)] = [
            (1, 0.02, 0.05, 0, 0.3), (2, 0.5, 0.45, 0, 0.9), (0.5, 0.98, 0.95, 2, nil),
        ]
        let sum = kernels.reduce(1.5) { sum, kernel in
            var density = kernel.weight * normal(point[0], kernel.rate, 0.1) * normal(point[1], kernel.layers, 0.2)
            density *= kernel.optimizer == point[2] ? 0.7 * 3 : 0.15 * 3
            if point[3] >= 0, let momentum = kernel.momentum { density *= normal(point[3], momentum, 0.05) }
            return sum + density
        }
        return sum / 5
    }

    @Test(arguments: [
        [0.1, 0.15, 0.0, 0.35], [0.5, 0.45, 0.0, 0.9], [0.97, 0.95, 2.0, -1.0], [0.0, 0.05, 1.0, -1.0],
        [0.6, 0.75, 0.0, 0.1],
    ]) func `a density is the weighted sum of products of kernels`(_ point: [Double]) throws {
        let mixture = try sample()
        var scratch = [Float](repeating: 0, count: mixture.count + 1)
        let density = point.withUnsafeBufferPointer { mixture.density(at: $0, scratch: &scratch) }
        #expect(abs(density.logarithm - log(reference(point))) < 2e-5)
    }

    @Test func `a density over a conditional space integrates to one`() throws {
        let space = ParzenSpace(try SearchSpace([TPEMixtureTests.optimizer, TPEMixtureTests.momentum]))
        let mixture = ParzenMixture(
            space, centres: [0, 0, 1, 2, 0.1, 0.95, -1, -1], weights: [1, 1, 1, 1], priorWeight: 1, widths: [0.2, 0.07])
        var scratch = [Float](repeating: 0, count: 5)
        func density(_ point: [Double]) -> Double {
            exp(point.withUnsafeBufferPointer { mixture.density(at: $0, scratch: &scratch) }.logarithm)
        }
        let middles = (0..<1000).map { (Double($0) + 0.5) / 1000 }
        let withMomentum = middles.reduce(0) { $0 + density([0, $1]) } / 1000
        let integral = (withMomentum + density([1, -1]) + density([2, -1])) / 3
        #expect(abs(integral - 1) < 1e-4)
    }

    @Test func `draws fall where the density is`() throws {
        let mixture = try sample()
        var random = RandomSource(seed: 3)
        var scratch = [Float](repeating: 0, count: mixture.count + 1)
        var point = [Double](repeating: 0, count: 4)
        // The mean of 1 / density over draws is the volume of the space, which is 1 with these measures.
        var inverse = 0.0
        let draws = 20_000
        for _ in 0..<draws {
            point.withUnsafeMutableBufferPointer { mixture.draw(into: $0, using: &random) }
            #expect(point[2] == 0 || point[3] == ParzenAxis.inactive)
            inverse += exp(-point.withUnsafeBufferPointer { mixture.density(at: $0, scratch: &scratch) }.logarithm)
        }
        #expect(abs(inverse / Double(draws) - 1) < 0.05)
    }

    @Test func `the share of the last kernels is theirs alone`() throws {
        let mixture = try sample()
        var scratch = [Float](repeating: 0, count: mixture.count + 1)
        let atLast = [0.98, 0.95, 2.0, -1.0]
        let share = atLast.withUnsafeBufferPointer { mixture.density(at: $0, scratch: &scratch, last: 1).shareOfLast }
        let none = atLast.withUnsafeBufferPointer { mixture.density(at: $0, scratch: &scratch).shareOfLast }
        #expect(share > 0.9 && share < 1)
        #expect(none == 0)
    }

    @Test func `a kernel far from a point adds nothing, and the prior keeps the density above zero`() throws {
        let space = ParzenSpace(try SearchSpace([ParameterSpec("x", .double(0...1))]))
        let mixture = ParzenMixture(space, centres: [0], weights: [99], priorWeight: 1, widths: [0.001])
        var scratch = [Float](repeating: 0, count: 2)
        let density = [1.0].withUnsafeBufferPointer { mixture.density(at: $0, scratch: &scratch) }
        #expect(abs(density.logarithm - log(0.01)) < 1e-6)
    }
}
