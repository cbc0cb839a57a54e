import AttuneCore

/// Whether the differences between pairs lie around zero: Wilcoxon's signed-rank test, two-sided (Wilcoxon 1945).
///
/// Pairs without a difference are left out. The probability is exact for up to 50 differences without ties, and else that
/// of the normal approximation with its variance corrected for ties (Hollander, Wolfe & Chicken 2014, section 3.1).
public struct SignedRankTest: Sendable, Hashable {
    /// The smaller of the two sums of ranks, of the positive and of the negative differences.
    public let statistic: Double
    /// The probability of one at least as extreme if the differences were symmetric around zero; 1 without any difference.
    public let pValue: Double

    /// - Parameters:
    ///   - first: a value of each pair, finite.
    ///   - second: the other, in the same order.
    public init(_ first: [Double], _ second: [Double]) {
        precondition(first.count == second.count, "a paired test needs pairs")
        let differences = zip(first, second).map { $0 - $1 }.filter { $0 != 0 }
        let sizes = differences.map { abs($0) }
        let ranks = ranks(sizes)
        let positive = zip(differences, ranks).reduce(0) { $1.0 > 0 ? $0 + $1.1 : $0 }
        let count = Double(sizes.count)
        statistic = min(positive, count * (count + 1) / 2 - positive)
        let ties = ties(sizes.sorted()).map(\.count)
        let isExact = sizes.count <= 50 && ties.allSatisfy { $0 == 1 }
        pValue =
            isExact
            ? SignedRankTest.exactProbability(statistic, count: sizes.count)
            : SignedRankTest.approximateProbability(statistic, count: count, ties: ties)
    }

    /// Twice the share of the 2ⁿ signs of the ranks 1…n whose positive sum is at most `statistic`. O(n³).
    private static func exactProbability(_ statistic: Double, count: Int) -> Double {
        let limit = Int(statistic)
        var ways = [Double](repeating: 0, count: limit + 1)  // of making each sum from the ranks so far
        ways[0] = 1
        for rank in 1..<count + 1 where rank <= limit {
            for sum in stride(from: limit, through: rank, by: -1) { ways[sum] += ways[sum - rank] }
        }
        return min(1, 2 * ways.reduce(0, +) / Double(sign: .plus, exponent: count, significand: 1))
    }

    private static func approximateProbability(_ statistic: Double, count: Double, ties: [Int]) -> Double {
        let correction = ties.reduce(0) { $0 + Double($1 * $1 * $1 - $1) } / 48
        let variance = count * (count + 1) * (2 * count + 1) / 24 - correction
        return min(1, 2 * NormalDistribution.cumulative((statistic - count * (count + 1) / 4) / variance.squareRoot()))
    }
}
