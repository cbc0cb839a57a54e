import Foundation

/// Student's distribution with a whole number of degrees of freedom.
enum StudentDistribution {
    /// The probability of a value below `t` (Abramowitz & Stegun 1964, 26.7.3 and 26.7.4).
    ///
    /// - Parameter freedom: at least 1.
    /// - Complexity: O(freedom).
    static func cumulative(_ t: Double, freedom: Int) -> Double {
        guard t.isFinite else { return t > 0 ? 1 : 0 }
        let angle = atan(t / Double(freedom).squareRoot())
        let (sine, squaredCosine) = (sin(angle), cos(angle) * cos(angle))
        let isOdd = !freedom.isMultiple(of: 2)
        // The series 1 + ½cos² + (½·¾)cos⁴ + … for even degrees; for odd ones cos·(1 + ⅔cos² + …).
        var (term, sum) = (1.0, freedom > 1 ? 1.0 : 0.0)
        for k in stride(from: isOdd ? 3 : 2, through: freedom - 2, by: 2) {
            term *= squaredCosine * Double(k - 1) / Double(k)
            sum += term
        }
        let within = isOdd ? 2 / Double.pi * (angle + sine * cos(angle) * sum) : sine * sum
        return (1 + within) / 2
    }
}
