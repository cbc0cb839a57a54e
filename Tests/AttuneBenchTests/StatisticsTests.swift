import AttuneCore
import Testing

@testable import AttuneBench

/// Reference values are scipy 1.17.1's, of the function named, unless it says otherwise.
@Suite struct StatisticsTests {
    private func isClose(_ a: Double, _ b: Double, _ tolerance: Double = 1e-10) -> Bool {
        abs(a - b) <= tolerance * max(1, abs(b))
    }

    @Test func `ties share the mean of their ranks`() {
        #expect(ranks([3, 1, 3, 2, 9, 3]) == [4, 1, 4, 2, 6, 4])  // stats.rankdata
        #expect(ranks([.nan, .infinity, 0, .nan]) == [3.5, 2, 1, 3.5])
        #expect(meanRanks([[1, 2, 3], [1, 2, 2]]) == [1, 2.25, 2.75])
    }

    @Test func `quantiles lie between the values`() {
        let values: [Double] = [1, 2, 4, 8, 16]
        for (share, expected) in [(0.025, 1.1), (0.3, 2.4), (0.9, 12.8)] {  // numpy.quantile
            #expect(isClose(quantile(share, ofSorted: values), expected))
        }
        #expect(median([4, 1, .infinity, 2]) == 3)
        #expect(median([]).isNaN)
    }

    /// stats.bootstrap, percentile, 200,000 resamples: mean 2.4917…4.3333, median 2.3…4.65.
    @Test func `few differences without ties have an exact probability`() {  // stats.wilcoxon, method exact
        let test = SignedRankTest(
            [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30],
            [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
        #expect(test.statistic == 5)
        #expect(test.pValue == 0.0390625)
    }

    @Test func `ties and many differences have the corrected approximation`() {  // stats.wilcoxon, method asymptotic
        let test = SignedRankTest(
            [125, 115, 130, 140, 140, 115, 140, 125, 140, 135], [110, 122, 125, 120, 140, 124, 123, 137, 135, 145])
        #expect(test.statistic == 18)
        #expect(isClose(test.pValue, 0.5936305914425295))
        #expect(SignedRankTest([1, 2], [1, 2]).pValue == 1)
    }

    private let blocks: [[Double]] = [
        [0.763, 0.768, 0.771, 0.798], [0.599, 0.591, 0.590, 0.569], [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657],
        [0.882, 0.888, 0.886, 0.898], [0.936, 0.931, 0.916, 0.931], [0.661, 0.668, 0.609, 0.685],
        [0.583, 0.583, 0.563, 0.625],
        [0.775, 0.838, 0.866, 0.875], [1.0, 1.0, 1.0, 1.0], [0.940, 0.962, 0.965, 0.962], [0.619, 0.666, 0.614, 0.669],
        [0.972, 0.981, 0.975, 0.975], [0.957, 0.978, 0.946, 0.970],
    ]

    @Test func `quantiles of the studentised range are the reference's`() {  // stats.studentized_range.ppf(…, inf)
        let cases: [(Int, Double, Double)] = [
            (2, 2.771807648699355, 2.3261743073533476), (3, 3.314493155398122, 2.9023802134282515),
            (4, 3.6331595749026278, 3.240446220927359), (10, 4.474124221725907, 4.129346398236873),
            (20, 5.0116887941184425, 4.694104409490512),
        ]
        for (groups, at95, at90) in cases {
            #expect(isClose(studentizedRangeQuantile(0.95, groups: groups), at95, 1e-8))
            #expect(isClose(studentizedRangeQuantile(0.90, groups: groups), at90, 1e-8))
        }
    }

    /// Demšar 2006, section 3.2.4: four classifiers on 14 data sets; the critical difference is 1.25, of table 5's 2.569.
    @Test func `a critical difference joins what does not differ`() {
        let critical = CriticalDifference([3.143, 2.000, 2.893, 1.964], blocks: 14)
        #expect(abs(critical.difference - 1.25) < 0.005)
        #expect(critical.groups == [[3, 1, 2, 0]])
        #expect(CriticalDifference([1.0, 1.5, 2.2, 5], blocks: 30).groups == [[0, 1], [1, 2]])
    }

    @Test func `Holm's correction keeps the order`() {
        // By hand: 4 · 0.01, 3 · 0.015, then 2 · 0.03 and 1 · 0.04, of which the latter may not be smaller.
        let adjusted = holmAdjusted([0.03, 0.01, 0.04, 0.015])
        for (value, expected) in zip(adjusted, [0.06, 0.04, 0.06, 0.045]) { #expect(isClose(value, expected)) }
        #expect(holmAdjusted([0.9, 0.8]) == [1, 1])
    }

    @Test func `the target is reached when it is equalled`() {
        #expect(evaluationsToTarget([.nan, 3, 2, 1], 2, .minimize) == 3)
        #expect(evaluationsToTarget([.nan, 3], 3, .maximize) == 2)
        #expect(evaluationsToTarget([3, 2], 1, .minimize) == nil)
    }
}
