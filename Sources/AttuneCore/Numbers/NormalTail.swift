import Foundation

/// The standard normal distribution restricted to a range above the mean.
///
/// Everything is measured from the range's lower end a, as a distance t, and probabilities are relative to the density
/// at a, so that nothing underflows: M(t) = (Φ(a + t) − Φ(a)) / φ(a) and with Mills' ratio R,
/// (1 − Φ(a + t)) / φ(a) = e^(−t (a + t/2)) R(a + t).
struct NormalTail {
    private let start: Double
    private let width: Double
    /// M(width), the range's probability over the density at its start.
    let mass: Double

    /// - Parameters:
    ///   - start: the lower end, at least 0, in deviations from the mean.
    ///   - width: the distance to the upper end, perhaps infinite.
    init(from start: Double, width: Double) {
        self.start = start
        self.width = width
        self.mass = Self.mass(from: start, width: width)
    }

    /// The probability of a distance up to `t`.
    func cumulative(_ t: Double) -> Double {
        guard isResolved else { return 1 }
        return min(Self.mass(from: start, width: t) / mass, 1)
    }

    /// The distance that `cumulative` takes to `probability`, where `rest` is 1 − `probability`.
    func quantile(_ probability: Double, rest: Double) -> Double {
        guard isResolved else { return 0 }
        let beyond = NormalDistribution.millsRatio(start)
        let wanted = probability * mass
        if wanted <= beyond / 2 { return distance(mass: wanted) }
        let survival = rest + probability * Self.survival(from: start, width: width) / beyond
        return distance(survival: survival, of: beyond)
    }

    /// Whether the range begins at a distance where numbers can still tell its parts apart.
    private var isResolved: Bool { start.isFinite && mass > 0 }

    /// The t with M(t) = `wanted`. As M is concave, Newton's method rises to it from any t below.
    private func distance(mass wanted: Double) -> Double {
        var t = wanted
        for _ in 0..<mostSteps {
            let step = (wanted - Self.mass(from: start, width: t)) / Self.relativeDensity(from: start, at: t)
            t += step
            if step.magnitude <= t * 1e-15 { break }
        }
        return t
    }

    /// The t beyond which lies the fraction `survival` of all there is beyond the start. As log survival is concave,
    /// Newton's method overshoots once and then falls to it.
    private func distance(survival: Double, of beyond: Double) -> Double {
        let wanted = -log(survival)
        var t = 0.0
        for _ in 0..<mostSteps {
            let ratio = NormalDistribution.millsRatio(start + t)
            let step = (wanted - t * (start + t / 2) + log(ratio / beyond)) * ratio
            t += step
            if step.magnitude <= t * 1e-15 { break }
        }
        return t
    }

    /// M(t): by quadrature while the density changes little, as the difference of two tails would then cancel.
    private static func mass(from start: Double, width t: Double) -> Double {
        guard t * (start + t / 2) <= 0.5 else {
            return NormalDistribution.millsRatio(start) - survival(from: start, width: t)
        }
        return t
            * gaussLegendre.reduce(0) { sum, rule in
                let above = relativeDensity(from: start, at: rule.node * t)
                let below = relativeDensity(from: start, at: (1 - rule.node) * t)
                return sum + rule.weight * (above + below)
            }
    }

    /// (1 − Φ(a + t)) / φ(a).
    private static func survival(from start: Double, width t: Double) -> Double {
        let density = relativeDensity(from: start, at: t)
        return density > 0 ? density * NormalDistribution.millsRatio(start + t) : 0
    }

    /// φ(a + t) / φ(a).
    private static func relativeDensity(from start: Double, at t: Double) -> Double {
        exp(-t * (start + t / 2))
    }
}

/// A bound on the steps of Newton's method, which converges here from one side and stops after a few.
private let mostSteps = 60

/// Gauss–Legendre quadrature with eight nodes on [0, 1]: the upper four, whose mirror images have the same weights.
private let gaussLegendre: [(node: Double, weight: Double)] = [
    (0.591_717_321_247_824_902, 0.181_341_891_689_180_991),
    (0.762_766_204_958_164_493, 0.156_853_322_938_943_644),
    (0.898_333_238_706_813_370, 0.111_190_517_226_687_235),
    (0.980_144_928_248_768_116, 0.050_614_268_145_188_130),
]
