import AttuneCore
import Foundation
import Testing

@testable import AttuneAlgorithms

struct CurveTests {
    // From scipy 1.17, t.cdf.
    @Test(
        arguments: [
            (1.3, 1, 0.7912855998398473), (0.7, 2, 0.7218034876835673), (-2.1, 5, 0.044876624942299395),
            (1.9, 8, 0.9530160517962656), (0.3, 27, 0.616762621629322), (-3, 64, 0.0019219959329603927),
        ] as [(Double, Int, Double)])
    func `Student's distribution`(_ t: Double, _ freedom: Int, _ chance: Double) {
        #expect(abs(StudentDistribution.cumulative(t, freedom: freedom) - chance) < 1e-12)
    }

    @Test(arguments: [0.5, 1.0, 1.7]) func `the ensemble finds where a power law ends`(_ exponent: Double) {
        let curve = (1...50).map { 0.2 + pow(Double($0), -exponent) }
        let forecast = ShapeEnsemble(Array(curve[..<25]), horizon: 50)
        #expect(forecast.probability(below: curve[49] - 0.15) < 0.05)
        #expect(forecast.probability(below: curve[49] + 0.15) > 0.95)
    }

    @Test func `the ensemble is sure of what is flat, and of nothing at the start`() {
        let flat = ShapeEnsemble([0.5, 0.5, 0.5, 0.5], horizon: 20)
        #expect(flat.probability(below: 0.499) < 0.01 && flat.probability(below: 0.501) > 0.99)
        let young = ShapeEnsemble([1, 0.8, 0.7], horizon: 50)
        #expect((0.1...0.9).contains(young.probability(below: 0.5)))
    }

    @Test func `probabilities are probabilities, whatever was reported`() {
        let curves: [[Double]] = [
            [1e308, -1e308, 1e308], [.leastNonzeroMagnitude, 0, .leastNonzeroMagnitude], [0, 0, 0],
            [1e308, 1e308, 1e308, 1e308], [-1e300, 1, 2],
        ]
        for curve in curves {
            for target in [-Double.greatestFiniteMagnitude, -1, 0, 1e-300, 1, 1e308] {
                let chance = ShapeEnsemble(curve, horizon: 9).probability(below: target)
                #expect(chance.isNaN || (0...1).contains(chance), "\(curve), \(target)")
            }
        }
    }

    @Test func `those that stood alike say what is to be gained`() {
        let others = (0..<20).map { index -> (here: Double, end: Double) in
            let offset = Double(index) / 100
            return (here: 0.5 + offset, end: 0.3 + offset)
        }
        let forecast = GainsOfOthers(from: 0.6, others: others)
        #expect(forecast.probability(below: 0.45) > 0.85)
        #expect(forecast.probability(below: 0.35) < 0.05)
        let alone = GainsOfOthers(from: 50, others: others)
        #expect(alone.probability(below: 49) < 0.01, "nobody stood near, and nobody gained so much")
        #expect(alone.probability(below: 49.9) > 0.9, "everybody gained so much")
    }

    private static func curve(_ end: Double, _ count: Int = 20) -> [Double] {
        (0..<count).map { end + exp(-Double($0) / 4) }
    }

    @Test func `a trial that will hardly be the best is stopped, one that may is not`() throws {
        var scene = RuleScene("curve", objective: Objective(.minimize, "loss", strategies: ["loss": .latest]))
        for end in [0.2, 0.3, 0.4, 0.5] { try scene.finish(Self.curve(end)) }
        #expect(try scene.verdict(on: Array(Self.curve(0.9).prefix(10))) == .proceed, "too few have ended")
        try scene.finish(Self.curve(0.6))
        #expect(try scene.verdict(on: Array(Self.curve(0.9).prefix(3))) == .proceed, "too few reports")
        #expect(try scene.verdict(on: Array(Self.curve(0.9).prefix(10))) == .stop)
        #expect(try scene.verdict(on: Array(Self.curve(0.1).prefix(10))) == .proceed)
        #expect(try scene.verdict(on: Self.curve(0.1).prefix(5) + [.nan]) == .stop, "it has diverged")
    }

    @Test func `with several objectives one that may join the front is not stopped`() throws {
        let objective = Objective([.init(.minimize, "loss"), .init(.minimize, "size")])
        var scene = RuleScene("curve", objective: objective)
        func rows(_ end: Double, _ size: Double) -> [[Double?]] { Self.curve(end).map { [$0, size] } }
        for (end, size) in [(0.2, 5.0), (0.3, 4.0), (0.4, 3.0), (0.5, 6.0), (0.6, 7.0)] {
            try scene.finish(rows: rows(end, size))
        }
        #expect(try scene.verdict(on: Array(rows(0.9, 1).prefix(10))) == .proceed)
        #expect(try scene.verdict(on: Array(rows(0.9, 9).prefix(10))) == .stop)
    }
}
