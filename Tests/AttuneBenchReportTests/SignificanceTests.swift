import Testing

@testable import AttuneBenchReport

@Suite struct SignificanceTests {
    /// Demšar (2006), table 5: critical values times √2 are quantiles of the studentised range.
    @Test(arguments: [(2, 1.960), (3, 2.343), (4, 2.569), (5, 2.728), (10, 3.164)])
    func `critical values are those of the table`(count: Int, expected: Double) {
        #expect(abs(studentizedRange(0.95, count: count) / 2.0.squareRoot() - expected) < 0.002)
    }

    /// Demšar (2006), §3.2.2: four algorithms on 14 data sets differ by 1.25.
    @Test func `the critical difference is that of the paper's example`() {
        #expect(abs(criticalDifference(algorithms: 4, problems: 14) - 1.25) < 0.005)
    }

    @Test func `the signed-rank test is exact for few pairs`() {
        // All of five differences of one sign: 2 of 32 sign patterns are as extreme.
        #expect(signedRank([1, 2, 3, 4, 5], [0, 0, 0, 0, 0]).probability == 2.0 / 32)
        #expect(signedRank([1, 1], [1, 1]).probability == 1)
        // Ranks 1 to 4 with only the smallest negative: sums 0 and 1 in both tails, 4 of 16.
        #expect(signedRank([-1, 2, 3, 4], [0, 0, 0, 0]).probability == 4.0 / 16)
    }

    @Test func `Holm's adjustment multiplies by how many are left and never falls`() {
        let adjusted = holmAdjusted([0.01, 0.04, 0.03])
        #expect(zip(adjusted, [0.03, 0.06, 0.06]).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test func `equal numbers share their ranks`() {
        #expect(averageRanks([3, 1, 3, 2]) == [3.5, 1, 3.5, 2])
        #expect(averageRanks([.infinity, 1, .infinity]) == [2.5, 1, 2.5])
    }

    @Test func `a bar joins the longest groups within the critical difference`() {
        let entries = [1.0, 1.5, 2.6, 4].map { RankDiagram.Entry(name: "", algorithm: 0, rank: $0) }
        #expect(RankDiagram(entries: entries, criticalDifference: 1.2).groups == [0..<2, 1..<3])
    }
}
