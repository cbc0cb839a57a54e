import AttuneBench
import AttuneCore

/// Whether pairs of numbers differ in location: Wilcoxon's signed-rank test, two-sided, with where the difference points.
///
/// Infinite numbers, which stand for the worst, may be among them.
func signedRank(_ a: [Double], _ b: [Double]) -> SignedRank {
    let pairs = zip(a, b).filter { $0 != $1 && !$0.isNaN && !$1.isNaN }
    let differences = pairs.map { $0 - $1 }
    let direction = zip(differences, ranks(differences.map(abs))).reduce(0) { $0 + ($1.0 < 0 ? $1.1 : -$1.1) }
    let test = SignedRankTest(pairs.map(\.0), pairs.map(\.1))
    return SignedRank(probability: test.pValue, firstIsSmaller: direction > 0)
}

/// What a signed-rank test says of two lists of paired numbers.
struct SignedRank: Sendable, Hashable {
    /// Of a difference at least as clear if there were none; 1 where nothing differs.
    var probability: Double
    /// Where the difference points.
    var firstIsSmaller: Bool
}

/// An interval that holds the true median of what numbers were drawn from in 95 of 100 cases: percentiles of the medians
/// of 1,000 resamples (Efron 1979), the same for the same numbers.
func medianInterval(_ numbers: [Double]) -> ClosedRange<Double>? {
    let sorted = numbers.filter { !$0.isNaN }.sorted()
    guard sorted.count > 1 else { return nil }
    var random = RandomSource(seed: 1)
    let medians = (0..<1000).map { _ in
        quantile(0.5, ofSorted: sorted.indices.map { _ in random.below(sorted.count) }.sorted().map { sorted[$0] })
    }.sorted()
    return quantile(0.025, ofSorted: medians)...quantile(0.975, ofSorted: medians)
}
