import AttuneMath
import Foundation

/// Makes the objective's values easy for a Gaussian process: about standard normal, and smaller is better.
///
/// A Yeo–Johnson power transform (Yeo & Johnson 2000) draws in long tails, of which most objectives have one on the bad
/// side; its exponent is the likeliest if the transformed values are normal. Monotone, so that the best stays best.
struct OutputTransform: Sendable {
    private let centre: Double
    private let scale: Double
    /// 1 leaves the values' shape as it is; less draws in the bad side, more the good one.
    let exponent: Double
    private let mean: Double
    private let deviation: Double
    /// What takes the place of the power transform where ranks alone count.
    private let scores: NormalScores?

    /// The values' normal scores: how good they are among themselves, and not by how much.
    init(ranking values: [Double]) {
        let plain = OutputTransform(values, exponent: 1)
        (centre, scale, exponent, mean, deviation) = (plain.centre, plain.scale, 1, 0, 1)
        scores = NormalScores(values.map { plain.scaled($0) })
    }

    /// - Parameters:
    ///   - values: what was observed, smaller is better; finite, at least one.
    ///   - exponent: nil for the likeliest.
    init(_ values: [Double], exponent: Double? = nil) {
        let sorted = values.map(countable).sorted()
        centre = OutputTransform.quantile(0.5, of: sorted)
        let spread = OutputTransform.quantile(0.75, of: sorted) - OutputTransform.quantile(0.25, of: sorted)
        let whole = sorted[sorted.count - 1] - sorted[0]
        scale = spread > 0 ? spread / 1.349 : whole > 0 ? whole : 1
        let (centre, scale) = (self.centre, self.scale)
        let normalized = values.map { normalize($0, centre, scale) }
        let exponent = exponent ?? (whole > 0 ? OutputTransform.likeliestExponent(normalized) : 1)
        self.exponent = exponent
        let warped = normalized.map { yeoJohnson($0, exponent) }
        mean = warped.reduce(0, +) / Double(warped.count)
        let mean = self.mean
        let variance = warped.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(warped.count)
        deviation = variance > 0 ? variance.squareRoot() : 1
        scores = nil
    }

    func callAsFunction(_ value: Double) -> Double {
        if let scores { return scores.score(of: scaled(value)) }
        return (yeoJohnson(normalize(value, centre, scale), exponent) - mean) / deviation
    }

    /// How much a transformed value changes with a value in the middle of them all.
    var slopeAtMedian: Double { 1 / (scale * deviation) }

    /// The logarithm of the product of the transform's slopes at values: what turns densities of transformed values into
    /// densities of values.
    func logJacobian(at values: [Double]) -> Double {
        values.reduce(0) { sum, value in
            let x = normalize(value, centre, scale)
            return sum + (exponent - 1) * (x < 0 ? -1 : 1) * log1p(abs(x)) - log(scale * deviation)
        }
    }

    /// The value that is taken to `transformed`, or the nearest that any is.
    func inverse(_ transformed: Double) -> Double {
        if let scores { return scores.value(of: transformed).value * scale + centre }
        return inverseYeoJohnson(transformed * deviation + mean, exponent) * scale + centre
    }

    /// The value in units of the values' spread, from their median: what it is before it is warped.
    func scaled(_ value: Double) -> Double { normalize(value, centre, scale) }

    /// What is taken to `transformed`, in the units of `scaled`, and by how much it changes with it.
    func scaled(undoing transformed: Double) -> (value: Double, slope: Double) {
        if let scores { return scores.value(of: transformed) }
        let value = inverseYeoJohnson(transformed * deviation + mean, exponent)
        let slope = pow(1 + abs(value), value < 0 ? exponent - 1 : 1 - exponent) * deviation
        return abs(value) < 1e60 ? (value, slope) : (value < 0 ? -1e60 : 1e60, 0)
    }

    /// The likeliest exponent under normality, in a range that neither folds the bad tail into a point nor unfolds it.
    private static func likeliestExponent(_ values: [Double]) -> Double {
        minimizeScalar(in: -1...2, tolerance: 1e-3) { exponent in
            let warped = values.map { yeoJohnson($0, exponent) }
            let mean = warped.reduce(0, +) / Double(warped.count)
            let variance = warped.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(warped.count)
            let jacobian = values.reduce(0) { $0 + ($1 < 0 ? -1 : 1) * log1p(abs($1)) }
            return 0.5 * Double(values.count) * log(max(variance, 1e-300)) - (exponent - 1) * jacobian
        }.point
    }

    private static func quantile(_ probability: Double, of sorted: [Double]) -> Double {
        let position = probability * Double(sorted.count - 1)
        let below = Int(position)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
    }
}

/// Values are not told apart where their differences would overflow,
private func countable(_ value: Double) -> Double {
    min(max(value, -.greatestFiniteMagnitude / 2), .greatestFiniteMagnitude / 2)
}

/// nor so far out that the squares of their powers would.
private func normalize(_ value: Double, _ centre: Double, _ scale: Double) -> Double {
    min(max((countable(value) - centre) / scale, -1e60), 1e60)
}

/// Yeo & Johnson 2000, eq. 2.1.
private func yeoJohnson(_ x: Double, _ exponent: Double) -> Double {
    if x >= 0 { return abs(exponent) < 1e-9 ? log1p(x) : expm1(exponent * log1p(x)) / exponent }
    let rest = 2 - exponent
    return abs(rest) < 1e-9 ? -log1p(-x) : -expm1(rest * log1p(-x)) / rest
}

private func inverseYeoJohnson(_ y: Double, _ exponent: Double) -> Double {
    if y >= 0 {
        return abs(exponent) < 1e-9 ? expm1(y) : expm1(log(max(1 + exponent * y, 1e-300)) / exponent)
    }
    let rest = 2 - exponent
    return abs(rest) < 1e-9 ? -expm1(-y) : -expm1(log(max(1 - rest * y, 1e-300)) / rest)
}
