import Foundation
import Testing

@testable import AttuneCore

struct MetricSummaryTests {
    private func summary(_ values: (Double, at: Double)...) -> MetricSummary {
        MetricSummary(
            values.enumerated().map { step, value in
                Observation(metric: "loss", value: value.0, step: step, time: Date(timeIntervalSince1970: value.at))
            })
    }

    @Test func `each strategy gives its value`() {
        let summary = summary((3, at: 1), (1, at: 2), (2, at: 3))
        #expect(summary.value(by: .min) == 1)
        #expect(summary.value(by: .max) == 3)
        #expect(summary.value(by: .latest) == 2)
        #expect(summary.count == 3)
    }

    @Test func `latest goes by time, and of equal times by arrival`() {
        #expect(summary((1, at: 5), (2, at: 3)).latest == 1)
        #expect(summary((1, at: 5), (2, at: 5)).latest == 2)
    }

    @Test func `NaN is neither smallest nor largest, but may be the latest`() {
        let summary = summary((.nan, at: 1), (1, at: 2), (2, at: 3), (.nan, at: 4))
        #expect(summary.min == 1 && summary.max == 2 && summary.count == 4)
        #expect(summary.latest?.isNaN == true)
        #expect(summary.value(by: .latest)?.isNaN == true)
    }

    @Test(arguments: MetricStrategy.allCases)
    func `without a finite value there is none`(strategy: MetricStrategy) {
        #expect(MetricSummary().value(by: strategy) == nil)
        #expect(summary((.nan, at: 1), (.infinity, at: 2), (-.infinity, at: 3)).value(by: strategy) == nil)
    }

    @Test func `times before the common era fold too`() {
        let summary = MetricSummary([
            Observation(metric: "loss", value: 1, step: 0, time: Date(timeIntervalSince1970: -1e12))
        ])
        #expect(summary.value(by: .latest) == 1)
    }
}
