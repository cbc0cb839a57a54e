import Foundation

/// The standard normal distribution: mean 0, deviation 1.
///
/// All functions keep their relative accuracy, a few units in the last place, into the far tails.
public enum NormalDistribution {
    /// The density φ at `x`.
    public static func density(_ x: Double) -> Double {
        let square = x * x
        guard square < 1500 else { return 0 }
        let lost = (-square).addingProduct(x, x)  // of x² by rounding, which e^(−x²/2) would magnify
        return exp(-square / 2) * (1 - lost / 2) * oneOverRootTwoπ
    }

    /// log φ(x), finite where the density itself underflows.
    public static func logDensity(_ x: Double) -> Double { -x * x / 2 - logRootTwoπ }

    /// The probability Φ of a value up to `x`.
    public static func cumulative(_ x: Double) -> Double {
        let z = -x * oneOverRootTwo
        let half = erfc(z) / 2
        guard z > 1, half > 0 else { return half }
        // What z lost by rounding, which erfc would magnify, as there erfc′ ≈ −2z erfc.
        let lost = (-z).addingProduct(-x, oneOverRootTwo) - x * oneOverRootTwoRest
        return half * (1 - 2 * z * lost)
    }

    /// log Φ(x), finite for every finite `x` of magnitude up to 10¹⁵⁴.
    public static func logCumulative(_ x: Double) -> Double {
        if x > 0 { return log1p(-cumulative(-x)) }
        if x > -10 { return log(cumulative(x)) }
        if x == -.infinity { return -.infinity }
        return -x * x / 2 - logRootTwoπ + log(millsRatio(-x))
    }

    /// The value that Φ takes to `probability` (Wichura 1988, algorithm AS 241, PPND16).
    ///
    /// - Parameter probability: from 0, which gives −∞, to 1, which gives ∞.
    public static func quantile(_ probability: Double) -> Double {
        quantile(lower: probability, upper: 1 - probability, beyondMedian: probability - 0.5)
    }

    /// The quantile of a probability given from both ends and from the middle, each of which may have digits
    /// that the others lack.
    static func quantile(lower: Double, upper: Double, beyondMedian: Double) -> Double {
        precondition(lower >= 0 && upper >= 0, "a probability lies from 0 to 1")
        if beyondMedian.magnitude <= 0.425 {
            return beyondMedian * centralRatio.value(at: 0.180625 - beyondMedian * beyondMedian)
        }
        let tail = min(lower, upper)
        let r = (-log(tail)).squareRoot()
        let magnitude = r <= 5 ? tailRatio.value(at: r - 1.6) : r < .infinity ? farTailRatio.value(at: r - 5) : r
        return lower < upper ? -magnitude : magnitude
    }

    /// Mills' ratio (1 − Φ(x)) / φ(x), the inverse of the hazard rate.
    ///
    /// - Parameter x: at least 0; far out the ratio is about 1 / x.
    static func millsRatio(_ x: Double) -> Double {
        guard x >= 5 else { return cumulative(-x) / density(x) }
        let laplaceFraction = stride(from: 30.0, to: 0, by: -1).reduce(x) { x + $1 / $0 }
        return 1 / laplaceFraction
    }
}

private let oneOverRootTwo = 0.707_106_781_186_547_6
/// What the double above lacks.
private let oneOverRootTwoRest = -4.833_646_656_726_457e-17
private let oneOverRootTwoπ = 0.398_942_280_401_432_7
private let logRootTwoπ = 0.918_938_533_204_672_8

// MARK: - The rational approximations of AS 241

/// A quotient of two polynomials of degree seven, the denominator's constant term 1.
private struct Ratio {
    let numerator: [Double]
    let denominator: [Double]

    func value(at x: Double) -> Double {
        numerator.reversed().reduce(0) { $0 * x + $1 } / (denominator.reversed().reduce(0) { $0 * x + $1 } * x + 1)
    }
}

/// Quantile over q where q = p − ½, |q| ≤ 0.425, by 0.425² − q².
private let centralRatio = Ratio(
    numerator: [
        3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
        4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3,
    ],
    denominator: [
        4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3, 2.1213794301586595867e+4,
        3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3,
    ])

/// Magnitude of the quantile for r = √(−log p) ≤ 5, by r − 1.6.
private let tailRatio = Ratio(
    numerator: [
        1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
        1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ],
    denominator: [
        2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
        1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ])

/// Magnitude of the quantile for r = √(−log p) > 5, by r − 5.
private let farTailRatio = Ratio(
    numerator: [
        6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ],
    denominator: [
        5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
        1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ])
