import AttuneCore

/// A Sobol' sequence: points that fill the unit cube evenly. The first 2ᵏ hit each of 2ᵏ slices of every axis once.
///
/// Direction numbers are those of Joe & Kuo 2008, points come in Gray-code order, and any point can be asked for by
/// itself. Given a seed the points are Owen-scrambled, which keeps them as even (a (t, m, s)-net stays one) while
/// each by itself is uniform in the cube; scrambling is by hash, as in Burley 2020, "Practical hash-based Owen
/// scrambling", here with 64 bits.
public struct SobolSequence: Sendable {
    /// The dimensions there are direction numbers for, 1,111.
    public static var mostDimensions: Int { JoeKuoTable.dimensions }
    /// How many coordinates a point has.
    public let dimensions: Int
    /// For each dimension, its 52 direction numbers one after another, each with its first binary digit on top.
    private let directions: [UInt64]
    /// For each dimension, its keys; nil for the plain sequence.
    private let scrambles: [OwenScramble]?

    /// - Parameters:
    ///   - dimensions: 1 to `mostDimensions`.
    ///   - seed: nil for the plain sequence, whose first point is the origin.
    /// - Throws: `TooManyDimensions` beyond the table of direction numbers.
    /// - Complexity: O(dimensions).
    public init(dimensions: Int, seed: UInt64?) throws(TooManyDimensions) {
        precondition(dimensions > 0, "a Sobol' sequence has at least one dimension")
        guard dimensions <= JoeKuoTable.dimensions else { throw TooManyDimensions(asked: dimensions) }
        self.dimensions = dimensions
        self.directions = JoeKuoTable.directions(dimensions: dimensions, count: Self.digits)
        self.scrambles = seed.map { seed in
            (0..<UInt64(dimensions)).map { OwenScramble(seed: seed, dimension: $0) }
        }
    }

    /// The point at `index`, each coordinate in [0, 1); in (0, 1) when scrambled.
    ///
    /// - Parameter index: from 0 to 2⁵² − 1.
    /// - Complexity: O(dimensions · log index).
    public func point(_ index: Int) -> [Double] {
        precondition((0..<(1 << Self.digits)).contains(index), "a Sobol' sequence has points 0 to 2⁵² − 1")
        let grayCode = UInt64(index ^ (index >> 1))
        return (0..<dimensions).map { dimension in
            let digits = binaryDigits(grayCode, dimension: dimension)
            guard let scrambles else { return Double(digits >> 12) * 0x1p-52 }
            return (Double(scrambles[dimension].scramble(digits) >> 12) + 0.5) * 0x1p-52
        }
    }

    /// The sum modulo 2 of the direction numbers that a number's bits choose.
    private func binaryDigits(_ bits: UInt64, dimension: Int) -> UInt64 {
        var remaining = bits
        var sum: UInt64 = 0
        while remaining != 0 {
            sum ^= directions[dimension * Self.digits + remaining.trailingZeroBitCount]
            remaining &= remaining - 1
        }
        return sum
    }

    /// The binary digits of a coordinate, and so the logarithm of the sequence's length.
    private static let digits = 52

    /// More dimensions were asked for than there are direction numbers.
    public struct TooManyDimensions: Error, Hashable, CustomStringConvertible {
        public let asked: Int
        public var limit: Int { JoeKuoTable.dimensions }

        public var description: String {
            "a Sobol' sequence has at most \(limit) dimensions, not \(asked); use random search beyond that"
        }
    }
}
