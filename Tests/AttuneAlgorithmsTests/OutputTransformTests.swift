import AttuneCore
import Foundation
import Testing

@testable import AttuneAlgorithms

struct OutputTransformTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let values: [Double]
    }

    static let samples: [Sample] = {
        var random = RandomSource(seed: 14)
        let normals = (0..<60).map { _ in random.normal() }
        return [
            Sample(testDescription: "normal", values: normals),
            Sample(testDescription: "bad tail", values: normals.map { exp(2 * $0) }),
            Sample(testDescription: "good tail", values: normals.map { -exp(2 * $0) }),
            Sample(testDescription: "tiny and far off", values: normals.map { 1e6 + 1e-3 * $0 }),
            Sample(testDescription: "huge", values: normals.map { 1e200 * $0 }),
            Sample(testDescription: "mostly equal", values: normals.map { $0 < 1 ? 5 : $0 }),
            Sample(testDescription: "two", values: [1, 3]),
        ]
    }()

    @Test(arguments: samples) func `better stays better`(_ sample: Sample) {
        let transform = OutputTransform(sample.values)
        let sorted = Array(Set(sample.values)).sorted()
        #expect(zip(sorted, sorted.dropFirst()).allSatisfy { transform($0) < transform($1) })
    }

    @Test(arguments: samples) func `values become standard`(_ sample: Sample) {
        let transform = OutputTransform(sample.values)
        let transformed = sample.values.map { transform($0) }
        #expect(abs(transformed.reduce(0, +) / Double(transformed.count)) < 1e-8)
        #expect(abs(sampleVariance(transformed) - 1) < 1e-8)
    }

    @Test(arguments: samples) func `the inverse undoes it`(_ sample: Sample) {
        let transform = OutputTransform(sample.values)
        let reach = (sample.values.max() ?? 0) - (sample.values.min() ?? 0)
        for value in sample.values {
            #expect(abs(transform.inverse(transform(value)) - value) < 1e-8 * reach)
        }
    }

    @Test(arguments: samples.filter { !$0.testDescription.hasPrefix("huge") })
    func `the Jacobian is the product of the slopes`(_ sample: Sample) {
        let transform = OutputTransform(sample.values)
        let places = sample.values.sorted()[..<min(5, sample.values.count)]
        for value in places {
            let step = 1e-3 / transform.slopeAtMedian
            let slope = (transform(value + step) - transform(value - step)) / (2 * step)
            #expect(abs(transform.logJacobian(at: [value]) - log(slope)) < 1e-3)
        }
        let sum = sample.values.reduce(0) { $0 + transform.logJacobian(at: [$1]) }
        #expect(abs(transform.logJacobian(at: sample.values) - sum) < 1e-9 * max(1, abs(sum)))
    }

    @Test func `a long bad tail is drawn in, a normal sample left as it is`() {
        #expect(OutputTransform(OutputTransformTests.samples[1].values).exponent < 0.3)
        #expect(abs(OutputTransform(OutputTransformTests.samples[0].values).exponent - 1) < 0.5)
        #expect(OutputTransform(OutputTransformTests.samples[1].values, exponent: 1).exponent == 1)
    }

    @Test func `with exponent 1 it only shifts and stretches`() {
        let transform = OutputTransform([1, 2, 4, 7], exponent: 1)
        #expect(abs(transform(3.5)) < 1e-12)
        #expect(abs((transform(9) - transform(5)) - 4 * transform.slopeAtMedian) < 1e-12)
    }

    @Test(arguments: [[5.0], [5, 5, 5], [0, 0], [-1e307, -1e307]])
    func `equal values are all zero, and zero is their value`(_ values: [Double]) {
        let transform = OutputTransform(values)
        #expect(values.allSatisfy { transform($0) == 0 })
        #expect(transform.inverse(0) == values[0])
        #expect(transform.logJacobian(at: values).isFinite && transform.slopeAtMedian.isFinite)
    }

    static let hostile: [[Double]] = [
        [0, 1, 2, 3, 4, 5, 6, 1e308], [0, 1, 2, 3, 4, 5, 6, -1e308], [1, 2, 3, 1e308, -1e308], [1e308, -1e308],
        [1e308, 1e308, -1e308, -1e308, 1e308], [0, .leastNonzeroMagnitude, 2 * .leastNonzeroMagnitude],
        [1e308, 0, 0, 0, 0],
    ]

    @Test(arguments: hostile) func `absurd values are still numbers, in the same order`(_ values: [Double]) {
        let transform = OutputTransform(values)
        let sorted = values.sorted()
        #expect(sorted.allSatisfy { transform($0).isFinite }, "\(sorted.map { transform($0) })")
        #expect(zip(sorted, sorted.dropFirst()).allSatisfy { transform($0) <= transform($1) })
        #expect(transform(sorted[0]) < transform(sorted[sorted.count - 1]))
        #expect(!transform.logJacobian(at: values).isNaN)
        #expect(!transform.inverse(0).isNaN && !transform.inverse(-3).isNaN && !transform.inverse(3).isNaN)
    }
}
