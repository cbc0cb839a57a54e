/// A search along a line for a point that satisfies the strong Wolfe conditions (Moré & Thuente 1994).
///
/// It asks for the value and slope at `length`, and takes them, until it is content.
struct LineSearch {
    /// Where to evaluate next.
    private(set) var length: Double
    private let initial: Sample
    private var longest: Double
    /// The ends of the interval that holds an acceptable length: the best so far, and the other.
    private var best, other: Sample
    private var isBracketed = false
    /// While true, lengths are judged by the modified function ψ (eq. 2.1), whose minimum is sure to be acceptable.
    private var isFirstStage = true
    private var shortestTrial, longestTrial: Double
    private var width, formerWidth: Double

    /// A length with the value and slope there.
    struct Sample {
        var length, value, slope: Double

        /// The same of ψ, which lies below by `rate` · length.
        func lowered(_ rate: Double) -> Sample {
            Sample(length: length, value: value - rate * length, slope: slope - rate)
        }
    }

    /// - Parameters:
    ///   - value: at length 0.
    ///   - slope: at length 0, negative.
    ///   - first: the length to try first.
    ///   - longest: the length not to go beyond.
    init(value: Double, slope: Double, first: Double, longest: Double) {
        initial = Sample(length: 0, value: value, slope: slope)
        (best, other) = (initial, initial)
        self.longest = longest
        length = min(first, longest)
        (shortestTrial, longestTrial) = (0, length * 5)
        width = longest
        formerWidth = 2 * longest
    }

    /// Takes it that there is nothing finite at `length`, and begins again with a shorter one.
    mutating func shorten() {
        let next = best.length + (length - best.length) / 5
        self = LineSearch(value: initial.value, slope: initial.slope, first: next, longest: length)
    }

    /// - Returns: whether the search is over, with `length` as its result.
    mutating func take(value: Double, slope: Double) -> Bool {
        let found = Sample(length: length, value: value, slope: slope)
        let rate = sufficientDecrease * initial.slope
        let isLowEnough = value <= initial.value + rate * length
        if isLowEnough, slope >= 0 { isFirstStage = false }
        if isLowEnough, slope.magnitude <= sufficientFlatness * -initial.slope { return true }
        if isLowEnough, length == longest, slope <= rate { return true }
        if isBracketed, isExhausted { return true }
        if isFirstStage, value <= best.value, !isLowEnough {
            length = nextLength(best.lowered(rate), other.lowered(rate), found.lowered(rate))
            narrow(found, isLower: found.lowered(rate).value <= best.lowered(rate).value, rate)
        } else {
            length = nextLength(best, other, found)
            narrow(found, isLower: value <= best.value, 0)
        }
        confine()
        return false
    }

    /// Whether the interval leaves nothing to gain.
    private var isExhausted: Bool {
        length <= shortestTrial || length >= longestTrial
            || longestTrial - shortestTrial <= intervalTolerance * longestTrial
    }

    /// Makes the length just evaluated an end of the interval, in place of the end it improves on.
    private mutating func narrow(_ found: Sample, isLower: Bool, _ rate: Double) {
        if !isLower {
            other = found
            isBracketed = true
            return
        }
        if (found.slope - rate) * (best.slope - rate) < 0 {
            other = best
            isBracketed = true
        }
        best = found
    }

    /// Keeps the next length where it brings the search on.
    private mutating func confine() {
        if isBracketed {
            let extent = (other.length - best.length).magnitude
            if extent >= 0.66 * formerWidth { length = best.length + (other.length - best.length) / 2 }
            (formerWidth, width) = (width, extent)
            shortestTrial = min(best.length, other.length)
            longestTrial = max(best.length, other.length)
        } else {
            shortestTrial = length + 1.1 * (length - best.length)
            longestTrial = length + 4 * (length - best.length)
        }
        length = min(max(length, 0), longest)
        if isBracketed, isExhausted { length = best.length }
    }
}

// MARK: - Interpolation (section 4)

extension LineSearch {
    /// The next length to try, by cubic and quadratic interpolation of the interval's ends and the length `found`.
    private func nextLength(_ best: Sample, _ other: Sample, _ found: Sample) -> Double {
        if found.value > best.value {
            let (cubic, quadratic) = (cubicMinimum(best, found), quadraticMinimum(best, found))
            let isCubicCloser = (cubic - best.length).magnitude < (quadratic - best.length).magnitude
            return isCubicCloser ? cubic : cubic + (quadratic - cubic) / 2
        }
        if found.slope * best.slope < 0 {
            let (cubic, secant) = (cubicMinimum(found, best), secantZero(found, best))
            return (cubic - found.length).magnitude > (secant - found.length).magnitude ? cubic : secant
        }
        if found.slope.magnitude < best.slope.magnitude { return extrapolated(best, other, found) }
        if isBracketed { return cubicMinimum(found, other) }
        return found.length > best.length ? longestTrial : shortestTrial
    }

    /// The case of a lower value and a flatter slope of the same sign: the minimum lies beyond.
    private func extrapolated(_ best: Sample, _ other: Sample, _ found: Sample) -> Double {
        let secant = secantZero(found, best)
        let cubic = cubicMinimumBeyond(found, best) ?? (found.length > best.length ? longestTrial : shortestTrial)
        let isCubicCloser = (cubic - found.length).magnitude < (secant - found.length).magnitude
        guard isBracketed else { return min(max(isCubicCloser ? secant : cubic, shortestTrial), longestTrial) }
        let next = isCubicCloser ? cubic : secant
        let limit = found.length + 0.66 * (other.length - found.length)
        return found.length > best.length ? min(limit, next) : max(limit, next)
    }
}

/// The minimum of the cubic through two values with their slopes.
private func cubicMinimum(_ a: LineSearch.Sample, _ b: LineSearch.Sample) -> Double {
    let θ = 3 * (a.value - b.value) / (b.length - a.length) + a.slope + b.slope
    let s = max(θ.magnitude, a.slope.magnitude, b.slope.magnitude)
    let root = s * max(0, (θ / s) * (θ / s) - (a.slope / s) * (b.slope / s)).squareRoot()
    let γ = b.length < a.length ? -root : root
    let ratio = (γ - a.slope + θ) / (γ - a.slope + γ + b.slope)
    return a.length + ratio * (b.length - a.length)
}

/// The same where it lies beyond `a` as seen from `b`, nil if the cubic has none there.
private func cubicMinimumBeyond(_ a: LineSearch.Sample, _ b: LineSearch.Sample) -> Double? {
    let θ = 3 * (a.value - b.value) / (b.length - a.length) + a.slope + b.slope
    let s = max(θ.magnitude, a.slope.magnitude, b.slope.magnitude)
    let root = s * max(0, (θ / s) * (θ / s) - (a.slope / s) * (b.slope / s)).squareRoot()
    let γ = b.length < a.length ? -root : root
    let ratio = (γ - a.slope + θ) / (γ + (b.slope - a.slope) + γ)
    return ratio < 0 && γ != 0 ? a.length + ratio * (b.length - a.length) : nil
}

/// The minimum of the quadratic through two values with the slope of the first.
private func quadraticMinimum(_ a: LineSearch.Sample, _ b: LineSearch.Sample) -> Double {
    let step = b.length - a.length
    return a.length + a.slope / ((a.value - b.value) / step + a.slope) / 2 * step
}

/// Where the slope is zero if it is linear.
private func secantZero(_ a: LineSearch.Sample, _ b: LineSearch.Sample) -> Double {
    a.length + a.slope / (a.slope - b.slope) * (b.length - a.length)
}

/// Of the Wolfe conditions, and the width relative to its end at which the interval is too small to go on: the values
/// of the authors of L-BFGS-B.
private let sufficientDecrease = 1e-3
private let sufficientFlatness = 0.9
private let intervalTolerance = 0.1
