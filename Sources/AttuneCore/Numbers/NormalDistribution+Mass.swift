import Foundation

extension NormalDistribution {
    /// log(Φ(upper) − Φ(lower)), to a few units in the last place of the difference: also in the far tails, where both
    /// underflow or round to 1, and for ends so close that they agree in most digits.
    ///
    /// - Parameters:
    ///   - lower: perhaps infinite.
    ///   - upper: at least `lower`; if equal the result is −∞.
    public static func logMass(from lower: Double, to upper: Double) -> Double {
        precondition(lower <= upper, "a range begins before it ends")
        if lower == upper { return -.infinity }
        if lower >= 0 { return logMass(beyond: lower, width: upper - lower) }
        if upper <= 0 { return logMass(beyond: -upper, width: upper - lower) }
        let outside = cumulative(lower) + cumulative(-upper)
        if outside < 0.5 { return log1p(-outside) }
        return log((erf(upper * 0.5.squareRoot()) - erf(lower * 0.5.squareRoot())) / 2)
    }

    private static func logMass(beyond start: Double, width: Double) -> Double {
        logDensity(start) + log(NormalTail(from: start, width: width).mass)
    }
}
