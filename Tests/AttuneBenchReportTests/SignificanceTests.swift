import AttuneBench
import Testing

@testable import AttuneBenchReport

@Suite struct SignificanceTests {
    @Test func `the signed-rank test is exact for few pairs and says where it points`() {
        // All of five differences of one sign: 2 of 32 sign patterns are as extreme.
        #expect(
            signedRank([1, 2, 3, 4, 5], [0, 0, 0, 0, 0]) == SignedRank(probability: 2.0 / 32, firstIsSmaller: false))
        // Ranks 1 to 4 with only the smallest positive: sums 0 and 1 in both tails, 4 of 16.
        #expect(signedRank([1, -2, -3, -4], [0, 0, 0, 0]) == SignedRank(probability: 4.0 / 16, firstIsSmaller: true))
        #expect(signedRank([1, 1], [1, 1]).probability == 1)
    }

    @Test func `runs that both found nothing are no difference, and one that did is`() {
        #expect(signedRank([.infinity, .infinity], [.infinity, .infinity]).probability == 1)
        #expect(signedRank([1, .infinity, 2], [.infinity, .infinity, 5]).firstIsSmaller)
    }

    @Test func `an interval of the median holds it, and one number has none`() throws {
        let interval = try #require(medianInterval([1, 2, 3, 4, 5, 6, 7, 8, 9]))
        #expect(interval.contains(5) && interval.lowerBound >= 1 && interval.upperBound <= 9)
        #expect(interval == medianInterval([9, 8, 7, 6, 5, 4, 3, 2, 1]))
        #expect(medianInterval([1]) == nil)
        #expect(medianInterval([1, .infinity, .infinity])?.upperBound == .infinity)
    }
}
