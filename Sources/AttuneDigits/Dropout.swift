import AttuneCore

/// Switches hidden units off at random while training (Srivastava et al. 2014), with the rest scaled up so that nothing
/// changes afterwards.
struct Dropout: Sendable {
    /// Probability that a unit is off, in `0..<1`.
    let probability: Float

    /// A factor for each of `examples` times `units`: zero, or `1 / (1 - probability)`.
    func mask(examples: Int, units: Int, using random: inout RandomSource) -> Matrix {
        let kept = 1 / (1 - probability)
        let factors = (0..<examples * units).map { _ in Float(random.uniform()) < probability ? 0 : kept }
        return Matrix(rows: examples, columns: units, values: factors)
    }
}
