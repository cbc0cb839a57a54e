/// A box around the best point in which a model is trusted (Eriksson et al. 2019, TuRBO).
struct TrustRegion: Sendable {
    let space: ModelSpace
    let centre: [Double]
    /// Side along each continuous or ordered axis, in units of its range.
    let sides: [Double]

    /// The part of [0, 1] that a continuous axis keeps.
    func bounds(_ index: Int) -> ClosedRange<Double> {
        let half = sides[index] / 2
        let (low, high) = (max(centre[index] - half, 0), min(centre[index] + half, 1))
        return low...max(low, high)
    }

    /// The values that an ordered axis keeps.
    private func indices(_ index: Int, count: Int) -> ClosedRange<Double> {
        let reach = max(1, (sides[index] / 2 * Double(count - 1)).rounded())
        return max(centre[index] - reach, 0)...min(centre[index] + reach, Double(count - 1))
    }

    /// A position of the unit cube taken into the region; choices stay free.
    func cube(_ cube: [Double]) -> [Double] {
        let middle = space.cube(at: centre)
        return cube.indices.map { index in
            guard space.axes[index].isOrderedOrContinuous else { return cube[index] }
            let half = sides[index] / 2
            let (low, high) = (max(middle[index] - half, 0), min(middle[index] + half, 1))
            return low + cube[index] * (high - low)
        }
    }

    func clamped(_ point: [Double]) -> [Double] {
        point.indices.map { index in
            let range: ClosedRange<Double>
            switch space.axes[index] {
            case .continuous: range = bounds(index)
            case .ordered(let positions, _): range = indices(index, count: positions.count)
            case .choice: return point[index]
            }
            return min(max(point[index], range.lowerBound), range.upperBound)
        }
    }

    func contains(_ point: [Double]) -> Bool { clamped(point) == point }
}

/// How large a trust region is after a sequence of values: it doubles after successes and halves after failures in a row
/// (Eriksson et al. 2019, section 2).
struct TrustRegionSize: Sendable, Hashable {
    /// Side along an axis of average length scale, in units of the axis's range.
    private(set) var side = TrustRegionSize.largest / 2
    private(set) var best = Double.infinity
    private var successes = 0
    private var failures = 0
    private let patience: Int

    static let largest = 1.6
    /// Below this the region has collapsed on an optimum, and it starts again.
    static let smallest = 0.0078125

    /// - Parameter dimensions: failures in a row count for less in many dimensions.
    init(dimensions: Int) { patience = max(4, dimensions) }

    /// - Parameter value: what a trial brought, smaller is better.
    mutating func absorb(_ value: Double) {
        if value < best - 1e-3 * abs(best) || best == .infinity {
            (successes, failures) = (successes + 1, 0)
        } else {
            (successes, failures) = (0, failures + 1)
        }
        best = min(best, value)
        if successes == 3 { (side, successes) = (min(side * 2, TrustRegionSize.largest), 0) }
        if failures == patience { (side, failures) = (side / 2, 0) }
        if side < TrustRegionSize.smallest { side = TrustRegionSize.largest / 2 }
    }
}
