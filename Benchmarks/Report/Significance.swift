import AttuneCore
import Foundation

/// Whether pairs of numbers differ in location: Wilcoxon's signed-rank test, two-sided.
///
/// Pairs without a difference are left out (Wilcoxon 1945). Exact for up to 25 pairs without ties among differences, else by
/// the normal approximation with correction for ties and continuity. 1 where nothing differs.
func signedRank(_ a: [Double], _ b: [Double]) -> SignedRank {
    let differences = zip(a, b).filter { $0 != $1 }.map { $0 - $1 }.filter { !$0.isNaN }
    guard !differences.isEmpty else { return SignedRank(probability: 1, firstIsSmaller: false) }
    let ranks = averageRanks(differences.map(abs))
    let positive = zip(differences, ranks).reduce(0) { $1.0 > 0 ? $0 + $1.1 : $0 }
    let count = differences.count
    let negative = Double(count * (count + 1)) / 2 - positive
    let extreme = min(positive, negative)
    let isExact = count <= 25 && ranks.allSatisfy { $0 == $0.rounded() } && Set(ranks).count == count
    let probability =
        isExact ? exactProbability(ofSumUpTo: Int(extreme), count: count) : approximateProbability(extreme, ranks)
    return SignedRank(probability: probability, firstIsSmaller: negative > positive)
}

/// What a signed-rank test says of two lists of paired numbers.
struct SignedRank: Sendable, Hashable {
    /// Of a difference at least as clear if there were none.
    var probability: Double
    /// Where the difference points.
    var firstIsSmaller: Bool
}

/// Twice the share of the 2ⁿ sign patterns whose sum of positive ranks is at most `sum`.
private func exactProbability(ofSumUpTo sum: Int, count: Int) -> Double {
    var ways = [1.0] + [Double](repeating: 0, count: sum)
    for rank in 1...count {
        for total in stride(from: sum, through: rank, by: -1) { ways[total] += ways[total - rank] }
    }
    return min(1, 2 * ways.reduce(0, +) / pow(2, Double(count)))
}

private func approximateProbability(_ extreme: Double, _ ranks: [Double]) -> Double {
    // Var W = Σ rank² / 4, which counts ties by itself as ranks are averaged.
    let variance = ranks.reduce(0) { $0 + $1 * $1 } / 4
    let mean = ranks.reduce(0, +) / 2
    let z = min(0, (extreme - mean + 0.5) / variance.squareRoot())
    return min(1, 2 * NormalDistribution.cumulative(z))
}

/// Probabilities of several tests made comparable with one level (Holm 1979).
func holmAdjusted(_ probabilities: [Double]) -> [Double] {
    let order = probabilities.indices.sorted { probabilities[$0] < probabilities[$1] }
    var adjusted = probabilities
    var floor = 0.0
    for (place, index) in order.enumerated() {
        floor = max(floor, min(1, probabilities[index] * Double(probabilities.count - place)))
        adjusted[index] = floor
    }
    return adjusted
}

/// From 1 for the smallest; equal numbers share the mean of their ranks.
func averageRanks(_ numbers: [Double]) -> [Double] {
    let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
    var ranks = [Double](repeating: 0, count: numbers.count)
    var start = 0
    while start < order.count {
        var end = start
        while end < order.count, numbers[order[end]] == numbers[order[start]] { end += 1 }
        for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
        start = end
    }
    return ranks
}

/// How far two mean ranks must lie apart to differ at the 5 % level, all pairs at once (Nemenyi 1963; Demšar 2006, §3.2.2).
///
/// - Parameters:
///   - count: of algorithms, at least 2.
///   - problems: over which ranks are averaged, at least 1.
func criticalDifference(algorithms count: Int, problems: Int) -> Double {
    // The studentised range is of deviates, a difference of ranks has twice a rank's variance: hence √2.
    let q = studentizedRange(0.95, count: count) / 2.0.squareRoot()
    return q * (Double(count * (count + 1)) / Double(6 * problems)).squareRoot()
}

/// The quantile of the range of `count` standard normal numbers, by bisection.
func studentizedRange(_ probability: Double, count: Int) -> Double {
    var (low, high) = (0.0, 20.0)
    while high - low > 1e-9 {
        let middle = (low + high) / 2
        if rangeProbability(middle, count: count) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
}

/// P(range ≤ r) = n ∫ φ(x) [Φ(x) − Φ(x − r)]ⁿ⁻¹ dx, by the trapezoidal rule.
private func rangeProbability(_ range: Double, count: Int) -> Double {
    let step = 0.05
    return stride(from: -8.0, through: 8.0, by: step).reduce(0) { sum, x in
        let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
        let inside = NormalDistribution.cumulative(x) - NormalDistribution.cumulative(x - range)
        return sum + step * Double(count) * density * pow(inside, Double(count - 1))
    }
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
