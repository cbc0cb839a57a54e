import CAttuneMath

/// log h(z) with h(z) = φ(z) + z Φ(z), and its derivative Φ(z) / h(z) (Ament et al. 2023, "Unexpected improvements to
/// expected improvement for Bayesian optimization", eq. 8 and 9).
///
/// The expected improvement over a value by a normal prediction is the prediction's deviation times h(z), where z is
/// how many deviations its mean is better. Where that underflows, its logarithm still leads uphill: both results are
/// exact to a few units in the last place (of 1 where log h is nearly zero, by z = 0.9) for z from −10¹⁵⁰ to 10¹⁵⁰.
///
/// - Parameter z: (mean − best) / deviation, for larger is better.
public func logExpectedImprovement(standardized z: Double) -> (value: Double, derivative: Double) {
    var (number, value, derivative) = (z, 0.0, 0.0)
    attune_log_expected_improvement(&number, 1, &value, &derivative)
    return (value, derivative)
}

/// The same for many at once, which is several times as fast.
///
/// - Returns: values and derivatives, each `[standardized.count]`.
public func logExpectedImprovement(standardized: [Double]) -> (values: [Double], derivatives: [Double]) {
    var values = [Double](repeating: 0, count: standardized.count)
    var derivatives = values
    attune_log_expected_improvement(standardized, standardized.count, &values, &derivatives)
    return (values, derivatives)
}
