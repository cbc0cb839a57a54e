import Foundation

/// Whether any of several treatments differs from the others over blocks: Friedman's test on ranks (Friedman 1937).
public struct FriedmanTest: Sendable, Hashable {
    /// χ² with one degree of freedom less than treatments, corrected for ties.
    public let statistic: Double
    /// The probability of one as large if all treatments were alike; 1 where every block is one tie.
    public let pValue: Double

    /// - Parameter blocks: `[blocks][treatments]`, at least one block and two treatments.
    public init(_ blocks: [[Double]]) {
        let treatments = blocks.first?.count ?? 0
        precondition(treatments > 1, "Friedman's test compares two treatments or more")
        let (n, k) = (Double(blocks.count), Double(treatments))
        let tieSizes: [Int] = blocks.flatMap { ties($0.sorted(by: precedes)).map(\.count) }
        let tied = Double(tieSizes.reduce(0) { $0 + $1 * ($1 * $1 - 1) })
        let squares = meanRanks(blocks).reduce(0) { $0 + ($1 * n) * ($1 * n) }
        let spread = 12 / (n * k * (k + 1)) * squares - 3 * n * (k + 1)
        let correction = 1 - tied / (n * k * (k * k - 1))
        statistic = correction > 0 ? spread / correction : 0
        pValue = chiSquareTail(statistic, degrees: treatments - 1)
    }
}

/// The probability that χ² with so many degrees of freedom exceeds `value`: the upper incomplete gamma function
/// Q(degrees/2, value/2), by Q(a + 1, x) = Q(a, x) + xᵃ e⁻ˣ / Γ(a + 1) (DLMF 8.8.6) from degree 1 or 2.
func chiSquareTail(_ value: Double, degrees: Int) -> Double {
    guard value > 0 else { return 1 }
    let x = value / 2
    var a = degrees.isMultiple(of: 2) ? 1.0 : 0.5
    var tail = degrees.isMultiple(of: 2) ? exp(-x) : erfc(x.squareRoot())
    while a < Double(degrees) / 2 {
        tail += exp(a * log(x) - x - lgamma(a + 1))
        a += 1
    }
    return min(1, tail)
}
