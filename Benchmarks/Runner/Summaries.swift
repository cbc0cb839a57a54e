import AttuneCore

/// The middle value, or the mean of the middle two; not a number for none. Not a number counts as larger than all.
public func median(_ values: [Double]) -> Double {
    middle(ofSorted: values.sorted(by: precedes))
}

private func middle(ofSorted values: [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    let (low, high) = (values[(values.count - 1) / 2], values[values.count / 2])
    return low == high ? low : (low + high) / 2
}

/// The value below which a share of the sorted values lies, between two of them by linear interpolation (type 7 of
/// Hyndman & Fan 1996).
///
/// - Parameter share: in [0, 1].
public func quantile(_ share: Double, ofSorted values: [Double]) -> Double {
    guard let last = values.indices.last else { return .nan }
    let position = share * Double(last)
    let (low, high) = (values[Int(position)], values[min(Int(position) + 1, last)])
    return low == high ? low : low + (high - low) * (position - position.rounded(.down))
}

/// Where a statistic of the population lies, by the percentile bootstrap (Efron 1979).
///
/// - Parameters:
///   - confidence: the share of such intervals that contain it, in (0, 1).
///   - resamples: how often the values are drawn again, with replacement.
/// - Returns: not a number at both ends for no values.
/// - Complexity: O(resamples · cost of the statistic).
public func bootstrapInterval(
    of values: [Double], confidence: Double = 0.95, resamples: Int = 1000, using random: inout RandomSource,
    statistic: ([Double]) -> Double = median
) -> (low: Double, high: Double) {
    guard !values.isEmpty else { return (.nan, .nan) }
    let statistics = (0..<resamples).map { _ in
        statistic(values.map { _ in values[random.below(values.count)] })
    }.sorted(by: precedes)
    let tail = (1 - confidence) / 2
    return (quantile(tail, ofSorted: statistics), quantile(1 - tail, ofSorted: statistics))
}

/// The first evaluation, from 1, after which the best is at least as good as `target`; nil when that never happens.
public func evaluationsToTarget(_ best: [Double], _ target: Double, _ direction: Objective.Direction) -> Int? {
    best.firstIndex { direction == .minimize ? $0 <= target : $0 >= target }.map { $0 + 1 }
}

/// How far the best found is from the ideal, as a share of how far random search's median is after as many evaluations:
/// 0 at the ideal, 1 as good as random search.
///
/// - Parameters:
///   - ideal: the optimum, or the best value that any run has found where the optimum is unknown.
///   - random: the median of random search's best.
/// - Returns: infinite where random search is at the ideal and this is not, or nothing was found.
public func normalizedRegret(_ best: Double, ideal: Double, random: Double) -> Double {
    let (regret, unit) = (abs(best - ideal), abs(random - ideal))
    if regret == 0 { return 0 }
    return best.isNaN || unit == 0 ? .infinity : random.isNaN ? 0 : regret / unit
}
