/// A source of random numbers, the same for the same seed and stream on every machine and in every release.
///
/// The generator is xoshiro256++ (Blackman & Vigna 2019, "Scrambled linear pseudorandom number generators").
/// Its state is drawn by SplitMix64 (Steele, Lea & Flood 2014) from the seed and the stream, after these have
/// been mixed into one another. The mixing is a bijection, so no two keys share a state.
public struct RandomSource: RandomNumberGenerator, Sendable, Hashable {
    private var s0, s1, s2, s3: UInt64

    /// The source that belongs to `seed` and `stream`; sources that differ in either are independent.
    public init(seed: UInt64, stream: UInt64 = 0) {
        var (left, right) = mixed(seed, stream)
        self.init(
            state: (nextSplitMix(&left), nextSplitMix(&left), nextSplitMix(&right), nextSplitMix(&right)))
    }

    /// The source in a given state of the generator, not all zero.
    init(state: (UInt64, UInt64, UInt64, UInt64)) {
        precondition(state != (0, 0, 0, 0), "xoshiro256++ never leaves the state zero")
        (s0, s1, s2, s3) = state
    }

    /// 64 random bits.
    public mutating func next() -> UInt64 {
        let result = rotated(s0 &+ s3, by: 23) &+ s0
        let shifted = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = rotated(s3, by: 45)
        return result
    }
}

extension RandomSource {
    /// A number from the uniform distribution on [0, 1), a multiple of 2⁻⁵³.
    public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A number from the standard normal distribution, by inversion, so that each costs one `next()`.
    ///
    /// It lies within 8.3 deviations, as the uniform number it is made from is an odd multiple of 2⁻⁵³.
    public mutating func normal() -> Double {
        NormalDistribution.quantile((Double(next() >> 12) + 0.5) * 0x1p-52)
    }

    /// An integer from 0 to `count` − 1, each exactly as likely (Lemire 2019).
    ///
    /// - Parameter count: at least 1.
    public mutating func below(_ count: Int) -> Int {
        precondition(count > 0, "there is no integer from 0 to below \(count)")
        let bound = UInt64(count)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let excess = (0 &- bound) % bound  // 2⁶⁴ mod count
            while product.low < excess { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(product.high)
    }

    /// Puts the elements in an order of which every one is as likely (Fisher & Yates).
    public mutating func shuffle<Element>(_ elements: inout [Element]) {
        for last in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(last, below(last + 1))
        }
    }
}

/// Both words made to depend on every bit of both, by a Feistel network of four rounds, which is a bijection.
private func mixed(_ seed: UInt64, _ stream: UInt64) -> (UInt64, UInt64) {
    var (left, right) = (seed, stream)
    for round in 1...4 as ClosedRange<UInt64> {
        (left, right) = (right, left ^ finalized(right &+ round &* goldenGamma))
    }
    return (left, right)
}

/// One step of SplitMix64.
private func nextSplitMix(_ state: inout UInt64) -> UInt64 {
    state &+= goldenGamma
    return finalized(state)
}

/// 2⁶⁴ over the golden ratio, made odd.
private let goldenGamma: UInt64 = 0x9e37_79b9_7f4a_7c15

/// The bijection at the end of SplitMix64 (Stafford's mix 13).
private func finalized(_ bits: UInt64) -> UInt64 {
    var bits = bits
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
}

private func rotated(_ bits: UInt64, by count: UInt64) -> UInt64 {
    bits << count | bits >> (64 - count)
}
