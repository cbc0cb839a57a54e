import Foundation

/// Σ over a sequence.
func sum<Terms: Sequence>(_ terms: Terms, _ term: (Terms.Element) -> Double) -> Double {
    var total = 0.0
    for element in terms { total += term(element) }
    return total
}

func squared(_ x: Double) -> Double { x * x }

func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

/// `base` to a whole power, by squaring.
func integerPower(_ base: Double, _ exponent: Int) -> Double {
    var (result, factor, rest) = (1.0, base, exponent)
    while rest > 0 {
        if rest & 1 == 1 { result *= factor }
        factor *= factor
        rest >>= 1
    }
    return result
}

/// The point whose coordinates are all `x`.
func point(_ x: Double, _ dimensions: Int) -> [Double] { Array(repeating: x, count: dimensions) }
