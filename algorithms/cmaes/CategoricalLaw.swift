import AttuneCore
import Foundation

/// Independent laws over the levels of choices, learned beside the normal law of the axes (Hamano, Saito, Nomura,
/// Uchida & Shirakawa 2024, "CatCMA", arXiv 2405.09962): a natural gradient step whose length adapts to how steady the
/// gradient is (ASNG, Akimoto et al. 2019), and a least probability for every level.
struct CategoricalLaw: Sendable {
    /// q: for each choice the probability of each level.
    private(set) var probabilities: [[Double]]
    /// Δ, the trust region's inverse: the gradient step has this length in the Fisher metric.
    private var length = 1.0
    /// s and γ: the mean direction of the gradients, and what its squared length would be if they were random.
    private var direction: [Double]
    private var randomLength = 0.0

    /// α of ASNG: how much steadier than random gradients must be for longer steps.
    private static let steadiness = 1.5

    init(_ choices: [Coordinates.Choice]) {
        probabilities = choices.map { [Double](repeating: 1 / Double($0.count), count: $0.count) }
        direction = [Double](repeating: 0, count: choices.reduce(0) { $0 + $1.count - 1 })
    }

    /// A level of each choice.
    func levels(using random: inout RandomSource) -> [Int] {
        probabilities.map { probabilities in
            var rest = random.uniform()
            for (level, probability) in probabilities.enumerated() {
                rest -= probability
                if rest < 0 { return level }
            }
            return probabilities.count - 1
        }
    }

    /// Takes a generation in: the levels of its points, the best first. Weights below zero count as zero.
    mutating func update(with generation: [[Int]], weights: [Double]) {
        guard !direction.isEmpty else { return }
        let gradient = gradient(generation, weights)
        let metric = zip(probabilities, gradient).flatMap { fisherRoot($0, gradient: $1) }
        let size = norm(metric) + 1e-8
        for choice in probabilities.indices {
            for level in probabilities[choice].indices {
                probabilities[choice][level] += length / size * gradient[choice][level]
            }
        }
        adaptLength(metric.map { $0 / size })
        keepMargins()
    }

    /// Σ wᵢ (cᵢ − q), the natural gradient.
    private func gradient(_ generation: [[Int]], _ weights: [Double]) -> [[Double]] {
        var gradient = probabilities.map { $0.map { -$0 } }
        for (levels, weight) in zip(generation, weights) where weight > 0 {
            for (choice, level) in levels.enumerated() { gradient[choice][level] += weight }
        }
        return gradient
    }

    /// Δ grows while gradients agree and falls when they are noise (Akimoto et al. 2019, algorithm 1).
    private mutating func adaptLength(_ unit: [Double]) {
        let β = min(length / Double(direction.count).squareRoot(), 1)
        let pull = (β * (2 - β)).squareRoot()
        for index in direction.indices { direction[index] = (1 - β) * direction[index] + pull * unit[index] }
        randomLength = (1 - β) * (1 - β) * randomLength + β * (2 - β)
        let squared = direction.reduce(0) { $0 + $1 * $1 }
        length = min(length * exp(β * (squared / CategoricalLaw.steadiness - randomLength)), 1)
    }

    /// Raises every level to its least probability, (1 − 0.73^(1/N)) / (K − 1), at the expense of those above it.
    private mutating func keepMargins() {
        let share = 1 - pow(0.73, 1 / Double(probabilities.count))
        for choice in probabilities.indices {
            let least = share / Double(probabilities[choice].count - 1)
            let raised = probabilities[choice].map { max($0, least) }
            let sum = raised.reduce(0, +)
            let above = sum - least * Double(raised.count)
            probabilities[choice] = above > 0 ? raised.map { $0 - (sum - 1) * ($0 - least) / above } : raised
        }
    }
}

/// The gradient times the square root of the Fisher matrix, but for the last level, which follows from the others
/// (Akimoto et al. 2019, appendix B).
private func fisherRoot(_ q: [Double], gradient: [Double]) -> [Double] {
    let last = q[q.count - 1]
    let sum = gradient.dropLast().reduce(0, +)
    return zip(q, gradient).dropLast().map { q, g in
        g / q.squareRoot() + q.squareRoot() * sum / (last + last.squareRoot())
    }
}
