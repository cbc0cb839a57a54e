import AttuneCore

/// A nested uniform scramble of the binary digits of a coordinate (Owen 1995), by a hash of Laine & Karras 2011.
///
/// Each digit is flipped or not depending on the digits above it. With the digits reversed that says: each bit depends
/// on those below, which is what addition, multiplication by an odd number, and x ⊕ (x · even) do. The even numbers
/// begin with Burley's of 32 bits; the variance of means over scrambled points is that of a full scramble.
struct OwenScramble: Sendable, Hashable {
    private let first: UInt64
    private let second: UInt64
    private let odd: UInt64

    /// Independent keys for each seed and dimension.
    init(seed: UInt64, dimension: UInt64) {
        var random = RandomSource(seed: seed, stream: dimension)
        first = random.next()
        second = random.next()
        odd = random.next() | 1
    }

    /// The scrambled digits; the highest bit is the first digit.
    func scramble(_ digits: UInt64) -> UInt64 {
        var x = reversed(digits) &+ first
        x ^= x &* 0x6c50_b47c_a3d9_52e6
        x ^= x &* 0xb82f_1e52_4c1b_97fa
        x = (x ^ second) &* odd
        x ^= x &* 0xc7af_e638_92d5_1b34
        x ^= x &* 0x8d22_f6e6_5e0a_73c8
        return reversed(x)
    }
}

/// The bits in the opposite order.
private func reversed(_ bits: UInt64) -> UInt64 {
    var bits = bits
    bits = (bits >> 1) & 0x5555_5555_5555_5555 | (bits & 0x5555_5555_5555_5555) << 1
    bits = (bits >> 2) & 0x3333_3333_3333_3333 | (bits & 0x3333_3333_3333_3333) << 2
    bits = (bits >> 4) & 0x0f0f_0f0f_0f0f_0f0f | (bits & 0x0f0f_0f0f_0f0f_0f0f) << 4
    return bits.byteSwapped
}
