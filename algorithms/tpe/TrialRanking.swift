import AttuneCore

/// The trials of a study that have values, the best first, and what the good ones weigh.
///
/// With one objective and no constraint they are ranked by value. With several, by non-domination, and within the rank of
/// which only some are good in the order in which they add most to its hypervolume, as far as there is room; good ones weigh
/// by what each alone contributes (Ozaki, Tanigaki, Watanabe & Onishi 2020, "Multiobjective tree-structured Parzen
/// estimator for computationally expensive optimization problems"). Those that break constraints come last, those that
/// break them least first.
struct TrialRanking: Sendable {
    /// By number − 1.
    let ranked: [Int32]
    /// How many of them keep all constraints.
    let feasibleCount: Int
    /// `[goodCount]`, 1 on average.
    let goodWeights: [Double]

    init(_ evidence: TrialEvidence, goodCount: Int, rules: TPERules) {
        guard evidence.hasResults else {
            ranked = evidence.ranked
            feasibleCount = ranked.count
            goodWeights = rules.goodWeights(evidence, ranked[..<goodCount])
            return
        }
        let trials = evidence.ranked
        let results = trials.compactMap { evidence.results[Int($0)] }
        let order = TrialRanking.order(results, goodCount: goodCount)
        ranked = order.map { trials[$0] }
        feasibleCount = results.count { $0.isFeasible }
        goodWeights = TrialRanking.weights(of: order.prefix(goodCount).map { results[$0] })
    }

    /// Positions, the best first; those that ended earlier first among equals.
    private static func order(_ results: [TrialResult], goodCount: Int) -> [Int] {
        let ranks = ConstrainedDomination.ranks(of: results)
        var order = results.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
        guard goodCount > 0, goodCount < order.count,
            ranks[order[goodCount - 1]] == ranks[order[goodCount]]
        else {
            return order
        }
        // The rank that the border cuts in two.
        let rank = ranks[order[goodCount]]
        let first = order.firstIndex { ranks[$0] == rank } ?? 0
        let end = order[first...].firstIndex { ranks[$0] != rank } ?? order.count
        let losses = order[first..<end].map { results[$0].losses }
        let chosen = largestVolume(losses, choosing: goodCount - first)
        let rest = Set(losses.indices).subtracting(chosen).sorted()
        order.replaceSubrange(first..<end, with: (chosen + rest).map { order[first + $0] })
        return order
    }

    /// Positions of points that together dominate much: each adds as much as any can to those before it.
    private static func largestVolume(_ losses: [[Double]], choosing count: Int) -> [Int] {
        var volume = DominatedVolume(below: beyond(losses))
        var left = Array(losses.indices)
        return (0..<count).map { _ in
            let gains = left.map { volume.gain(of: losses[$0]) }
            let place = gains.indices.max { (gains[$0], -$0) < (gains[$1], -$1) } ?? 0
            volume.insert(losses[left[place]])
            return left.remove(at: place)
        }
    }

    /// What each contributes to the volume of all, and a little beside it; the same for each where any breaks a constraint.
    private static func weights(of good: [TrialResult]) -> [Double] {
        let even = [Double](repeating: 1, count: good.count)
        guard good.allSatisfy(\.isFeasible), good.count > 1, good[0].losses.count > 1 else {
            return even
        }
        let losses = good.map(\.losses)
        let shares = Hypervolume.contributions(of: losses, reference: beyond(losses))
        let largest = shares.max() ?? 0
        let floored = shares.map { max($0 / largest, TrialRanking.leastWeight) }
        let scale = Double(good.count) / floored.reduce(0, +)
        return scale.isFinite ? floored.map { $0 * scale } : even
    }

    /// What a good trial weighs at least, where the one that contributes most weighs 1.
    private static let leastWeight = 0.1

    /// A little worse than the worst in every objective.
    private static func beyond(_ losses: [[Double]]) -> [Double] {
        losses[0].indices.map { objective in
            let values = losses.map { $0[objective] }
            let (best, worst) = (values.min() ?? 0, values.max() ?? 0)
            return worst + max(0.1 * (worst - best), worst.ulp)
        }
    }
}
