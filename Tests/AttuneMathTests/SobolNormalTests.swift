import AttuneCore
import AttuneMath
import Testing

struct SobolNormalTests {
    @Test func `normal points are points through the quantile, one a row`() throws {
        let sequence = try SobolSequence(dimensions: 5, seed: 3)
        let points = sequence.normalPoints(9)
        #expect(points.rows == 9 && points.columns == 5)
        for row in 0..<9 {
            #expect(Array(points[row: row]) == sequence.normalPoint(row))
            #expect(
                largestDifference(sequence.normalPoint(row).map(NormalDistribution.cumulative), sequence.point(row))
                    < 1e-14)
        }
        #expect(sequence.normalPoints(0).elements.isEmpty)
    }

    @Test(arguments: 0..<4)
    func `moments of 1,024 normal points are those of the distribution`(seed: UInt64) throws {
        let points = try SobolSequence(dimensions: 3, seed: seed).normalPoints(1024)
        for a in 0..<3 {
            #expect(abs((0..<1024).reduce(0) { $0 + points[$1, a] } / 1024) < 0.002, "seed \(seed)")
            for b in 0...a {
                let moment = (0..<1024).reduce(0) { $0 + points[$1, a] * points[$1, b] } / 1024
                #expect(abs(moment - (a == b ? 1 : 0)) < 0.03, "seed \(seed), \(a), \(b): \(moment)")
            }
        }
    }
}
