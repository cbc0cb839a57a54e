import AttuneCore
import Foundation

/// How two parents make a child: simulated binary crossover and polynomial mutation of numbers (Deb & Agrawal 1995, Deb
/// & Goyal 1996), exchange and redrawing of choices, all in unit coordinates.
struct Variation: Sendable {
    /// How likely the child is of two parents rather than a copy of one.
    var crossover = 0.9
    /// How likely each gene is the second parent's.
    var swapping = 0.5
    /// How likely each gene mutates; nil for one in a child.
    var mutation: Double?
    /// How near to its parents a child is, and to itself before mutation: larger is nearer (η_c, η_m).
    let crossoverIndex = 20.0
    let mutationIndex = 20.0

    let space: SearchSpace

    init(_ space: SearchSpace) { self.space = space }

    /// A child: every parameter has a coordinate, though it may turn out inactive.
    func child(_ first: [Double?], _ second: [Double?], using random: inout RandomSource) -> [Double] {
        let isCrossed = random.uniform() < crossover
        let rate = mutation ?? 1 / Double(max(space.dimensions, 1))
        // One gene mutates in any case where no crossover made the child another than its parent.
        let certain = isCrossed ? -1 : random.below(max(space.dimensions, 1))
        return space.parameters.indices.map { index in
            let domain = space.parameters[index].domain
            guard let one = first[index] ?? second[index] else { return random.uniform() }
            let other = second[index] ?? one
            var gene = isCrossed ? crossed(one, other, domain, using: &random) : one
            if random.uniform() < rate || index == certain { gene = mutated(gene, domain, using: &random) }
            return gene
        }
    }

    // MARK: Crossover

    private func crossed(_ one: Double, _ other: Double, _ domain: Domain, using random: inout RandomSource) -> Double {
        let isSwapped = random.uniform() < swapping
        let isBlended = !domain.isCategorical && random.uniform() < 0.5
        guard isBlended, abs(one - other) > 1e-14 else { return isSwapped ? other : one }
        return blended(min(one, other), max(one, other), isUpper: isSwapped == (one < other), random.uniform())
    }

    /// One of the two children about two genes, none outside [0, 1] (Deb & Agrawal 1995, as bounded in Deb's programs).
    private func blended(_ low: Double, _ high: Double, isUpper: Bool, _ u: Double) -> Double {
        let reach = isUpper ? 1 - high : low
        let α = 2 - pow(1 + 2 * reach / (high - low), -(crossoverIndex + 1))
        let β =
            u <= 1 / α
            ? pow(u * α, 1 / (crossoverIndex + 1)) : pow(1 / (2 - u * α), 1 / (crossoverIndex + 1))
        let child = 0.5 * (low + high + (isUpper ? β : -β) * (high - low))
        return min(max(child, 0), 1)
    }

    // MARK: Mutation

    private func mutated(_ gene: Double, _ domain: Domain, using random: inout RandomSource) -> Double {
        guard !domain.isCategorical else { return random.uniform() }
        let moved = gene + step(from: gene, random.uniform())
        guard let count = domain.count, count > 1 else { return min(max(moved, 0), 1) }
        // A number of few values moves by one of them at least.
        let least = 1 / Double(count)
        guard abs(moved - gene) < least else { return min(max(moved, 0), 1) }
        let other = gene + (moved < gene ? -least : least)
        return (0...1).contains(other) ? other : gene + (moved < gene ? least : -least)
    }

    /// Polynomial, and such that the child stays in [0, 1].
    private func step(from gene: Double, _ u: Double) -> Double {
        let power = 1 / (mutationIndex + 1)
        return u < 0.5
            ? pow(2 * u + (1 - 2 * u) * pow(1 - gene, mutationIndex + 1), power) - 1
            : 1 - pow(2 * (1 - u) + (2 * u - 1) * pow(gene, mutationIndex + 1), power)
    }
}

extension Domain {
    fileprivate var isCategorical: Bool { if case .categorical = self { true } else { false } }
}
