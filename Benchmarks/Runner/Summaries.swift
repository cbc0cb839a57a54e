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

/// The value below which a share of the ascending values lies, between two of them by linear interpolation (type 7 of
/// Hyndman & Fan 1996); not a number for none. Infinite values, which stand for the worst, may be among them.
///
/// - Parameter share: in [0, 1].
public func quantile(_ share: Double, ofSorted values: [Double]) -> Double {
    guard let last = values.indices.last else { return .nan }
    let position = share * Double(last)
    let below = Int(position)
    let part = position - Double(below)
    guard part > 0, values[below] != values[below + 1] else { return values[below] }
    let above = values[below + 1]
    return above.isInfinite ? above : values[below] + part * (above - values[below])
}

/// The first evaluation, from 1, after which the best is at least as good as `target`; nil when that never happens.
public func evaluationsToTarget(_ best: [Double], _ target: Double, _ direction: Objective.Direction) -> Int? {
    best.firstIndex { direction == .minimize ? $0 <= target : $0 >= target }.map { $0 + 1 }
}
