import AttuneCore
import Foundation

/// How much likelier a point is under the good trials than under the bad ones, which grows with the expected improvement
/// (Bergstra et al. 2011, eq. 4), times the probability that a trial there does not fail (as in c-TPE, Watanabe & Hutter
/// 2023). Logarithms throughout.
struct DensityRatio {
    let good: ParzenMixture
    private let bad: ParzenMixture
    /// All trials with kernels as wide as the good ones', those that failed last; nil where none has failed.
    private let outcomes: ParzenMixture?
    private let split: TrialSplit
    private let evidence: TrialEvidence
    /// Room for the kernels of a mixture at a point.
    private var scratch: [Float]

    /// A candidate and its ratio.
    struct Scored {
        let point: [Double]
        let score: Double
    }

    init(_ split: TrialSplit, _ evidence: TrialEvidence, _ space: ParzenSpace, _ rules: TPERules) {
        self.split = split
        self.evidence = evidence
        good = ParzenMixture(space, split.good, evidence, priorWeight: rules.priorWeight, width: .good)
        bad = ParzenMixture(space, split.bad, evidence, priorWeight: rules.priorWeight, width: .bad)
        let all = split.good.trials + split.bad.trials
        outcomes =
            split.failedKernels == 0
            ? nil
            : ParzenMixture(
                space, centres: evidence.centres(of: all),
                weights: split.good.trials.map { _ in 1 } + split.bad.weights, priorWeight: rules.priorWeight,
                widths: good.widths)
        scratch = Array(repeating: 0, count: all.count + 1)
    }

    /// The candidate of the largest ratio, the first among equals; nil when there is none.
    ///
    /// - Parameter isOpen: whether a point may be proposed; asked of the best ones only.
    mutating func best(of candidates: Candidates, where isOpen: ([Double]) -> Bool) -> Scored? {
        var scores: [(index: Int, score: Double)] = []
        for index in 0..<candidates.count {
            let score = candidates.withPoint(index) { self.score(at: $0) }
            if score > -.infinity { scores.append((index, score)) }
        }
        scores.sort { ($0.score, $1.index) > ($1.score, $0.index) }
        return scores.lazy.map { Scored(point: candidates[$0.index], score: $0.score) }.first { isOpen($0.point) }
    }

    private mutating func score(at point: UnsafeBufferPointer<Double>) -> Double {
        let ratio =
            good.density(at: point, scratch: &scratch).logarithm - bad.density(at: point, scratch: &scratch).logarithm
        return ratio + logProbabilityOfSuccess(at: point)
    }

    /// By the trials about a point, as far about as candidates are drawn from the good ones; the prior counts as trials
    /// that did not fail.
    private mutating func logProbabilityOfSuccess(at point: UnsafeBufferPointer<Double>) -> Double {
        guard let outcomes else { return 0 }
        let failed = outcomes.density(at: point, scratch: &scratch, last: split.failedKernels).shareOfLast
        return log(max(1 - failed, .leastNormalMagnitude))
    }

    /// What the trials about a proposal were worth, weighted by kernel (Nadaraya 1964, Watson 1964), and how much of the
    /// good density there is the prior's.
    mutating func explanation(of proposal: Scored, _ objective: Objective) -> Explanation {
        var explanation = Explanation(
            "Parzen estimators: \(split.good.trials.count) good of \(evidence.ranked.count) trials",
            acquisition: "log density ratio", score: proposal.score)
        let near = proposal.point.withUnsafeBufferPointer { neighbourhood(of: $0) }
        explanation.exploration = near.priorShare
        // Of several objectives no single value is expected.
        guard near.weight > 0, !objective.hasSeveralTargets else { return explanation }
        let mean = near.sum / near.weight
        explanation.mean = objective.direction.loss(mean) * near.unit
        explanation.deviation = max(near.squares / near.weight - mean * mean, 0).squareRoot() * near.unit
        return explanation
    }

    /// Sums over the trials about a point, each weighted by its kernel there.
    private struct Neighbourhood {
        /// What values are measured in, so that no square is too large: the largest magnitude of all.
        let unit: Double
        var weight = 0.0
        var sum = 0.0
        var squares = 0.0
        /// The prior's part of the good density.
        var priorShare = 0.0

        mutating func add(_ values: some Sequence<(value: Double, share: Float)>, scale: Double) {
            for (value, share) in values where !value.isNaN {
                let weight = scale * Double(share)
                self.weight += weight
                sum += weight * (value / unit)
                squares += weight * (value / unit) * (value / unit)
            }
        }
    }

    private mutating func neighbourhood(of point: UnsafeBufferPointer<Double>) -> Neighbourhood {
        var near = Neighbourhood(unit: evidence.largestMagnitude)
        let goodTop = good.kernels(at: point, into: &scratch)
        near.priorShare = Double(scratch[good.count] / scratch[...good.count].reduce(0, +))
        let own = Array(scratch[..<good.count])
        let badTop = bad.kernels(at: point, into: &scratch)
        let top = max(goodTop, badTop)
        near.add(values(of: split.good, own), scale: good.totalWeight * exp(goodTop - top))
        near.add(values(of: split.bad, scratch), scale: bad.totalWeight * exp(badTop - top))
        return near
    }

    private func values(of kernels: TrialSplit.Kernels, _ shares: [Float]) -> [(value: Double, share: Float)] {
        zip(kernels.trials, shares).map { (evidence.values[Int($0)], $1) }
    }
}
