import AttuneCore
import Foundation

/// The components of a tree-structured Parzen estimator (in the words of Watanabe 2023) as settings and measurements have
/// them.
struct TPERules: Sendable {
    /// Trials of the initial design: until so many have told something.
    var startupTrials = 10
    /// Draws from the good mixture, of which the best is proposed.
    var candidates = 64
    /// What the prior weighs in each mixture, where a trial weighs 1 on average.
    var priorWeight = 2.0
    /// hyperopt's share of good trials; nil for our own.
    var gamma: Double?
    /// How many of the best bad trials have a kernel each.
    let borderKernels = 256
    /// How many kernels stand for the bad trials behind them, and for those that failed.
    let sampledKernels = 256

    /// How many of `n` ranked trials are good: at least one, and not all of several.
    ///
    /// With a gamma that is given, hyperopt's ⌈gamma √n⌉, at most 25.
    func goodCount(of n: Int) -> Int {
        let wanted = gamma.map { min(($0 * Double(n).squareRoot()).rounded(.up), 25) } ?? (0.1 * Double(n)).rounded(.up)
        return min(max(Int(min(wanted, 50)), 1), max(n - 1, min(n, 1)))
    }

    /// What good trials weigh, the best first: their improvement on the first that is not good (the expected improvement's
    /// own weights, Watanabe 2023, section 3.2). All the same where values are so large or so equal that this says nothing.
    func goodWeights(_ evidence: TrialEvidence, _ good: ArraySlice<Int32>) -> [Double] {
        let even = [Double](repeating: 1, count: good.count)
        guard good.endIndex < evidence.ranked.count else { return even }
        let threshold = evidence.values[Int(evidence.ranked[good.endIndex])]
        let improvements = good.map { threshold - evidence.values[Int($0)] }
        let scale = Double(good.count) / improvements.reduce(0, +)
        guard scale.isFinite, scale > 0 else { return even }
        return improvements.map { $0 * scale }
    }
}
