/// A local minimum of a function of one number, by golden sections and parabolas (Brent 1973, chapter 5).
///
/// - Parameters:
///   - range: where to look, finite. A minimum at an end is approached to within the tolerance.
///   - tolerance: how near to the minimum to come, in units of the range's width; no nearer than rounding allows.
///   - function: where it is not a number counts as infinite, which leads away unless all points looked at are such.
/// - Returns: the best of the points looked at; it is the minimum of all if there is only one local minimum.
public func minimizeScalar(
    in range: ClosedRange<Double>, tolerance: Double = 1e-8, _ function: (Double) -> Double
) -> (point: Double, value: Double) {
    precondition(range.lowerBound.isFinite && range.upperBound.isFinite, "a scalar is minimised in a finite range")
    var search = ScalarSearch(in: range, tolerance: tolerance * (range.upperBound - range.lowerBound))
    for _ in 0..<mostScalarEvaluations {
        let value = function(search.next)
        search.take(value.isNaN ? .infinity : value)
        if search.isOver { break }
    }
    return (search.best.point, search.best.value)
}

/// Halving a range 50 times uses up its digits, and a golden section takes 1.44 evaluations to halve it.
private let mostScalarEvaluations = 100

private struct ScalarSearch {
    typealias Sample = (point: Double, value: Double)

    private(set) var next: Double
    /// The best point, the second best, and the former second best.
    private(set) var best, second, third: Sample
    private var lower, upper: Double
    private let tolerance: Double
    /// The last step, and the one before.
    private var step = 0.0
    private var formerStep = 0.0
    private var isFirst = true

    init(in range: ClosedRange<Double>, tolerance: Double) {
        (lower, upper) = (range.lowerBound, range.upperBound)
        self.tolerance = tolerance
        next = lower + goldenSection * (upper - lower)
        best = (next, .infinity)
        (second, third) = (best, best)
    }

    private var middle: Double { lower + (upper - lower) / 2 }

    /// The shortest step that tells points apart.
    private var shortest: Double { tolerance / 3 + 1.5e-8 * best.point.magnitude }

    var isOver: Bool { (best.point - middle).magnitude <= 2 * shortest - (upper - lower) / 2 }

    /// Takes the value at `next`, narrows the range and chooses what to look at next.
    mutating func take(_ value: Double) {
        let found: Sample = (next, value)
        if isFirst {
            (best, second, third) = (found, found, found)
            isFirst = false
        } else {
            narrow(found)
        }
        choose()
    }

    private mutating func narrow(_ found: Sample) {
        if found.value <= best.value {
            if found.point >= best.point { lower = best.point } else { upper = best.point }
            (third, second, best) = (second, best, found)
            return
        }
        if found.point < best.point { lower = found.point } else { upper = found.point }
        if found.value <= second.value || second.point == best.point {
            (third, second) = (second, found)
        } else if found.value <= third.value || third.point == best.point || third.point == second.point {
            third = found
        }
    }

    private mutating func choose() {
        if let parabola = parabolicStep() {
            (formerStep, step) = (step, parabola)
        } else {
            formerStep = (best.point >= middle ? lower : upper) - best.point
            step = goldenSection * formerStep
        }
        let isLongEnough = step.magnitude >= shortest
        next = best.point + (isLongEnough ? step : step > 0 ? shortest : -shortest)
    }

    /// The step to the minimum of the parabola through the three best points, unless it leaves the range or is no
    /// shorter than half the step before the last.
    private func parabolicStep() -> Double? {
        guard formerStep.magnitude > shortest else { return nil }
        let r = (best.point - second.point) * (best.value - third.value)
        let q = (best.point - third.point) * (best.value - second.value)
        let numerator = (best.point - third.point) * q - (best.point - second.point) * r
        let step = -numerator / (2 * (q - r))
        guard step.isFinite, step.magnitude < (formerStep / 2).magnitude else { return nil }
        let target = best.point + step
        guard target > lower, target < upper else { return nil }
        let isByAnEnd = target - lower < 2 * shortest || upper - target < 2 * shortest
        return isByAnEnd ? (best.point < middle ? shortest : -shortest) : step
    }
}

/// (3 − √5) / 2.
private let goldenSection = 0.381_966_011_250_105_15
