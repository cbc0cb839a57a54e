import AttuneCore
import Foundation
import Testing

@testable import AttuneAlgorithms

struct AcquisitionTests {
    static let functions: [Acquisition] = [
        .logExpectedImprovement, .logProbabilityOfImprovement, .confidenceBound(1.96), .confidenceBound(0),
    ]
    /// Means and deviations beside a best value of 0.2: promising, hopeless, certain, wide.
    static let beliefs: [(mean: Double, deviation: Double)] = [
        (0, 1), (0.2, 0.5), (-2, 0.3), (3, 0.4), (5, 0.1), (0.21, 0.01), (1, 4),
    ]

    @Test(arguments: functions, beliefs) func `derivatives agree with differences`(
        _ acquisition: Acquisition, _ belief: (mean: Double, deviation: Double)
    ) {
        let found = acquisition.value(mean: belief.mean, deviation: belief.deviation, best: 0.2)
        let differences = slopes(at: [belief.mean, belief.deviation], step: 1e-6 * belief.deviation) {
            acquisition.value(mean: $0[0], deviation: $0[1], best: 0.2).value
        }
        #expect(abs(found.byMean - differences[0]) < 1e-5 * max(1, abs(found.byMean)))
        #expect(abs(found.byDeviation - differences[1]) < 1e-5 * max(1, abs(found.byDeviation)))
    }

    @Test(arguments: [(0, 1), (0.2, 0.5), (-2, 0.3), (1.5, 0.4), (1, 4)] as [(Double, Double)])
    func `logEI is the logarithm of the mean improvement`(mean: Double, deviation: Double) {
        let integral = integral { max(0.2 - mean - deviation * $0, 0) }
        let found = Acquisition.logExpectedImprovement.value(mean: mean, deviation: deviation, best: 0.2).value
        #expect(abs(found - log(integral)) < 1e-4, "\(found) for \(log(integral))")
    }

    @Test(arguments: [(0, 1), (0.2, 0.5), (-2, 0.3), (1, 4)] as [(Double, Double)])
    func `logPI is the logarithm of the chance of an improvement`(mean: Double, deviation: Double) {
        let chance = 0.5 * erfc(-(0.2 - mean) / deviation / 2.0.squareRoot())
        let found = Acquisition.logProbabilityOfImprovement.value(mean: mean, deviation: deviation, best: 0.2).value
        #expect(abs(found - log(chance)) < 1e-12)
    }

    @Test func `the bound is so many deviations below the mean, larger is better`() {
        #expect(Acquisition.confidenceBound(2).value(mean: 3, deviation: 0.5, best: -100).value == -2)
    }

    @Test(arguments: [Acquisition.logExpectedImprovement, .logProbabilityOfImprovement])
    func `far from any improvement there is still a slope`(_ acquisition: Acquisition) {
        let (value, byMean, byDeviation) = acquisition.value(mean: 1e4, deviation: 0.01, best: 0)
        #expect(value.isFinite && byMean < 0 && byMean.isFinite && byDeviation > 0 && byDeviation.isFinite)
    }

    @Test(arguments: functions) func `less mean is better`(_ acquisition: Acquisition) {
        let values = stride(from: 30.0, through: -30, by: -0.5).map {
            acquisition.value(mean: $0, deviation: 0.7, best: 0.2).value
        }
        #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test func `exploration goes from 0, certain to be better, to 1, no better in the mean`() {
        let parts = stride(from: -40.0, through: 5, by: 0.5).map {
            Acquisition.exploration(mean: $0, deviation: 1, best: 0)
        }
        #expect(parts.allSatisfy { (0...1).contains($0) })
        #expect(zip(parts, parts.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(parts[0] < 1e-6)
        #expect(Acquisition.exploration(mean: 0, deviation: 1, best: 0) == 1)
        #expect(Acquisition.exploration(mean: 1e6, deviation: 1e-3, best: 0) == 1)
    }

    // MARK: Portfolio

    @Test func `what has brought more is chosen more often, and nothing is given up`() {
        let choosers: [String?] = ["LCB", "logEI", "logPI", nil] + Array(repeating: "LCB", count: 20)
        let targets = [-2, 1, 1, -50.0] + Array(repeating: -1.5, count: 20)
        var random = RandomSource(seed: 8)
        let names = (0..<1000).map { _ in AcquisitionPortfolio.choice(choosers, targets, using: &random).name }
        // P ∝ exp(mean gain), with 1.457, −1/2 and −1/2 as the gains: 0.78 of the choices.
        #expect(720...840 ~= names.count { $0 == "LCB" })
        #expect(names.contains("logEI") && names.contains("logPI"))
    }

    @Test func `with nothing known every function is as likely`() {
        var random = RandomSource(seed: 8)
        let names = (0..<900).map { _ in AcquisitionPortfolio.choice([nil, nil], [1, 2], using: &random).name }
        for name in ["logEI", "logPI", "LCB"] { #expect(240...360 ~= names.count { $0 == name }) }
    }

    /// The mean of a function of a standard normal number, by Simpson's rule.
    private func integral(_ function: (Double) -> Double) -> Double {
        let (steps, end) = (8_000, 12.0)
        let width = 2 * end / Double(steps)
        return (0...steps).reduce(0) { sum, index in
            let t = -end + Double(index) * width
            let weight = index == 0 || index == steps ? 1.0 : index.isMultiple(of: 2) ? 2 : 4
            return sum + weight * function(t) * exp(-t * t / 2) / (2 * Double.pi).squareRoot()
        } * width / 3
    }
}
