import Foundation

/// A stream of random numbers that depends on its seed alone: SplitMix64 (Steele, Lea and Flood 2014).
struct RandomSource: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits &>> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits &>> 31)
    }

    /// A uniform number in `0..<1`, a multiple of 2⁻²⁴.
    mutating func uniform() -> Float {
        Float(next() &>> 40) * 0x1p-24
    }

    /// A number from the standard normal distribution, by Box and Muller's transform.
    mutating func normal() -> Float {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * .pi * uniform())
    }
}
