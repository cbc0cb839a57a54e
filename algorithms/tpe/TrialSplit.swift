import AttuneCore
import Foundation

/// Which trials the two mixtures of an estimator are made of, and how much each counts.
///
/// The best few are the good ones. Of the others the best stand as they are, for they border on the good region where the
/// ratio of densities is decided; of the many behind them every k-th stands for k. So the mixture of bad trials has a
/// bounded number of kernels however long the study, and its weights still add up to all of them. Trials that are
/// running count as bad (a constant liar), which keeps parallel trials apart, and so do trials that failed
/// or break a constraint.
struct TrialSplit: Sendable {
    let good: Kernels
    /// Those that failed or break a constraint stand last.
    let bad: Kernels
    /// How many kernels of `bad` are of such trials.
    let failedKernels: Int

    /// Trials by number − 1, each with a weight.
    struct Kernels: Sendable {
        var trials: [Int32] = []
        var weights: [Double] = []

        /// As many as `limit` of the trials at even distances, standing for all of them.
        mutating func append(_ list: ArraySlice<Int32>, limit: Int) {
            let stride = max(Double(list.count) / Double(limit), 1)
            let count = min(list.count, limit)
            for place in 0..<count {
                trials.append(list[list.startIndex + Int((Double(place) + 0.5) * stride)])
            }
            weights += repeatElement(stride, count: count)
        }
    }

    init(_ evidence: TrialEvidence, running: [Trial], goodCount: Int, rules: TPERules) {
        let ranking = TrialRanking(evidence, goodCount: goodCount, rules: rules)
        let ranked = ranking.ranked
        good = Kernels(trials: Array(ranked[..<goodCount]), weights: ranking.goodWeights)
        var bad = Kernels()
        let end = max(ranking.feasibleCount, goodCount)
        let border = min(goodCount + rules.borderKernels, end)
        bad.append(ranked[goodCount..<border], limit: rules.borderKernels)
        bad.append(ranked[border..<end], limit: rules.sampledKernels)
        bad.append(running.map { Int32($0.number - 1) }[...], limit: rules.sampledKernels)
        let failed = bad.trials.count
        bad.append(ranked[end...], limit: rules.sampledKernels)
        bad.append(evidence.failed[...], limit: rules.sampledKernels)
        self.bad = bad
        failedKernels = bad.trials.count - failed
    }
}
