import AttuneCore

/// Which mean ranks differ more than chance explains: Nemenyi's test after Friedman's, and the groups that a
/// critical-difference diagram joins by bars (Demšar 2006, "Statistical Comparisons of Classifiers over Multiple Data
/// Sets", section 3.2.2).
public struct CriticalDifference: Sendable, Hashable {
    /// Treatments whose mean ranks are further apart differ.
    public let difference: Double
    /// The largest sets of treatments that do not differ, of two or more, each from the best mean rank to the worst.
    public let groups: [[Int]]

    /// - Parameters:
    ///   - meanRanks: of two treatments or more.
    ///   - blocks: how many blocks they are means over.
    ///   - significance: the probability of finding any difference where there is none, in (0, 1).
    public init(_ meanRanks: [Double], blocks: Int, significance: Double = 0.05) {
        let k = Double(meanRanks.count)
        let q = studentizedRangeQuantile(1 - significance, groups: meanRanks.count) / 2.0.squareRoot()
        let limit = q * (k * (k + 1) / (6 * Double(blocks))).squareRoot()
        difference = limit
        let order = meanRanks.indices.sorted { (meanRanks[$0], $0) < (meanRanks[$1], $1) }
        var groups: [[Int]] = []
        var reached = 0
        for start in order.indices {
            let end = order[start...].prefix { meanRanks[$0] - meanRanks[order[start]] <= limit }.endIndex
            if end > reached, end - start > 1 { groups.append(Array(order[start..<end])) }
            reached = max(reached, end)
        }
        self.groups = groups
    }
}

/// The quantile of the range of `groups` independent standard normal numbers: the studentised range with infinitely many
/// degrees of freedom. Demšar's table 5 is this over √2. By bisection, to about 1e-10.
func studentizedRangeQuantile(_ probability: Double, groups: Int) -> Double {
    precondition(
        groups > 1 && probability > 0 && probability < 1, "a range needs two numbers, its quantile a probability")
    var (low, high) = (0.0, 64.0)
    for _ in 0..<48 {
        let middle = (low + high) / 2
        if rangeProbability(middle, groups: groups) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
}

/// The probability that k standard normal numbers lie within `width`: k ∫ φ(z) (Φ(z) − Φ(z − width))ᵏ⁻¹ dz over the
/// largest, by the trapezoidal rule, which converges exponentially for such an integrand.
private func rangeProbability(_ width: Double, groups: Int) -> Double {
    let step = 1.0 / 16
    return stride(from: -9.0, through: 9.0, by: step).reduce(0) { sum, z in
        let within = NormalDistribution.cumulative(z) - NormalDistribution.cumulative(z - width)
        let power = (1..<groups).reduce(1.0) { product, _ in product * within }
        return sum + Double(groups) * NormalDistribution.density(z) * power * step
    }
}

/// The probabilities made larger so that all may be compared with one significance level (Holm 1979).
///
/// - Returns: in the order given, each at most 1.
public func holmAdjusted(_ pValues: [Double]) -> [Double] {
    let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
    var adjusted = pValues
    var largest = 0.0
    for (position, index) in order.enumerated() {
        largest = max(largest, min(1, Double(pValues.count - position) * pValues[index]))
        adjusted[index] = largest
    }
    return adjusted
}
