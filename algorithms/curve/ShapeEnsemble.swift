import Foundation

/// Where one learning curve will end, by its own course: curve shapes of several laws and rates, each fitted to it and
/// weighted by how well it explains it.
///
/// After Domhan et al. 2015, "Speeding up automatic hyperparameter optimization of deep neural networks by extrapolation
/// of learning curves". Theirs samples the parameters of eleven laws; here the rate of each law is one of a few, and what
/// is left is linear, y = c + a·g(t), so that the posterior is known in closed form.
struct ShapeEnsemble: Sendable {
    /// A law with its rate, after being fitted: a Student distribution of the last value.
    private struct Fit {
        let logEvidence: Double
        let mean: Double
        let deviation: Double
        let freedom: Int
    }

    private let fits: [Fit]
    private let center: Double
    private let scale: Double

    /// - Parameters:
    ///   - values: `[reports]`, finite, at least 3, to be made small.
    ///   - horizon: at which report the curve ends, not before the last of the values.
    /// - Complexity: O(reports).
    init(_ values: [Double], horizon: Int) {
        // The first values, far from the end, say more of the start than of the shape.
        let skipped = values.count < 6 ? 0 : values.count / 5
        let used = Array(values[skipped...])
        center = used[used.count - 1]
        let mean = used.reduce(0) { $0 + $1 / Double(used.count) }
        let spread = used.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / Double(used.count) }.squareRoot()
        scale = max(spread, 1e-12 * max(abs(center), 1e-300))
        let (scaled, end) = (used.map { [center, scale] in ($0 - center) / scale }, max(horizon, values.count))
        fits = CurveShape.all.map { shape in
            ShapeEnsemble.fit((skipped..<values.count).map { shape.value(at: $0 + 1, of: end) }, to: scaled)
        }
    }

    /// The probability that the curve ends below a value.
    func probability(below value: Double) -> Double {
        let best = fits.map(\.logEvidence).max() ?? 0
        let target = (value - center) / scale
        var (sum, weights) = (0.0, 0.0)
        for fit in fits {
            let weight = exp(fit.logEvidence - best)
            let chance = StudentDistribution.cumulative((target - fit.mean) / fit.deviation, freedom: fit.freedom)
            (sum, weights) = (sum + weight * chance, weights + weight)
        }
        return sum / weights
    }

    /// Bayesian linear regression of values on c + a·g with a weak conjugate prior (Bishop 2006, exercises 3.12–3.13).
    /// Shapes are 0 at the end, so that c is the last value.
    private static func fit(_ shape: [Double], to values: [Double]) -> Fit {
        let precision = 0.01  // of c and a, in units of the values' spread
        let (shapeA, shapeB) = (1.0, 0.01)  // of the noise's inverse gamma law
        let (n, g, gg) = (
            Double(values.count) + precision, shape.reduce(0, +), shape.reduce(precision) { $0 + $1 * $1 }
        )
        let (y, gy) = (values.reduce(0, +), zip(shape, values).reduce(0) { $0 + $1.0 * $1.1 })
        let yy = values.reduce(0) { $0 + $1 * $1 }
        let determinant = n * gg - g * g
        let (c, a) = ((gg * y - g * gy) / determinant, (n * gy - g * y) / determinant)
        let (an, bn) = (shapeA + Double(values.count) / 2, max(shapeB + (yy - c * y - a * gy) / 2, 1e-12))
        return Fit(
            logEvidence: -log(determinant) / 2 - an * log(bn), mean: c,
            deviation: (bn / an * (1 + gg / determinant)).squareRoot(), freedom: values.count + 2)
    }
}

/// How a learning curve falls, from 1 at its first report to 0 at its last.
struct CurveShape: Sendable {
    private enum Law: Sendable {
        /// t⁻ᵅ
        case power(Double)
        /// exp(−t/τ), τ as a share of the whole curve
        case exponential(Double)
        /// 1 / log(t + 1)
        case logarithmic
    }

    private let law: Law

    static let all: [CurveShape] =
        [0.25, 0.5, 1, 2].map { CurveShape(law: .power($0)) }
        + [0.05, 0.1, 0.2, 0.4].map {
            CurveShape(law: .exponential($0))
        } + [CurveShape(law: .logarithmic)]

    /// - Parameter report: from 1 to `end`.
    func value(at report: Int, of end: Int) -> Double {
        guard end > 1 else { return 0 }
        let (first, last) = (raw(1, end), raw(end, end))
        return (raw(report, end) - last) / (first - last)
    }

    private func raw(_ report: Int, _ end: Int) -> Double {
        let t = Double(report)
        return switch law {
        case .power(let exponent): pow(t, -exponent)
        case .exponential(let share): exp(-t / (share * Double(end)))
        case .logarithmic: 1 / log(t + 1)
        }
    }
}
