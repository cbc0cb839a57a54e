/// Whether a run of CMA-ES can still improve (Hansen 2016, appendix B.3).
struct Convergence: Sendable {
    private let population: Int
    /// The best value of each generation, the oldest first, no more than `memory`.
    private var best: [Double] = []
    private var medians: [Double] = []
    /// Worst minus best of the first generation: the scale of the run's values.
    private var scale = 0.0
    private let memory: Int

    init(dimensions: Int, population: Int) {
        self.population = population
        memory = 10 + Int((30 * Double(dimensions) / Double(population)).rounded(.up))
    }

    /// Takes in the costs of a generation, the best first; infinite where trials failed.
    mutating func note(_ costs: [Double]) {
        let finite = costs.filter(\.isFinite)
        if scale == 0, let low = finite.first, let high = finite.last { scale = high - low }
        best.append(costs[0])
        medians.append(costs[costs.count / 2])
        if best.count > 20_000 {
            best.removeFirst(10_000)
            medians.removeFirst(10_000)
        }
    }

    /// - Parameters:
    ///   - initialStepSize: what σ was when the run began.
    ///   - record: the least cost of all runs before; infinite for the first.
    func isReached(by law: Gaussian, from initialStepSize: Double, record: Double) -> Bool {
        let deviations = law.factors.deviations
        let (least, most) = (deviations.min() ?? 1, deviations.max() ?? 1)
        return isFlat || isHopeless(record) || stagnates || hasNoEffect(law)
            || most * most > 1e14 * least * least  // ConditionCov
            || law.stepSize * most < Convergence.tolerance * initialStepSize  // TolX
    }

    /// EqualFunValues and TolFun: the best values of the latest generations are within a tiny share of the first one's.
    private var isFlat: Bool {
        guard best.count >= memory, let low = best.suffix(memory).min(), let high = best.suffix(memory).max()
        else { return false }
        return high == low || high - low <= Convergence.tolerance * scale
    }

    /// The best values have levelled out above the record: ten times what half the memory gained would not reach it.
    /// (Ours: where a budget is short, a lesser valley need not be known to twelve digits.)
    private func isHopeless(_ record: Double) -> Bool {
        let recent = best.suffix(memory / 2)
        guard best.count >= memory / 2, let low = recent.min(), let high = recent.max(), low.isFinite else {
            return false
        }
        return low - record > 10 * (high - low)
    }

    /// TolFun and TolX, as shares of what the run began with.
    private static let tolerance = 1e-12

    /// Neither the best nor the median values of the latest generations are better than those of 30 % of the run ago.
    private var stagnates: Bool {
        let window = max(120 + 30 * best.count / population, best.count / 5)
        guard best.count > window, best.count >= 120 else { return false }
        let length = max(Int(0.3 * Double(window)), 20)
        func isNoBetter(_ values: [Double]) -> Bool {
            let recent = values.suffix(window)
            return median(recent.suffix(length)) >= median(recent.prefix(length))
        }
        return isNoBetter(best) && isNoBetter(medians)
    }

    /// NoEffectCoord: a fifth of a deviation is lost in the mean's rounding. Of all axes, as one of cells may be done
    /// before the others.
    private func hasNoEffect(_ law: Gaussian) -> Bool {
        !law.mean.isEmpty
            && law.mean.indices.allSatisfy { axis in
                let step = 0.2 * law.stepSize * law.variance(axis).squareRoot()
                return law.mean[axis] + step == law.mean[axis]
            }
    }
}

private func median(_ values: ArraySlice<Double>) -> Double {
    let sorted = values.sorted()
    return sorted[sorted.count / 2]
}
