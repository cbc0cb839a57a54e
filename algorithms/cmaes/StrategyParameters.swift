import Foundation

/// The constants of CMA-ES for a number of dimensions and a population (Hansen 2016, "The CMA Evolution Strategy: A
/// Tutorial", arXiv 1604.00772, table 1; equation numbers are of its second version).
struct StrategyParameters: Sendable {
    /// λ: how many points make a generation.
    let population: Int
    /// w: one for each rank, best first. The positive ones sum to 1; the negative ones push the covariance away (eq.
    /// 53).
    let weights: [Double]
    /// μ: how many of the weights are positive.
    let parents: Int
    /// μ_eff: the parents' number as far as their weights are equal (eq. 8).
    let effectiveParents: Double
    /// c_σ, of the path that controls the step size (eq. 55).
    let stepPathRate: Double
    /// d_σ, close to 1 (eq. 55).
    let stepDamping: Double
    /// c_c, of the path that elongates the covariance (eq. 56).
    let covariancePathRate: Double
    /// c_1, of the rank-one update (eq. 57).
    let rankOneRate: Double
    /// c_μ, of the rank-μ update (eq. 58).
    let rankManyRate: Double
    /// E‖N(0, I)‖.
    let expectedNorm: Double

    /// - Parameters:
    ///   - n: dimensions, at least 1.
    ///   - population: λ, at least 2.
    ///   - isSeparable: learns a diagonal only, and (n + 2) / 3 times as fast (Ros & Hansen 2008, section 3).
    ///   - isActive: whether the worse half gets negative weights.
    init(dimensions: Int, population: Int, isSeparable: Bool, isActive: Bool) {
        let n = Double(dimensions)
        let raw = StrategyParameters.rawWeights(population)
        let parents = raw.count { $0 > 0 }
        let μeff = effectiveCount(raw.prefix(parents))
        let speedUp = isSeparable ? (n + 2) / 3 : 1
        let c1 = min(1, speedUp * 2 / ((n + 1.3) * (n + 1.3) + μeff))
        let cμ = min(1 - c1, speedUp * 2 * (0.25 + μeff + 1 / μeff - 2) / ((n + 2) * (n + 2) + μeff))
        self.population = population
        self.parents = parents
        effectiveParents = μeff
        weights = StrategyParameters.weights(
            raw, parents: parents, n: n, c1: c1, cμ: cμ, isActive: isActive)
        stepPathRate = (μeff + 2) / (n + μeff + 5)
        stepDamping = 1 + 2 * max(0, ((μeff - 1) / (n + 1)).squareRoot() - 1) + stepPathRate
        covariancePathRate = (4 + μeff / n) / (n + 4 + 2 * μeff / n)
        rankOneRate = c1
        rankManyRate = cμ
        expectedNorm = n.squareRoot() * (1 - 1 / (4 * n) + 1 / (21 * n * n))
    }

    /// λ for a number of dimensions (eq. 48).
    static func population(dimensions: Int) -> Int { 4 + Int(3 * log(Double(max(dimensions, 1)))) }

    /// The first `count` of the positive weights of a population, made to sum to 1.
    static func parentWeights(_ count: Int, of population: Int) -> [Double] {
        let raw = rawWeights(population).prefix(count)
        let sum = raw.reduce(0, +)
        return sum > 0 ? raw.map { $0 / sum } : raw.map { _ in 1 / Double(count) }
    }

    /// w′, falling through zero in the middle (eq. 49).
    private static func rawWeights(_ population: Int) -> [Double] {
        let middle = log((Double(population) + 1) / 2)
        return (1...population).map { middle - log(Double($0)) }
    }

    /// The positive weights made to sum to 1, the negative ones to the least of three bounds (eqs. 50–53).
    private static func weights(
        _ raw: [Double], parents: Int, n: Double, c1: Double, cμ: Double, isActive: Bool
    ) -> [Double] {
        let positive = raw.prefix(parents).reduce(0, +)
        let negative = -raw.dropFirst(parents).reduce(0, +)
        let μeffNegative = effectiveCount(raw.dropFirst(parents))
        let bound = min(1 + c1 / cμ, 1 + 2 * μeffNegative / (μeffNegative + 2), (1 - c1 - cμ) / (n * cμ))
        let push = isActive && negative > 0 && cμ > 0 ? max(bound, 0) / negative : 0
        return raw.map { $0 >= 0 ? $0 / positive : $0 * push }
    }
}

/// (Σ w)² / Σ w², for weights of one sign; 0 for none.
private func effectiveCount(_ weights: ArraySlice<Double>) -> Double {
    let sum = weights.reduce(0, +)
    let squares = weights.reduce(0) { $0 + $1 * $1 }
    return squares > 0 ? sum * sum / squares : 0
}
